// SPDX-License-Identifier: Apache-2.0
// A question or a message inside the page; never a modal one while people speak.
import QtQuick
import Parlour.Theme
import Parlour.Controls

Rectangle {
    id: root
    property string iconName: "info"
    property string words: ""
    property string tone: "plain"      // plain, hand, danger
    default property alias actions: buttons.data
    readonly property bool stacked: width < 520 && buttons.width > 0
    readonly property color ink: tone === "hand" ? Theme.handText : tone === "danger" ? Theme.danger : Theme.text

    height: visible ? (stacked ? label.height + buttons.height + 32 : Math.max(label.height, buttons.height) + 20) : 0
    radius: Theme.radius
    color: tone === "hand" ? Theme.handBackground : tone === "danger" ? Theme.dangerSoft : Theme.sunken
    border.width: Theme.highContrast ? Theme.lineWidth : 0
    border.color: Theme.line
    Accessible.role: Accessible.AlertMessage
    Accessible.name: words

    Icon {
        id: mark
        x: 14
        y: label.y + Math.min(label.height, 24) / 2 - 9
        name: root.iconName
        tint: root.ink
        size: 18
    }
    UserText {
        id: label
        x: 42
        y: root.stacked ? 12 : (root.height - height) / 2
        width: root.width - x - (root.stacked ? 14 : buttons.width + 24)
        text: root.words
        color: root.ink
        font.weight: Font.DemiBold
        font.pixelSize: Theme.fontSmall
        silent: true
    }
    Row {
        id: buttons
        anchors { right: parent.right; rightMargin: 10 }
        y: root.stacked ? label.y + label.height + 8 : (root.height - height) / 2
        spacing: 8
    }
}
