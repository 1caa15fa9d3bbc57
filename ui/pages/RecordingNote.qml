// SPDX-License-Identifier: Apache-2.0
// As long as the own microphone is recorded, the room says so; and why a recording ended by itself.
import QtQuick
import Parlour.Controls
import Parlour.Models

PromptCard {
    id: root
    readonly property bool ended: App.recorder.problem !== ""
    visible: App.session.joined && (App.recorder.recording || ended)
    iconName: ended ? "warning" : "record"
    tone: ended ? "danger" : "plain"
    words: ended ? App.recorder.problem : qsTr("Your microphone is recorded on this computer.")
    Caption { visible: App.recorder.recording; anchors.verticalCenter: parent.verticalCenter; text: App.recorder.length; silent: true }
    ActionButton { visible: App.recorder.recording; compact: true; text: qsTr("Stop"); spokenName: qsTr("Stop recording"); onClicked: App.recorder.stop() }
    ActionButton { visible: root.ended; compact: true; text: qsTr("Close"); spokenName: qsTr("Close this message"); onClicked: App.recorder.dismissProblem() }
}
