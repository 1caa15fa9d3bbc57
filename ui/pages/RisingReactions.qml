// SPDX-License-Identifier: Apache-2.0
// How many of each reaction came in the last seconds. Six places that are always there, so nothing moves when one appears.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Row {
    id: root
    readonly property var reactions: App.session.reactions
    readonly property int slot: 54
    spacing: 2
    height: 28
    Accessible.role: Accessible.StaticText
    Accessible.name: qsTr("Reactions of the last seconds: %1").arg(reactions.recent)
    Accessible.ignored: reactions.recent === 0
    Repeater {
        model: root.reactions
        Item {
            id: place
            required property string iconName
            required property int recent
            width: root.slot
            height: root.height
            Rectangle {
                anchors.fill: parent
                radius: height / 2
                color: Theme.accentSoft
                border.width: Theme.highContrast ? Theme.lineWidth : 0
                border.color: Theme.line
                opacity: place.recent > 0 ? 1 : 0
                Behavior on opacity { NumberAnimation { duration: Theme.calm } }
                Row {
                    anchors.centerIn: parent
                    spacing: 4
                    Icon { anchors.verticalCenter: parent.verticalCenter; name: place.iconName; tint: Theme.accentText; size: 16 }
                    UserText {
                        anchors.verticalCenter: parent.verticalCenter
                        text: place.recent > 999 ? "999+" : String(place.recent)
                        color: Theme.accentText
                        font.pixelSize: Theme.fontTiny
                        font.weight: Font.DemiBold
                        wrapMode: Text.NoWrap
                        silent: true
                    }
                }
            }
        }
    }
}
