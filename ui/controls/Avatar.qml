// SPDX-License-Identifier: Apache-2.0
// A rounded square with initials and, around it, the speaking ring whose width and strength follow the level.
import QtQuick
import Parlour.Theme

Item {
    id: root
    property string initials: ""
    property int colorIndex: 0
    property real size: 44
    property real level: 0          // 0..1, linear
    property bool outlined: false   // a thin edge, where avatars overlap

    readonly property real loudness: level <= 0.003 ? 0 : Math.max(0.15, Math.min(1, (20 * Math.log(level) / Math.LN10 + 50) / 44))

    width: size
    height: size
    Accessible.ignored: true

    Rectangle {
        // Whole pixels: fractions leave steps in the curve.
        readonly property real grow: 4 + Math.round(4 * root.loudness)
        anchors.centerIn: parent
        width: root.size + 2 * grow
        height: width
        radius: face.radius + grow
        color: Theme.none
        border.color: Theme.speaking
        border.width: 2 + Math.round(2 * root.loudness)
        opacity: root.loudness > 0 ? 0.45 + 0.55 * root.loudness : 0
        visible: opacity > 0.01
        Behavior on opacity { NumberAnimation { duration: Theme.calm } }
    }
    Rectangle {
        id: face
        anchors.fill: parent
        radius: root.size * 0.3
        color: Theme.avatarColor(root.colorIndex)
        border.width: root.outlined ? 2 : 0
        border.color: Theme.surface
        UserText {
            anchors.centerIn: parent
            text: root.initials
            color: Theme.avatarInk
            font.pixelSize: Math.round(root.size * 0.34)
            font.weight: Font.DemiBold
            wrapMode: Text.NoWrap
            silent: true
        }
    }
}
