// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

PromptCard {
    visible: App.session.reconnecting
    iconName: "warning"
    tone: "danger"
    words: qsTr("The connection is lost. Reconnecting… Your seat and your hand are kept for a minute.")
}
