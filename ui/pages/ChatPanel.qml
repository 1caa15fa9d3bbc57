// SPDX-License-Identifier: Apache-2.0
// The room's chat; words of others are shown as they are, never as markup or links.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

FocusScope {
    id: root
    ListView {
        id: list
        anchors { left: parent.left; right: parent.right; top: parent.top; bottom: footer.top }
        clip: true
        leftMargin: 16
        rightMargin: 16
        bottomMargin: 10
        model: App.session.chat
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: ThinScrollBar { }
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Chat messages")
        property bool follow: true
        onCountChanged: if (follow) Qt.callLater(positionViewAtEnd)
        onMovementEnded: follow = atYEnd
        Component.onCompleted: Qt.callLater(positionViewAtEnd)
        delegate: Item {
            id: row
            required property string from
            required property string initials
            required property string words
            required property string time
            required property int colorIndex
            required property bool own
            required property bool follows
            width: list.width - 32
            height: column.height + (follows ? 4 : 14)
            Accessible.role: Accessible.ListItem
            Accessible.name: qsTr("%1 says: %2").arg(own ? qsTr("You") : from).arg(words)
            Accessible.description: time
            Avatar {
                visible: !row.follows
                y: 12
                size: 32
                initials: row.initials
                colorIndex: row.colorIndex
            }
            Column {
                id: column
                x: 42
                y: row.follows ? 2 : 10
                width: parent.width - 42
                spacing: 2
                Row {
                    visible: !row.follows
                    spacing: 8
                    UserText {
                        width: Math.min(implicitWidth, column.width - 60)
                        text: row.own ? qsTr("You") : row.from
                        font.pixelSize: Theme.fontLabel
                        font.weight: Font.DemiBold
                        wrapMode: Text.NoWrap
                        silent: true
                    }
                    UserText {
                        text: row.time
                        color: Theme.muted
                        font.pixelSize: Theme.fontTiny
                        silent: true
                    }
                }
                UserText {
                    width: parent.width
                    text: row.words
                    font.pixelSize: Theme.fontSmall
                    wrapMode: Text.Wrap
                    silent: true
                }
            }
        }
    }
    UserText {
        visible: list.count === 0
        anchors { left: parent.left; right: parent.right; top: parent.top; margins: 16 }
        text: qsTr("Nothing written yet. Everybody in the room can read what you write.")
        color: Theme.muted
    }
    Item {
        id: footer
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        height: 64
        Divider { width: parent.width }
        function send() {
            if (field.text.trim() === "") return
            App.session.say(field.text)
            field.text = ""
            list.follow = true
        }
        TextInputField {
            id: field
            anchors { left: parent.left; right: sendButton.left; leftMargin: 16; rightMargin: 8; verticalCenter: parent.verticalCenter }
            label: qsTr("Message to the room")
            placeholderText: qsTr("Message to the room")
            maximumLength: 2000
            onAccepted: footer.send()
        }
        ActionButton {
            id: sendButton
            anchors { right: parent.right; rightMargin: 16; verticalCenter: parent.verticalCenter }
            kind: "primary"
            iconName: "send"
            iconOnly: true
            implicitWidth: 43
            spokenName: qsTr("Send")
            enabled: field.text.trim() !== ""
            onClicked: footer.send()
        }
    }
}
