// SPDX-License-Identifier: Apache-2.0
// A card: surface colour, large radius, a soft edge below made of plain rectangles (no shader effects).
import QtQuick
import Parlour.Theme

Item {
    id: root
    default property alias content: inner.data
    property real radius: Theme.radiusLarge
    property bool raised: true
    property real depth: 2          // 2 for cards; more lets the edge fade out further
    readonly property int layers: depth > 2 ? 14 : 6
    readonly property real step: depth > 2 ? depth / 3 : depth
    property color color: Theme.surface

    Repeater {
        model: root.raised && !Theme.highContrast ? root.layers : 0
        Rectangle {
            required property int index
            anchors.fill: parent
            anchors.topMargin: 1
            anchors.bottomMargin: -1 - index * root.step
            anchors.leftMargin: -index * root.step / 2
            anchors.rightMargin: -index * root.step / 2
            radius: root.radius + index * root.step / 2
            color: Theme.shadow
            opacity: root.depth > 2 ? 0.6 : 1
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
