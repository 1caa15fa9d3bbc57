// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Parlour.Controls
import Parlour.Models

PromptCard {
    visible: App.session.joined && App.session.waitingForHost
    iconName: "hourglass"
    words: qsTr("Waiting for a host. Hands wait until somebody hosts this room.")
}
