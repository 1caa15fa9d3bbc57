// SPDX-License-Identifier: Apache-2.0
// A level meter: 0..1 linear peak shown on a dB scale from -60 to 0.
import QtQuick
import Parlour.Theme

Rectangle {
    id: root
    property real level: 0
    property string label: ""
    readonly property real decibel: level > 0.001 ? 20 * Math.log(level) / Math.LN10 : -60
    readonly property real portion: Math.max(0, Math.min(1, (decibel + 60) / 60))

    implicitHeight: 8
    radius: 4
    color: Theme.sunken
    border.width: Theme.highContrast ? 1 : 0
    border.color: Theme.line
    Accessible.role: Accessible.ProgressBar
    Accessible.name: label
    Accessible.description: level > 0.001 ? qsTr("%1 decibel").arg(Math.round(decibel)) : qsTr("silent")

    Rectangle {
        width: root.width * root.portion
        height: root.height
        radius: root.radius
        visible: root.portion > 0.01
        color: root.level > 0.98 ? Theme.danger : Theme.speaking
    }
}
