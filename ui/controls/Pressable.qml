// SPDX-License-Identifier: Apache-2.0
// A region that acts like a button: the caller draws the content and says the name.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

T.AbstractButton {
    id: root
    property string spokenName: ""
    property string spokenState: ""
    property real corner: Theme.radius
    property bool tinted: true

    hoverEnabled: true
    focusPolicy: Qt.TabFocus
    Accessible.role: Accessible.Button
    Accessible.name: spokenName
    Accessible.description: spokenState
    Accessible.onPressAction: clicked()
    Keys.onReturnPressed: clicked()
    background: Rectangle {
        radius: root.corner
        color: root.tinted && root.hovered ? Theme.sunken : Theme.none
        opacity: root.tinted && root.hovered ? 0.6 : 1
        FocusRing { shown: root.visualFocus; gap: 0; radius: root.corner }
    }
}
