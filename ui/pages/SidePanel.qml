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
    signal tabWanted(string which)
    signal personWanted(string identity)
    signal closed()
    signal deskWanted(string part)

    readonly property var entries: {
        const list = []
        if (App.session.moderator)
            list.push({key: "hands", text: App.session.handCount > 0 ? qsTr("Raised hands · %1").arg(App.session.handCount) : qsTr("Raised hands")})
        list.push({key: "chat", text: qsTr("Chat")})
        list.push({key: "people", text: qsTr("People")})
        if (App.session.moderator)
            list.push({key: "door", text: App.session.door.peopleCount > 0 ? qsTr("Door · %1").arg(App.session.door.peopleCount) : qsTr("Door")})
        return list
    }
    readonly property string shownTab: (tab === "hands" || tab === "door") && !App.session.moderator ? "chat" : tab

    Rectangle {
        anchors.fill: parent
        color: Theme.surface
        Rectangle {
            width: Theme.lineWidth
            height: parent.height
            color: Theme.line
        }
    }
    TabStrip {
        id: strip
        x: 14
        y: 14
        label: qsTr("Side panel")
        entries: root.entries
        current: root.shownTab
        onChosen: key => root.tabWanted(key)
    }
    ActionButton {
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
        anchors { left: parent.left; right: parent.right; top: strip.bottom; bottom: parent.bottom; topMargin: 8; leftMargin: 1 }
        sourceComponent: root.shownTab === "hands" ? hands : root.shownTab === "people" ? people : root.shownTab === "door" ? door : chat
    }
    Component { id: hands; HandsPanel { onDeskWanted: part => root.deskWanted(part) } }
    Component { id: door; WaitingPanel { } }
    Component { id: chat; ChatPanel { } }
    Component { id: people; PeoplePanel { onPersonWanted: identity => root.personWanted(identity) } }
}
