// SPDX-License-Identifier: Apache-2.0
// Visible keyboard focus, at least 2 px, outside the control's edge.
import QtQuick
import Parlour.Theme

Rectangle {
    property bool shown: false
    property real gap: 2

    anchors.fill: parent
    anchors.margins: -gap - Theme.focusWidth
    color: Theme.none
    border.width: Theme.focusWidth
    border.color: Theme.focus
    radius: Theme.radius + gap
    visible: shown
    z: 10
    Accessible.ignored: true
}
