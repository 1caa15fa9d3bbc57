// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Column {
    spacing: 14
    Component.onCompleted: App.sound.setListsShown(true)
    Component.onDestruction: { App.sound.setListsShown(false); App.sound.stopAll() }

    SettingsCard {
        title: qsTr("Microphone")
        Choice {
            width: parent.width
            label: qsTr("Microphone")
            model: App.sound.inputs
            currentIndex: App.sound.inputIndex
            onActivated: index => App.sound.chooseInput(index)
        }
        Gauge { width: parent.width; level: App.sound.level; label: qsTr("Microphone level") }
        Flow {
            width: parent.width
            spacing: 8
            ActionButton {
                pressedIn: App.sound.testing
                text: App.sound.testing ? qsTr("Stop test") : qsTr("Test microphone")
                onClicked: App.sound.test(!App.sound.testing)
            }
            ActionButton {
                text: App.sound.phase === "recording" ? qsTr("Recording… speak now")
                    : App.sound.phase === "playing" ? qsTr("Playing back…") : qsTr("Record 5 s and play back")
                spokenName: qsTr("Record 5 seconds and play back")
                hint: qsTr("Stays on this computer")
                enabled: App.sound.phase === ""
                onClicked: App.sound.recordAndReplay()
            }
            Caption { visible: text !== ""; topPadding: 12; text: App.sound.levelWords }
        }
    }
    SettingsCard {
        title: qsTr("Output")
        Choice {
            width: parent.width
            label: qsTr("Output")
            model: App.sound.outputs
            currentIndex: App.sound.outputIndex
            onActivated: index => App.sound.chooseOutput(index)
        }
        ActionButton { text: qsTr("Play test sound"); onClicked: App.sound.playTestSound() }
        UserText {
            width: parent.width
            visible: App.sound.problem !== ""
            text: App.sound.problem
            color: Theme.danger
        }
    }
    SettingsCard {
        Toggle {
            width: parent.width
            text: qsTr("Echo cancellation")
            explanation: qsTr("Removes the room’s sound from your microphone")
            checked: App.preferences.echoCancelling
            onToggled: App.preferences.echoCancelling = checked
        }
        Toggle {
            width: parent.width
            text: qsTr("Noise suppression")
            explanation: qsTr("Quiets fans, keyboards, streets")
            checked: App.preferences.noiseSuppression
            onToggled: App.preferences.noiseSuppression = checked
        }
        Toggle {
            width: parent.width
            text: qsTr("Automatic gain")
            explanation: qsTr("Brings your voice to a usual level")
            checked: App.preferences.automaticGain
            onToggled: App.preferences.automaticGain = checked
        }
        Toggle {
            width: parent.width
            text: qsTr("Voice gate")
            explanation: qsTr("Sends nothing while you are silent")
            checked: App.preferences.voiceGate
            onToggled: App.preferences.voiceGate = checked
        }
        Caption {
            width: parent.width
            visible: !App.preferences.echoCancelling
            text: qsTr("Without echo cancellation, please wear headphones.")
        }
    }
}
