// SPDX-License-Identifier: Apache-2.0
// The push button. Kinds: "primary", "plain", "danger", "hand", "quiet".
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

T.Button {
    id: root
    property string kind: "plain"
    property string iconName: ""
    property string hint: ""             // description for screen readers
    property bool compact: false
    property bool pressedIn: false       // looks held down while what it started runs
    property bool iconOnly: false
    property string spokenName: text     // set it when nothing is written on the button

    readonly property color ink: kind === "primary" ? Theme.accentInk
        : kind === "danger" ? Theme.danger
        : kind === "hand" ? Theme.handText : Theme.text

    focusPolicy: Qt.TabFocus
    hoverEnabled: true
    implicitHeight: compact ? 34 : 43
    implicitWidth: iconOnly ? Math.max(Theme.hit, 54 - (compact ? 14 : 0)) : row.implicitWidth + (compact ? 26 : 34)
    opacity: enabled ? 1 : 0.5

    Accessible.role: Accessible.Button
    Accessible.name: spokenName
    Accessible.description: hint
    // One way for Return, screen readers and scripts (Qt 6.4 has no click()).
    function activate() {
        if (!enabled) return
        clicked()
    }
    Accessible.onPressAction: activate()
    Keys.onReturnPressed: activate()
    Keys.onEnterPressed: activate()

    background: Rectangle {
        radius: root.compact ? Theme.radiusSmall : Theme.radius
        color: root.kind === "primary" ? (root.hovered || root.down ? Theme.accentHover : Theme.accent)
             : root.kind === "hand" ? Theme.handBackground
             : root.kind === "quiet" ? (root.hovered || root.pressedIn ? Theme.sunken : Theme.none)
             : (root.hovered || root.down || root.pressedIn ? Theme.sunken : Theme.surface)
        border.width: root.kind === "primary" || root.kind === "quiet" || root.kind === "hand"
                      ? (Theme.highContrast ? Theme.lineWidth : 0) : Theme.lineWidth
        border.color: Theme.line
        Behavior on color { ColorAnimation { duration: Theme.quick } }
        FocusRing { shown: root.visualFocus; radius: parent.radius + 4 }
    }
    contentItem: Item {
        implicitWidth: row.implicitWidth
        implicitHeight: row.implicitHeight
        Row {
            id: row
            anchors.centerIn: parent
            spacing: 8
            Icon {
                visible: root.iconName !== ""
                anchors.verticalCenter: parent.verticalCenter
                name: root.iconName
                tint: root.ink
                size: root.compact ? 16 : 19
            }
            UserText {
                visible: !root.iconOnly && root.text !== ""
                anchors.verticalCenter: parent.verticalCenter
                text: root.text
                color: root.ink
                silent: true
                wrapMode: Text.NoWrap
                font.pixelSize: root.compact ? Theme.fontSmall : Theme.fontBody
                font.weight: Font.DemiBold
                width: Math.min(implicitWidth, root.maximumTextWidth)
            }
        }
    }
    property real maximumTextWidth: 420
}
