// SPDX-License-Identifier: Apache-2.0
// A gentle word about the own microphone; it goes by itself, and the settings switch it off.
import QtQuick
import Parlour.Controls
import Parlour.Models

PromptCard {
    visible: App.session.joined && App.hints.kind !== ""
    iconName: App.hints.kind === "muted" ? "mic-off" : "mic"
    words: App.hints.words
    ActionButton { visible: App.hints.kind === "muted"; compact: true; kind: "primary"; text: qsTr("Unmute"); onClicked: App.session.setMicrophone(true) }
    ActionButton { compact: true; text: qsTr("Dismiss"); spokenName: qsTr("Dismiss this hint"); onClicked: App.hints.dismiss() }
}
