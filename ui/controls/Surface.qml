// SPDX-License-Identifier: Apache-2.0
// A card: surface colour, large radius, a soft edge below made of plain rectangles (no shader effects).
import QtQuick
import Parlour.Theme

Item {
    id: root
    default property alias content: inner.data
    property real radius: Theme.radiusLarge
    property bool raised: true
    property real depth: 2
    property color color: Theme.surface

    Repeater {
        model: root.raised && !Theme.highContrast ? 6 : 0
        Rectangle {
            required property int index
            anchors.fill: parent
            anchors.topMargin: 1
            anchors.bottomMargin: -1 - index * root.depth
            anchors.leftMargin: -index * root.depth / 2
            anchors.rightMargin: -index * root.depth / 2
            radius: root.radius + index * root.depth / 2
            color: Theme.shadow
        }
    }
    Rectangle {
        anchors.fill: parent
        radius: root.radius
        color: root.color
        border.width: Theme.highContrast ? Theme.lineWidth : 0
        border.color: Theme.line
    }
    Item {
        id: inner
        anchors.fill: parent
    }
}
