// SPDX-License-Identifier: Apache-2.0
// The door as moderators see it: how full the room is, how much more the server takes, who waits, and the key.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

FocusScope {
    id: root
    readonly property var door: App.session.door

    Column {
        id: head
        anchors { left: parent.left; right: parent.right; top: parent.top; leftMargin: 16; rightMargin: 16 }
        spacing: 6
        Toggle {
            width: parent.width
            text: qsTr("The door is open")
            explanation: qsTr("When locked, only holders of unused invitations come in.")
            checked: !root.door.locked
            onToggled: { root.door.lock(!checked); checked = Qt.binding(() => !root.door.locked) }
        }
        UserText {
            width: parent.width
            visible: text !== ""
            text: root.door.load
            color: root.door.tight ? Theme.danger : Theme.text
            font.weight: Font.DemiBold
        }
        Caption { width: parent.width; visible: text !== ""; text: root.door.fullness }
        Caption { width: parent.width; visible: text !== ""; text: root.door.overflowCounts }
        Caption { width: parent.width; visible: text !== ""; text: root.door.server }
        Divider { width: parent.width }
    }
    ListView {
        id: list
        anchors { left: parent.left; right: parent.right; top: head.bottom; bottom: footer.top; topMargin: 8 }
        clip: true
        leftMargin: 16
        rightMargin: 16
        model: root.door.people
        spacing: 4
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: ThinScrollBar { }
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Waiting to be let in, %1").arg(root.door.peopleCount)
        delegate: Item {
            id: row
            required property var modelData
            required property int index
            width: list.width - 32
            height: 48
            Accessible.role: Accessible.ListItem
            Accessible.name: modelData.name
            Accessible.description: qsTr("place %1").arg(index + 1)
            Face {
                id: face
                y: 6
                size: 36
                initials: row.modelData.initials
                colorIndex: row.modelData.colorIndex
                identity: row.modelData.identity
                stamp: row.modelData.pictureMs || 0
                inRoom: true
            }
            UserText {
                anchors { left: face.right; right: button.left; leftMargin: 12; rightMargin: 8; verticalCenter: parent.verticalCenter }
                text: row.modelData.name
                wrapMode: Text.NoWrap
                silent: true
            }
            ActionButton {
                id: button
                anchors { right: parent.right; verticalCenter: parent.verticalCenter }
                compact: true
                kind: "primary"
                text: qsTr("Let in")
                spokenName: qsTr("Let %1 in").arg(row.modelData.name)
                onClicked: root.door.admit(row.modelData.identity)
            }
        }
    }
    UserText {
        visible: list.count === 0
        anchors { left: parent.left; right: parent.right; top: list.top; margins: 16 }
        text: root.door.known ? qsTr("Nobody waits in front of the door.") : qsTr("Asking who waits…")
        color: Theme.muted
    }
    Item {
        id: footer
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        height: 64
        Divider { width: parent.width }
        ActionButton {
            anchors { left: parent.left; right: parent.right; margins: 16; verticalCenter: parent.verticalCenter }
            enabled: root.door.peopleCount > 0
            text: root.door.peopleCount > 1 ? qsTr("Let all %1 in").arg(root.door.peopleCount) : qsTr("Let everybody in")
            onClicked: root.door.admitAll()
        }
    }
}
