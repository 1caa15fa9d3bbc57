// SPDX-License-Identifier: Apache-2.0
// 1 to 6 react, anywhere in the room but in a text field.
import QtQuick
import Parlour.Models

Item {
    id: root
    Shortcut { sequences: ["1"]; enabled: root.enabled; autoRepeat: false; onActivated: App.session.reactions.react(0) }
    Shortcut { sequences: ["2"]; enabled: root.enabled; autoRepeat: false; onActivated: App.session.reactions.react(1) }
    Shortcut { sequences: ["3"]; enabled: root.enabled; autoRepeat: false; onActivated: App.session.reactions.react(2) }
    Shortcut { sequences: ["4"]; enabled: root.enabled; autoRepeat: false; onActivated: App.session.reactions.react(3) }
    Shortcut { sequences: ["5"]; enabled: root.enabled; autoRepeat: false; onActivated: App.session.reactions.react(4) }
    Shortcut { sequences: ["6"]; enabled: root.enabled; autoRepeat: false; onActivated: App.session.reactions.react(5) }
}
