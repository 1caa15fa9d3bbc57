// SPDX-License-Identifier: Apache-2.0
// In front of a room that is full, guarded or crowded: the place in line, what happens by itself, and the way out.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Rectangle {
    id: root
    color: Theme.background
    readonly property var door: App.session.door
    Accessible.role: Accessible.Grouping
    Accessible.name: qsTr("Waiting to be let in")
    Column {
        anchors.centerIn: parent
        width: Math.min(parent.width - 40, 480)
        spacing: 14
        Icon { anchors.horizontalCenter: parent.horizontalCenter; name: "hourglass"; tint: Theme.accent; size: 44 }
        UserText {
            width: parent.width
            visible: text !== ""
            horizontalAlignment: Text.AlignHCenter
            text: App.session.title
            color: Theme.muted
            maximumLineCount: 2
        }
        UserText {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            text: root.door.headline
            font.pixelSize: Theme.fontSection
            font.weight: Font.DemiBold
            role: Accessible.Heading
        }
        UserText {
            width: parent.width
            visible: text !== ""
            horizontalAlignment: Text.AlignHCenter
            text: root.door.counts
        }
        UserText {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            text: root.door.promise
        }
        Caption {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            text: root.door.nextTry
        }
        ActionButton {
            id: leave
            anchors.horizontalCenter: parent.horizontalCenter
            text: qsTr("Leave the line")
            onClicked: { App.session.leave(); App.go("hallway") }
        }
    }
    onVisibleChanged: if (visible) leave.forceActiveFocus()
}
