// SPDX-License-Identifier: Apache-2.0
// Loudspeaker, microphone and the test whose meter runs only while the button is on.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Column {
    id: root
    spacing: 8
    FieldLabel { text: qsTr("Speakers"); topPadding: 4 }
    Choice {
        width: parent.width
        label: qsTr("Speakers")
        model: App.sound.outputs
        currentIndex: App.sound.outputIndex
        onActivated: index => App.sound.chooseOutput(index)
    }
    Row {
        spacing: 4
        topPadding: 4
        FieldLabel { text: qsTr("Microphone") }
        FieldLabel { text: qsTr("· off until you are on stage and unmute"); font.weight: Font.Normal }
    }
    Choice {
        width: parent.width
        label: qsTr("Microphone")
        model: App.sound.inputs
        currentIndex: App.sound.inputIndex
        onActivated: index => App.sound.chooseInput(index)
    }
    Item {
        width: parent.width
        height: testButton.height + 2
        ActionButton {
            id: testButton
            compact: true
            pressedIn: App.sound.testing
            text: App.sound.testing ? qsTr("Stop test") : qsTr("Test microphone")
            hint: qsTr("Shows the level while it is on; nothing is sent")
            onClicked: App.sound.test(!App.sound.testing)
        }
        Gauge {
            anchors { left: testButton.right; right: parent.right; leftMargin: 10; verticalCenter: testButton.verticalCenter }
            level: App.sound.level
            label: qsTr("Microphone level")
        }
    }
    Caption { width: parent.width; visible: text !== ""; text: App.sound.levelWords }
    UserText {
        width: parent.width
        visible: App.sound.problem !== ""
        text: App.sound.problem
        color: Theme.danger
        font.pixelSize: Theme.fontLabel
    }
}
