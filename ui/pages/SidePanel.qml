// SPDX-License-Identifier: Apache-2.0
// Raised hands (moderators), chat, people. A column at the right, or a sheet where the window is narrow.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

FocusScope {
    id: root
    property string tab: "chat"
    property bool inDrawer: false
    property var guest: null     // GuestWatch of the room
    readonly property bool guestShown: App.session.moderator && guest !== null && guest.here
    signal tabWanted(string which)
    signal personWanted(string identity)
    signal closed()
    signal deskWanted(string part)

    readonly property var entries: {
        const list = []
        if (App.session.moderator)
            list.push({key: "hands", text: App.session.handCount > 0 ? (guestShown ? qsTr("Hands · %1") : qsTr("Raised hands · %1")).arg(App.session.handCount) : guestShown ? qsTr("Hands") : qsTr("Raised hands")})
        if (guestShown) list.push({key: "guest", text: qsTr("Guest")})
        list.push({key: "chat", text: qsTr("Chat")})
        list.push({key: "questions", text: qsTr("Questions")})
        list.push({key: "people", text: qsTr("People")})
        if (App.session.moderator)
            list.push({key: "door", text: App.session.door.peopleCount > 0 ? qsTr("Door · %1").arg(App.session.door.peopleCount) : qsTr("Door")})
        return list
    }
    readonly property string shownTab: ((tab === "hands" || tab === "door") && !App.session.moderator) || (tab === "guest" && !guestShown) ? "chat" : tab

    Rectangle {
        anchors.fill: parent
        color: Theme.surface
        Rectangle {
            width: Theme.lineWidth
            height: parent.height
            color: Theme.line
        }
    }
    // More tabs than fit: the strip moves under the one that is shown.
    Flickable {
        id: rail
        x: 10
        y: 10
        readonly property int kept: closeButton.visible ? 48 : 8
        readonly property bool crowded: contentWidth > root.width - x - kept
        width: root.width - x - kept - (crowded ? 30 : 0)
        height: 42
        clip: contentWidth > width
        contentWidth: strip.width + 8
        interactive: contentWidth > width
        flickableDirection: Flickable.HorizontalFlick
        boundsBehavior: Flickable.StopAtBounds
        function follow() {
            for (let i = 0; i < strip.children.length; ++i) {
                const tab = strip.children[i]
                if (tab.active === true || (tab.activeFocus && tab.modelData !== undefined))
                    contentX = Math.max(0, Math.min(contentX, tab.x), tab.x + tab.width + 8 - width)
            }
        }
        onWidthChanged: Qt.callLater(follow)
        onContentWidthChanged: Qt.callLater(follow)
        TabStrip {
            id: strip
            x: 4
            y: 4
            label: qsTr("Side panel")
            entries: root.entries
            current: root.shownTab
            onChosen: key => { root.tabWanted(key); Qt.callLater(rail.follow) }
        }
    }
    // Shows that there are more; the arrow keys walk the tabs themselves.
    ActionButton {
        anchors { right: parent.right; top: parent.top; rightMargin: rail.kept; topMargin: 14 }
        visible: rail.crowded
        kind: "quiet"
        compact: true
        iconOnly: true
        implicitWidth: 28
        iconName: "chevron"
        rotation: rail.atXEnd ? 90 : -90
        spokenName: qsTr("More tabs")
        onClicked: rail.contentX = rail.atXEnd ? 0 : rail.contentWidth - rail.width
    }
    ActionButton {
        id: closeButton
        anchors { right: parent.right; top: parent.top; rightMargin: 8; topMargin: 14 }
        visible: root.inDrawer || strip.width < root.width - 70
        kind: "quiet"
        compact: true
        iconOnly: true
        implicitWidth: 34
        iconName: "close"
        spokenName: qsTr("Close the panel")
        onClicked: root.closed()
    }
    Loader {
        focus: true
        anchors { left: parent.left; right: parent.right; top: rail.bottom; bottom: parent.bottom; topMargin: 8; leftMargin: 1 }
        sourceComponent: root.shownTab === "hands" ? hands : root.shownTab === "guest" ? guestCard : root.shownTab === "people" ? people : root.shownTab === "door" ? door : root.shownTab === "questions" ? questions : chat
    }
    Component { id: hands; HandsPanel { onDeskWanted: part => root.deskWanted(part) } }
    Component { id: guestCard; GuestPanel { watch: root.guest } }
    Component { id: door; WaitingPanel { } }
    Component { id: chat; ChatPanel { } }
    Component { id: questions; QuestionsPanel { } }
    Component { id: people; PeoplePanel { onPersonWanted: identity => root.personWanted(identity) } }
}
