// SPDX-License-Identifier: Apache-2.0
// What screen readers say of their own accord: one invisible line whose name changes, at most once a second (Qt 6.4 has no
// Accessible.announce).
import QtQuick
import Parlour.Controls

Item {
    id: root
    property var waiting: []
    width: 1
    height: 1
    opacity: 0

    function say(words) {
        waiting.push(words)
        if (!pace.running) pace.start()
    }
    UserText {
        id: line
        role: Accessible.AlertMessage
        text: ""
        width: 1
        height: 1
    }
    Timer {
        id: pace
        interval: 300
        repeat: true
        triggeredOnStart: true
        onTriggered: {
            if (root.waiting.length === 0) { stop(); return }
            // Only the last few count; a storm of changes is not read out.
            if (root.waiting.length > 3) root.waiting = root.waiting.slice(-3)
            line.text = root.waiting.shift()
        }
    }
}
