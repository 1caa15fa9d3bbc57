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
            enabled: !App.preferences.music
            text: qsTr("Echo cancellation")
            explanation: qsTr("Removes the room’s sound from your microphone")
            checked: App.preferences.echoCancelling
            onToggled: App.preferences.echoCancelling = checked
        }
        Toggle {
            width: parent.width
            enabled: !App.preferences.music
            text: qsTr("Noise suppression")
            explanation: qsTr("Quiets fans, keyboards, streets")
            checked: App.preferences.noiseSuppression
            onToggled: App.preferences.noiseSuppression = checked
        }
        Toggle {
            width: parent.width
            enabled: !App.preferences.music
            text: qsTr("Rumble filter")
            explanation: qsTr("Takes away hum, wind and knocks on the desk")
            checked: App.preferences.rumbleFilter
            onToggled: App.preferences.rumbleFilter = checked
        }
        Toggle {
            width: parent.width
            enabled: !App.preferences.music
            text: qsTr("Automatic gain")
            explanation: qsTr("Brings your voice to a usual level")
            checked: App.preferences.automaticGain
            onToggled: App.preferences.automaticGain = checked
        }
        Toggle {
            width: parent.width
            enabled: !App.preferences.music
            text: qsTr("Voice gate")
            explanation: qsTr("Sends nothing while you are silent")
            checked: App.preferences.voiceGate
            onToggled: App.preferences.voiceGate = checked
        }
        Toggle {
            width: parent.width
            text: qsTr("Music mode")
            explanation: qsTr("Stereo, 128 kbit/s, processing off")
            checked: App.preferences.music
            onToggled: App.preferences.music = checked
        }
        Caption {
            width: parent.width
            visible: !App.preferences.echoCancelling || App.preferences.music
            text: App.preferences.music ? qsTr("In music mode nothing is taken out of your sound: please wear headphones.")
                                        : qsTr("Without echo cancellation, please wear headphones.")
        }
    }
    SettingsCard {
        title: qsTr("Delay")
        Choice {
            width: parent.width
            label: qsTr("Delay")
            model: [qsTr("Automatic"), qsTr("Low latency"), qsTr("Comfort")]
            currentIndex: App.preferences.delay
            onActivated: index => App.preferences.delay = index
        }
        Caption { width: parent.width; text: App.sound.delayWords }
    }
    HearingSettings { }
    SettingsCard {
        title: qsTr("Bells")
        Toggle {
            width: parent.width
            text: qsTr("Ring when somebody waits for me")
            explanation: qsTr("A raised hand where you moderate, an invitation on stage, a call into a room")
            checked: App.preferences.bells
            onToggled: App.preferences.bells = checked
        }
        FieldLabel { text: qsTr("Bells ring on") }
        Choice {
            width: parent.width
            label: qsTr("Bells ring on")
            model: App.sound.ringDevices
            currentIndex: App.sound.ringIndex
            onActivated: index => App.sound.chooseRing(index)
        }
        ActionButton { text: qsTr("Play a sound"); spokenName: qsTr("Play a sound, the bell"); onClicked: App.sound.ringOnce() }
    }
    SettingsCard {
        title: qsTr("While you are muted")
        Toggle {
            width: parent.width
            text: qsTr("Sound hints")
            explanation: qsTr("Tells you that you talk while muted, that you are too loud or hard to hear")
            checked: App.preferences.soundHints
            onToggled: App.preferences.soundHints = checked
        }
        Toggle {
            width: parent.width
            enabled: App.preferences.soundHints
            text: qsTr("Keep the microphone open for that")
            explanation: qsTr("Otherwise it is closed ten seconds after you mute. Nothing leaves this computer")
            checked: App.preferences.hearWhileMuted
            onToggled: App.preferences.hearWhileMuted = checked
        }
    }
    SettingsCard {
        title: qsTr("Connection")
        ConnectionLines { width: parent.width }
    }
    SettingsCard {
        title: qsTr("Recording of your microphone")
        Caption { width: parent.width; text: qsTr("A safety copy of what you say on stage, without loss, on this computer only. It is off until you start it in the room (More), and silent while you are muted.") }
        UserText { width: parent.width; text: App.preferences.recordingFolder; wrapMode: Text.WrapAnywhere; font.pixelSize: Theme.fontSmall }
        ActionButton { text: qsTr("Choose a folder…"); onClicked: folderSheet.show() }
    }
    FileSheet {
        id: folderSheet
        folderWanted: true
        endings: ["flac"]
        title: qsTr("Choose a folder for recordings")
        start: qsTr("Documents")
        onChosen: path => App.preferences.recordingFolder = path
    }
}
