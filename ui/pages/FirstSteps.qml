// SPDX-License-Identifier: Apache-2.0
// For an owner who is still alone in the house: the next three steps.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Surface {
    id: root
    signal inviteWanted()
    height: visible ? column.implicitHeight + 40 : 0
    Column {
        id: column
        anchors { left: parent.left; right: parent.right; margins: 20; verticalCenter: parent.verticalCenter }
        spacing: 10
        UserText {
            width: parent.width
            text: qsTr("Your house is ready. What now?")
            font.pixelSize: Theme.fontSection
            font.weight: Font.DemiBold
            role: Accessible.Heading
        }
        Repeater {
            model: [qsTr("1. Invite the first members. Each gets two invitations of their own, so choose people whose guests you want."),
                    qsTr("2. Set the rules: who may listen by link, how invitations are earned, whether there is a waiting list."),
                    qsTr("3. Start a room, or announce a talk in the calendar and share its link.")]
            UserText { required property string modelData; width: column.width; text: modelData; font.pixelSize: Theme.fontSmall }
        }
        Flow {
            width: parent.width
            spacing: 8
            ActionButton { compact: true; kind: "primary"; text: qsTr("Invite the first member"); onClicked: root.inviteWanted() }
        }
    }
}
