// SPDX-License-Identifier: Apache-2.0
// The connection in one sentence, then one sentence for each thing that was measured.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Column {
    id: root
    spacing: 8
    function ink(grade) { return grade === "bad" ? Theme.danger : grade === "fair" ? Theme.handText : grade === "good" ? Theme.accentText : Theme.muted }
    function sign(grade) { return grade === "good" ? "check" : grade === "unknown" ? "hourglass" : "warning" }
    UserText { width: parent.width; text: App.connection.verdict; font.weight: Font.DemiBold; color: App.connection.grade === "unknown" ? Theme.text : root.ink(App.connection.grade) }
    Repeater {
        model: App.connection.lines
        Item {
            id: line
            required property var modelData
            width: root.width
            height: words.height
            Icon { id: mark; y: 1; name: root.sign(line.modelData.grade); tint: root.ink(line.modelData.grade); size: 16 }
            UserText {
                id: words
                anchors { left: mark.right; leftMargin: 8; right: parent.right }
                text: qsTr("%1: %2").arg(line.modelData.title).arg(line.modelData.words)
                font.pixelSize: Theme.fontSmall
            }
        }
    }
}
