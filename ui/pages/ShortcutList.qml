// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Column {
    SettingsCard {
        title: qsTr("Keys")
        Repeater {
            model: [
                {key: qsTr("M"), what: qsTr("Mute or unmute, when you are on stage")},
                {key: qsTr("Hold Space"), what: qsTr("Talk while you are muted")},
                {key: qsTr("H"), what: qsTr("Raise or lower your hand")},
                {key: qsTr("D"), what: qsTr("Hear nobody (your microphone is muted), and hear again")},
                {key: qsTr("1 to 6"), what: qsTr("React: clap, heart, laugh, wow, agree, thanks")},
                {key: qsTr("Delete"), what: qsTr("Delete the chosen message of the chat, when you may")},
                {key: qsTr("Ctrl+L"), what: qsTr("Join with a link")},
                {key: qsTr("Ctrl+,"), what: qsTr("Settings")},
                {key: qsTr("F6"), what: qsTr("Between the room and its panel")},
                {key: qsTr("Esc"), what: qsTr("Close what lies on top")},
                {key: qsTr("Tab"), what: qsTr("To the next control; arrows walk in lists")}
            ]
            Row {
                required property var modelData
                width: parent ? parent.width : 0
                spacing: 12
                UserText { width: 120; text: parent.modelData.key; font.weight: Font.DemiBold }
                UserText { width: parent.width - 132; text: parent.modelData.what; color: Theme.muted }
            }
        }
    }
}
