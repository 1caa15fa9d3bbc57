// SPDX-License-Identifier: Apache-2.0
// One line of typed text with its label's name for screen readers.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

T.TextField {
    id: root
    property string label: ""
    property bool wrong: false

    implicitHeight: 43
    implicitWidth: 240
    leftPadding: 13
    rightPadding: 13
    verticalAlignment: TextInput.AlignVCenter
    color: Theme.text
    selectionColor: Theme.accent
    selectedTextColor: Theme.accentInk
    placeholderTextColor: Theme.muted
    font.pixelSize: Theme.fontBody
    selectByMouse: true
    maximumLength: 4096

    Accessible.role: Accessible.EditableText
    Accessible.name: label
    Accessible.description: placeholderText
    Accessible.editable: !readOnly
    Accessible.readOnly: readOnly

    background: Rectangle {
        radius: Theme.radius
        color: Theme.surface
        border.width: Theme.lineWidth
        border.color: root.wrong ? Theme.danger : Theme.line
        FocusRing { shown: root.activeFocus; gap: 0 }
    }
    UserText {
        anchors.fill: parent
        anchors.leftMargin: root.leftPadding
        anchors.rightMargin: root.rightPadding
        verticalAlignment: Text.AlignVCenter
        visible: root.text === "" && root.preeditText === ""
        text: root.placeholderText
        color: Theme.muted
        wrapMode: Text.NoWrap
        silent: true
    }
}
