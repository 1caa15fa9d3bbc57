// SPDX-License-Identifier: Apache-2.0
// One message: who, when, the words; or that they were deleted, are on their way, or why they were refused.
import QtQuick
import Parlour.Theme
import Parlour.Controls

Item {
    id: root
    required property string messageId
    required property string from
    required property string initials
    required property string words
    required property string time
    required property string reason
    required property int colorIndex
    required property string author
    required property double pictureMs
    required property bool own
    required property bool follows
    required property bool deleted
    required property bool pending
    required property bool mayDelete
    property bool framed: false
    signal menuWanted()
    signal sendAgain()
    signal deleteWanted()

    function openMenu() { if (mayDelete) menuWanted() }
    readonly property string authorName: own ? qsTr("You") : from
    height: column.height + (follows ? 4 : 14)
    Accessible.role: Accessible.ListItem
    Accessible.name: deleted ? qsTr("Message of %1 deleted").arg(authorName) : qsTr("%1 says: %2").arg(authorName).arg(words)
    Accessible.description: reason !== "" ? qsTr("Not sent. %1").arg(reason) : pending ? qsTr("on its way") : time
    Accessible.onPressAction: openMenu()

    Timer {
        id: slow
        property bool late: false
        interval: 1500
        running: root.pending && !late
        onTriggered: late = true
    }
    TapHandler {
        acceptedButtons: Qt.RightButton
        onTapped: root.openMenu()
    }
    TapHandler {
        acceptedDevices: PointerDevice.TouchScreen
        onLongPressed: root.openMenu()
    }
    Face {
        visible: !root.follows
        y: 12
        size: 32
        initials: root.initials
        colorIndex: root.colorIndex
        identity: root.follows ? "" : root.author
        stamp: root.pictureMs
        inRoom: true
    }
    Column {
        id: column
        x: 42
        y: root.follows ? 2 : 10
        width: parent.width - 42
        spacing: 2
        Row {
            visible: !root.follows
            spacing: 8
            UserText {
                width: Math.min(implicitWidth, column.width - 60)
                text: root.authorName
                font.pixelSize: Theme.fontLabel
                font.weight: Font.DemiBold
                wrapMode: Text.NoWrap
                silent: true
            }
            UserText {
                text: root.time
                color: Theme.muted
                font.pixelSize: Theme.fontTiny
                silent: true
            }
        }
        UserText {
            width: parent.width
            text: root.deleted ? qsTr("Message deleted") : root.words
            color: root.deleted || root.pending || root.reason !== "" ? Theme.muted : Theme.text
            font.pixelSize: Theme.fontSmall
            font.italic: root.deleted
            wrapMode: Text.Wrap
            silent: true
        }
        UserText {
            // Most are answered in a moment: only what takes longer is said.
            visible: root.pending && slow.late
            text: qsTr("Sending…")
            color: Theme.muted
            font.pixelSize: Theme.fontTiny
            silent: true
        }
        Row {
            visible: root.reason !== ""
            spacing: 6
            Icon { name: "warning"; tint: Theme.danger; size: 14; y: 2 }
            UserText {
                width: column.width - 20
                text: qsTr("Not sent. %1").arg(root.reason)
                color: Theme.danger
                font.pixelSize: Theme.fontTiny
                silent: true
            }
        }
        Flow {
            visible: root.reason !== ""
            width: parent.width
            spacing: 6
            ActionButton { compact: true; text: qsTr("Send again"); iconName: "again"; onClicked: root.sendAgain() }
            ActionButton { compact: true; kind: "quiet"; text: qsTr("Discard"); onClicked: root.deleteWanted() }
        }
    }
    FocusRing { shown: root.framed; gap: -1; radius: Theme.radiusSmall }
}
