// SPDX-License-Identifier: Apache-2.0
// A moderator asks; only the person opens the microphone.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

PromptCard {
    visible: App.session.askedToUnmute && !App.session.microphoneLive
    iconName: "mic"
    words: qsTr("A moderator asks you to unmute.")
    ActionButton { text: qsTr("Stay muted"); compact: true; onClicked: App.session.dismissAskToUnmute() }
    ActionButton { text: qsTr("Unmute now"); kind: "primary"; compact: true; onClicked: App.session.setMicrophone(true) }
}
