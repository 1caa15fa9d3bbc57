// SPDX-License-Identifier: Apache-2.0
// How far something is, 0 to 1.
import QtQuick
import Parlour.Theme

Rectangle {
    id: root
    property real value: 0
    property string label: ""
    implicitHeight: 8
    radius: 4
    color: Theme.sunken
    border.width: Theme.highContrast ? 1 : 0
    border.color: Theme.line
    Accessible.role: Accessible.ProgressBar
    Accessible.name: label
    Accessible.description: qsTr("%1 %").arg(Math.round(value * 100))
    Rectangle {
        width: root.width * Math.max(0, Math.min(1, root.value))
        height: root.height
        radius: root.radius
        visible: width > 1
        color: Theme.accent
    }
}
