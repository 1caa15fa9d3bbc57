// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Column {
    spacing: 14
    SettingsCard {
        title: qsTr("Your name")
        TextInputField {
            width: parent.width
            label: qsTr("Your name")
            text: App.selfName
            maximumLength: 64
            onEditingFinished: App.preferences.name = text
        }
        Caption { width: parent.width; text: qsTr("Shown from the next room on. Each server knows you by a key of its own, so two servers cannot compare who you are.") }
        ActionButton { text: qsTr("Repeat the sound check"); onClicked: App.go("welcome") }
    }
    KeySettings { visible: place !== null; place: App.keyPlace }
}
