// SPDX-License-Identifier: Apache-2.0
// The offer of a seat on stage, with its countdown.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

PromptCard {
    id: root
    visible: App.session.invited
    iconName: "mic"
    tone: "hand"
    words: qsTr("You are invited to speak. You come on stage muted. · %1 s left").arg(App.session.inviteSeconds)
    ActionButton { text: qsTr("Decline"); compact: true; onClicked: App.session.decline() }
    ActionButton { text: qsTr("Accept"); kind: "primary"; compact: true; onClicked: App.session.accept() }
}
