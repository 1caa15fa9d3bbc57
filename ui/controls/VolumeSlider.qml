// SPDX-License-Identifier: Apache-2.0
// 0 to 200 percent; double click or the reset button returns to 100.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

T.Slider {
    id: root
    property string label: ""
    from: 0
    to: 2
    stepSize: 0.05
    value: 1
    implicitHeight: Theme.hit
    implicitWidth: 220
    focusPolicy: Qt.TabFocus
    hoverEnabled: true
    Accessible.role: Accessible.Slider
    Accessible.name: label
    Accessible.description: qsTr("%1 percent").arg(Math.round(value * 100))

    background: Rectangle {
        x: root.leftPadding
        y: root.height / 2 - height / 2
        width: root.availableWidth
        height: 6
        radius: 3
        color: Theme.track
        Rectangle {
            width: root.visualPosition * parent.width
            height: parent.height
            radius: 3
            color: Theme.accent
        }
        Rectangle {
            x: parent.width / 2 - 1
            y: -3
            width: 2
            height: 12
            color: Theme.muted
        }
    }
    handle: Rectangle {
        x: root.leftPadding + root.visualPosition * (root.availableWidth - width)
        y: root.height / 2 - height / 2
        width: 20
        height: 20
        radius: 10
        color: Theme.surface
        border.width: 2
        border.color: Theme.accent
        FocusRing { shown: root.visualFocus; radius: 14 }
    }
    TapHandler {
        onDoubleTapped: { root.value = 1; root.moved() }
    }
}
