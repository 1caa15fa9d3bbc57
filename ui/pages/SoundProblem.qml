// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Parlour.Controls
import Parlour.Models

PromptCard {
    visible: App.session.joined && App.sound.problem !== ""
    iconName: "speaker"
    words: App.sound.problem
    ActionButton { text: qsTr("Sound settings"); compact: true; onClicked: App.go("settings") }
}
