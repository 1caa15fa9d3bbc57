// SPDX-License-Identifier: Apache-2.0
// The line of raised hands as moderators see it: notes, waiting time, invite to speak, lower.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

FocusScope {
    id: root

    Toggle {
        id: open
        anchors { left: parent.left; right: parent.right; top: parent.top; leftMargin: 16; rightMargin: 16 }
        text: qsTr("Everyone may raise a hand")
        checked: !App.session.handsLocked
        onToggled: { App.session.lockHands(!checked); checked = Qt.binding(() => !App.session.handsLocked) }
    }
    ListView {
        id: list
        anchors { left: parent.left; right: parent.right; top: open.bottom; bottom: footer.top; topMargin: 8 }
        clip: true
        leftMargin: 16
        rightMargin: 16
        model: App.session.hands
        spacing: 4
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: ThinScrollBar { }
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Raised hands, %1").arg(count)
        delegate: Item {
            id: row
            required property string identity
            required property string name
            required property string handle
            required property string initials
            required property string note
            required property string waiting
            required property int colorIndex
            required property int place
            required property bool invited
            required property string origin
            width: list.width - 32
            height: words.height + buttons.height + 26
            Accessible.role: Accessible.ListItem
            Accessible.name: handle === "" ? name : name + " " + handle
            Accessible.description: qsTr("place %1, %2").arg(place).arg(waiting) + (origin === "" ? "" : ", " + origin) + (note === "" ? "" : ", " + note)
            Avatar {
                id: face
                y: 4
                size: 44
                initials: row.initials
                colorIndex: row.colorIndex
            }
            Column {
                id: words
                anchors { left: face.right; right: parent.right; leftMargin: 12; top: parent.top; topMargin: 4 }
                spacing: 1
                UserText {
                    width: parent.width
                    text: row.handle === "" ? row.name : row.name + " " + row.handle
                    font.weight: Font.DemiBold
                    wrapMode: Text.NoWrap
                    silent: true
                }
                Caption {
                    width: parent.width
                    text: (row.invited ? qsTr("invited, no answer yet") : row.waiting) + (row.origin === "" ? "" : " · " + row.origin)
                    silent: true
                }
                UserText {
                    width: parent.width
                    visible: row.note !== ""
                    text: row.note
                    font.pixelSize: Theme.fontSmall
                    maximumLineCount: 4
                    silent: true
                }
            }
            Row {
                id: buttons
                anchors { left: words.left; top: words.bottom; topMargin: 8 }
                spacing: 8
                ActionButton {
                    compact: true
                    kind: "primary"
                    text: qsTr("Invite to speak")
                    spokenName: qsTr("Invite %1 to speak").arg(row.name)
                    visible: !row.invited
                    onClicked: App.session.moderate("invite", row.identity)
                }
                ActionButton {
                    compact: true
                    text: row.invited ? qsTr("Take back") : qsTr("Lower")
                    spokenName: row.invited ? qsTr("Take the invitation of %1 back").arg(row.name) : qsTr("Lower the hand of %1").arg(row.name)
                    onClicked: App.session.moderate("dismiss", row.identity)
                }
            }
        }
    }
    UserText {
        visible: list.count === 0
        anchors { left: parent.left; right: parent.right; top: list.top; margins: 16 }
        text: App.session.handsLocked ? qsTr("Hands are closed. Those already raised stay.") : qsTr("Nobody has raised a hand.")
        color: Theme.muted
    }
    Item {
        id: footer
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        height: 64
        Divider { width: parent.width }
        ActionButton {
            anchors { left: parent.left; right: parent.right; margins: 16; verticalCenter: parent.verticalCenter }
            text: qsTr("Mute everyone but hosts")
            onClicked: App.session.moderate("mute_all")
        }
    }
}
