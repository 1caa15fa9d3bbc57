// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Parlour.Controls
import Parlour.Models

PromptCard {
    visible: App.session.joined && App.session.door.overflow > 0
    iconName: "info"
    words: App.session.door.overflowWords
}
