// SPDX-License-Identifier: Apache-2.0
// Record five seconds through the real chain and hear them; a test sound on the chosen loudspeaker. All of it stays here.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Flow {
    spacing: 8
    ActionButton {
        text: App.sound.phase === "recording" ? qsTr("Recording… speak now")
            : App.sound.phase === "playing" ? qsTr("Playing back…") : qsTr("Record 5 s and play back")
        spokenName: qsTr("Record 5 seconds and play back")
        hint: qsTr("Stays on this computer")
        iconName: App.sound.phase === "playing" ? "play" : "record"
        enabled: App.sound.phase === ""
        onClicked: App.sound.recordAndReplay()
    }
    ActionButton {
        text: qsTr("Play test sound")
        iconName: "speaker"
        enabled: App.sound.phase === ""
        onClicked: App.sound.playTestSound()
    }
}
