// SPDX-License-Identifier: Apache-2.0
// One row of the sidebar or of a settings list; folds to its icon.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

T.AbstractButton {
    id: root
    property bool current: false
    property bool folded: false
    property string iconName: ""
    property string side: ""      // words at the right, e.g. "4 live"
    property bool marked: false   // something new is there: a dot where the words do not fit

    implicitHeight: !folded && label.lineCount > 1 ? 2 * label.font.pixelSize + 30 : Math.max(39, label.font.pixelSize + 24)
    implicitWidth: 200
    hoverEnabled: true
    focusPolicy: Qt.TabFocus
    Accessible.role: Accessible.Button
    Accessible.name: side === "" ? text : text + ", " + side
    Accessible.selected: current
    Accessible.onPressAction: clicked()
    Keys.onReturnPressed: clicked()

    background: Rectangle {
        radius: Theme.radiusSmall
        color: root.current ? Theme.surface : root.hovered ? Theme.line : Theme.none
        opacity: root.hovered && !root.current ? 0.5 : 1
        border.width: root.current && Theme.highContrast ? 2 : 0
        border.color: Theme.line
        FocusRing { shown: root.visualFocus; gap: 0 }
    }
    contentItem: Item {
        Icon {
            visible: root.folded
            anchors.centerIn: parent
            name: root.iconName
            tint: root.current ? Theme.text : Theme.muted
            size: 20
        }
        Rectangle {
            visible: root.folded && root.marked
            x: parent.width / 2 + 6
            y: parent.height / 2 - 12
            width: 9
            height: 9
            radius: 5
            color: Theme.accent
            border.width: 1
            border.color: Theme.sunken
        }
        UserText {
            id: label
            visible: !root.folded
            anchors { left: parent.left; leftMargin: 10; right: sideWord.left; rightMargin: 6; verticalCenter: parent.verticalCenter }
            text: root.text
            silent: true
            maximumLineCount: 2
            color: root.current ? Theme.text : Theme.muted
            font.weight: root.current ? Font.DemiBold : Font.Normal
        }
        UserText {
            id: sideWord
            visible: !root.folded
            anchors { right: parent.right; rightMargin: 10; verticalCenter: parent.verticalCenter }
            text: root.side
            silent: true
            wrapMode: Text.NoWrap
            color: root.marked ? Theme.accentText : root.current ? Theme.text : Theme.muted
            font.weight: root.current || root.marked ? Font.DemiBold : Font.Normal
        }
    }
}
