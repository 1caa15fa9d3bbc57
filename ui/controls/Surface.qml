// SPDX-License-Identifier: Apache-2.0
// A card: surface colour, large radius, a soft edge below made of plain rectangles (no shader effects).
import QtQuick
import Parlour.Theme

Item {
    id: root
    default property alias content: inner.data
    property real radius: Theme.radiusLarge
    property bool raised: true
    property color color: Theme.surface

    Repeater {
        model: root.raised && !Theme.highContrast ? 4 : 0
        Rectangle {
            required property int index
            anchors.fill: parent
            anchors.topMargin: 1
            anchors.bottomMargin: -1 - index * 2
            anchors.leftMargin: -index
            anchors.rightMargin: -index
            radius: root.radius + index
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
