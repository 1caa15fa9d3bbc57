// SPDX-License-Identifier: Apache-2.0
// Nobody is heard, by the person's own choice; the way back is in sight.
import QtQuick
import Parlour.Controls
import Parlour.Models

PromptCard {
    visible: App.session.joined && App.hearing.deafened
    iconName: "speaker"
    words: qsTr("You hear nobody, and your microphone is muted.")
    ActionButton { text: qsTr("Hear again"); hint: qsTr("Key D"); kind: "primary"; compact: true; onClicked: App.hearing.deafened = false }
}
