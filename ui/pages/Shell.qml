// SPDX-License-Identifier: Apache-2.0
// Sidebar and page; the welcome page stands alone.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

FocusScope {
    id: root
    signal linkWanted()
    signal roomWanted()
    signal inviteWanted()
    signal orderWanted(string kind)
    signal foundWanted()

    readonly property bool welcome: App.page === "welcome"
    readonly property bool crowded: App.page === "room" && page.item && page.item.panelShown === true && width < 1100
    readonly property bool folded: width < Theme.foldWidth || crowded

    function focusPage() { page.forceActiveFocus() }
    function nextPane() { if (page.item && page.item.nextPane) page.item.nextPane() }
    function showScene(scene) { if (page.item && page.item.showScene) page.item.showScene(scene) }

    Sidebar {
        id: sidebar
        visible: !root.welcome
        folded: root.folded
        width: visible ? (folded ? Theme.sidebarFolded : Theme.sidebarWidth) : 0
        anchors { left: parent.left; top: parent.top; bottom: parent.bottom }
    }
    Loader {
        id: page
        focus: true
        anchors { left: sidebar.right; right: parent.right; top: parent.top; bottom: parent.bottom }
        readonly property var pages: ({welcome: welcomePage, room: roomPage, settings: settingsPage, house: housePage,
            invitations: invitationsPage, upcoming: upcomingPage, event: eventPage, guests: guestsPage, guest: guestPage, notices: noticesPage})
        sourceComponent: pages[App.page] || hallwayPage
        onLoaded: item.forceActiveFocus()
    }
    Component { id: welcomePage; WelcomePage { } }
    Component {
        id: hallwayPage
        HallwayPage {
            onLinkWanted: root.linkWanted()
            onRoomWanted: root.roomWanted()
            onFoundWanted: root.foundWanted()
        }
    }
    Component { id: roomPage; RoomPage { windowWidth: root.width; onInviteWanted: root.inviteWanted() } }
    Component { id: settingsPage; SettingsPage { } }
    Component { id: upcomingPage; UpcomingPage { } }
    Component { id: eventPage; EventPage { } }
    Component { id: guestsPage; GuestsPage { } }
    Component { id: guestPage; GuestPage { } }
    Component { id: noticesPage; NoticesPage { } }
    Component { id: housePage; HousePage { onInviteWanted: kind => root.orderWanted(kind); onFoundWanted: root.foundWanted() } }
    Component { id: invitationsPage; InvitationsPage { onInviteWanted: kind => root.orderWanted(kind) } }

    NoticeBar {
        readonly property Item room: App.page === "room" ? page.item : null     // over its bar, beside its panel
        readonly property real side: room ? room.sideWidth || 0 : 0
        anchors { horizontalCenter: page.horizontalCenter; horizontalCenterOffset: -side / 2; bottom: parent.bottom; bottomMargin: room ? (room.barHeight || 0) + 16 : 24 }
        maximumWidth: page.width - side - 32
    }
}
