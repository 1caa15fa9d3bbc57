// SPDX-License-Identifier: Apache-2.0
// Between "Enter room" and being inside.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Rectangle {
    color: Theme.background
    Column {
        anchors.centerIn: parent
        width: Math.min(parent.width - 40, 420)
        spacing: 14
        Icon { anchors.horizontalCenter: parent.horizontalCenter; name: "parlour"; tint: Theme.accent; size: 44 }
        UserText {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            text: qsTr("Entering the room…")
            font.pixelSize: Theme.fontSection
            font.weight: Font.DemiBold
        }
        ActionButton {
            anchors.horizontalCenter: parent.horizontalCenter
            text: qsTr("Cancel")
            onClicked: { App.session.leave(); App.go("hallway") }
        }
    }
}
