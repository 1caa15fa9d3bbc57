// SPDX-License-Identifier: Apache-2.0
// Several lines of typed text; Tab leaves it, Ctrl+Return is "done".
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

Item {
    id: root
    property string label: ""
    property string placeholderText: ""
    property int lines: 3
    property int maximumLength: 4000
    property alias text: area.text
    signal accepted()

    implicitWidth: 240
    implicitHeight: lines * (Theme.fontBody + 6) + 22
    function take() { area.forceActiveFocus(Qt.TabFocusReason) }

    Rectangle {
        anchors.fill: parent
        radius: Theme.radius
        color: Theme.surface
        border.width: Theme.lineWidth
        border.color: Theme.line
        FocusRing { shown: area.activeFocus; gap: 0 }
    }
    Flickable {
        id: flick
        anchors { fill: parent; margins: 11 }
        clip: true
        contentHeight: area.implicitHeight
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: ThinScrollBar { }
        T.TextArea {
            id: area
            width: flick.width
            height: Math.max(implicitHeight, flick.height)
            implicitHeight: contentHeight
            wrapMode: TextEdit.Wrap
            textFormat: TextEdit.PlainText
            color: Theme.text
            selectionColor: Theme.accent
            selectedTextColor: Theme.accentInk
            font.pixelSize: Theme.fontBody
            selectByMouse: true
            Accessible.role: Accessible.EditableText
            Accessible.name: root.label
            Accessible.description: root.placeholderText
            Accessible.multiLine: true
            KeyNavigation.priority: KeyNavigation.BeforeItem
            Keys.onPressed: event => {
                if (event.key === Qt.Key_Tab || event.key === Qt.Key_Backtab) {
                    const next = area.nextItemInFocusChain(event.key === Qt.Key_Tab)
                    if (next) next.forceActiveFocus(Qt.TabFocusReason)
                    event.accepted = true
                } else if ((event.key === Qt.Key_Return || event.key === Qt.Key_Enter) && event.modifiers & Qt.ControlModifier) {
                    root.accepted()
                    event.accepted = true
                }
            }
            onTextChanged: if (length > root.maximumLength) remove(root.maximumLength, length)
            onCursorRectangleChanged: {
                if (cursorRectangle.y < flick.contentY) flick.contentY = cursorRectangle.y
                else if (cursorRectangle.y + cursorRectangle.height > flick.contentY + flick.height)
                    flick.contentY = cursorRectangle.y + cursorRectangle.height - flick.height
            }
        }
    }
    UserText {
        anchors { fill: parent; margins: 11 }
        visible: area.text === "" && area.preeditText === ""
        text: root.placeholderText
        color: Theme.muted
        silent: true
    }
}
