// SPDX-License-Identifier: Apache-2.0
// A row with words on the left and a switch on the right; the whole row is the target.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

T.Switch {
    id: root
    property string explanation: ""

    implicitHeight: Math.max(Theme.hit, words.implicitHeight + 12)
    implicitWidth: 320
    hoverEnabled: true
    focusPolicy: Qt.TabFocus
    opacity: enabled ? 1 : 0.5

    Accessible.role: Accessible.CheckBox
    Accessible.name: text
    Accessible.description: explanation
    Accessible.checkable: true
    Accessible.checked: checked
    function activate() { if (enabled) { toggle(); toggled() } }
    Accessible.onPressAction: activate()
    Accessible.onToggleAction: activate()
    Keys.onReturnPressed: activate()

    contentItem: Item {
        Column {
            id: words
            anchors.verticalCenter: parent.verticalCenter
            spacing: 2
            UserText {
                width: root.width - 60
                text: root.text
                silent: true
            }
            UserText {
                width: root.width - 60
                visible: text !== ""
                text: root.explanation
                color: Theme.muted
                font.pixelSize: Theme.fontLabel
                silent: true
            }
        }
    }
    indicator: Rectangle {
        x: root.width - width
        y: (root.height - height) / 2
        width: 40
        height: 23
        radius: height / 2
        color: root.checked ? Theme.accent : Theme.track
        Behavior on color { ColorAnimation { duration: Theme.quick } }
        Rectangle {
            x: root.checked ? parent.width - width - 2 : 2
            anchors.verticalCenter: parent.verticalCenter
            width: 19
            height: 19
            radius: height / 2
            color: root.checked && Theme.dark ? Theme.accentInk : Theme.knob
            Behavior on x { NumberAnimation { duration: Theme.quick; easing.type: Easing.OutCubic } }
        }
        FocusRing { shown: root.visualFocus; radius: parent.radius + 4 }
    }
}
