// SPDX-License-Identifier: Apache-2.0
// First start: a name, a sound check. Everything can be skipped and is found again in the settings.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

FocusScope {
    id: root
    property int step: 0
    onStepChanged: {
        App.sound.setListsShown(step === 1)
        if (step !== 1) App.sound.stopAll()   // its meter and its "Stop" are out of sight
    }
    Component.onDestruction: if (step === 1) App.sound.setListsShown(false)

    Flickable {
        id: flick
        anchors.fill: parent
        contentHeight: Math.max(height, card.height + 48)
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: ThinScrollBar { }
        FollowFocus { view: flick }
        Surface {
            id: card
            anchors.centerIn: parent
            width: Math.min(560, root.width - 32)
            height: body.implicitHeight + 60
            Column {
                id: body
                anchors { left: parent.left; right: parent.right; top: parent.top; margins: 34; topMargin: 28 }
                spacing: 12
                Row {
                    spacing: 12
                    Icon { name: "parlour"; tint: Theme.accent; size: 30; anchors.verticalCenter: parent.verticalCenter }
                    Heading { text: root.step === 0 ? qsTr("Welcome to Parlour") : qsTr("Sound check") }
                }
                // Step 1: name
                Column {
                    visible: root.step === 0
                    width: parent.width
                    spacing: 10
                    Caption {
                        width: parent.width
                        text: qsTr("Live rooms for talk: walk in, listen, raise your hand, speak. There is no account; a name is all others see.")
                    }
                    FieldLabel { text: qsTr("Your name"); topPadding: 6 }
                    TextInputField {
                        id: nameField
                        width: parent.width
                        label: qsTr("Your name")
                        placeholderText: qsTr("How others will see you")
                        text: App.selfName
                        maximumLength: 64
                        focus: true
                        onAccepted: root.step = 1
                    }
                    ButtonRow {
                        ActionButton { kind: "primary"; text: qsTr("Continue"); onClicked: root.step = 1 }
                        ActionButton { kind: "quiet"; text: qsTr("Skip"); onClicked: App.finishWelcome(nameField.text) }
                    }
                }
                // Step 2: sound
                Column {
                    visible: root.step === 1
                    width: parent.width
                    spacing: 10
                    Caption {
                        width: parent.width
                        text: qsTr("Listening needs no microphone. Yours stays off until you are on stage and unmute.")
                    }
                    SoundChoices { width: parent.width }
                    SoundTests { width: parent.width }
                    ButtonRow {
                        ActionButton { kind: "primary"; text: qsTr("To the hallway"); onClicked: App.finishWelcome(nameField.text) }
                        ActionButton { text: qsTr("Back"); onClicked: root.step = 0 }
                    }
                }
            }
        }
    }
    Component.onCompleted: nameField.forceActiveFocus()
    function showScene(scene) { if (scene === "soundcheck") step = 1 }
}
