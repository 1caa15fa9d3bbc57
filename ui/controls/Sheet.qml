// SPDX-License-Identifier: Apache-2.0
// A modal card in the middle (or a drawer at the right): Esc closes the topmost one, focus stays inside. The body scrolls where
// the window is small; the answers (`actions`, the main one first) stay visible below it.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

T.Popup {
    id: root
    property string title: ""
    property string spokenTitle: title
    property string intro: ""
    property bool drawer: false
    property real preferredWidth: 560
    default property alias body: column.data
    property alias actions: answers.data
    readonly property real bodyWidth: column.width

    parent: T.Overlay.overlay
    modal: true
    focus: true
    dim: true
    closePolicy: T.Popup.CloseOnEscape
    x: parent ? (drawer ? parent.width - width : Math.round((parent.width - width) / 2)) : 0
    y: parent ? (drawer ? 0 : Math.round(Math.max(0, (parent.height - height) / 2))) : 0
    width: parent ? Math.min(preferredWidth, parent.width - (drawer ? 56 : 24)) : preferredWidth
    height: parent ? (drawer ? parent.height
                             : Math.min(column.implicitHeight + answers.space + topPadding + bottomPadding, parent.height - 24)) : 400
    readonly property real inset: parent && (parent.width < 700 || parent.height < 560) ? 22 : 34
    leftPadding: inset
    rightPadding: inset
    topPadding: inset - 6
    bottomPadding: inset - 4

    T.Overlay.modal: Rectangle { color: Theme.scrim }
    enter: Transition { NumberAnimation { property: "opacity"; from: 0; to: 1; duration: Theme.calm } }
    exit: Transition { NumberAnimation { property: "opacity"; from: 1; to: 0; duration: Theme.quick } }

    background: Surface { radius: root.drawer ? 0 : Theme.radiusLarge; depth: 6 }
    onOpened: face.stay()
    contentItem: FocusScope {
        id: face
        focus: true
        // A page that is loaded behind an open sheet does not take the keyboard away from it.
        readonly property Item current: Window.activeFocusItem
        onCurrentChanged: if (root.opened) Qt.callLater(stay)
        function stay() {
            if (!root.opened) return
            for (let above = current; above; above = above.parent)
                if (above === root.parent) return   // here, or in another sheet or list above
            root.forceActiveFocus()
        }
        Accessible.role: Accessible.Dialog
        Accessible.name: root.spokenTitle
        Flickable {
            id: flick
            // Room for focus rings at the sides.
            anchors { fill: parent; leftMargin: -6; rightMargin: -6; bottomMargin: answers.space }
            clip: interactive
            contentHeight: column.implicitHeight
            boundsBehavior: Flickable.StopAtBounds
            interactive: contentHeight > height + 1
            T.ScrollBar.vertical: ThinScrollBar { parent: flick.parent; x: flick.parent.width + 6; height: flick.height }
            Column {
                id: column
                x: 6
                width: flick.width - 12
                spacing: 12
                Heading {
                    visible: root.title !== ""
                    text: root.title
                    width: parent.width
                }
                Caption {
                    visible: root.intro !== ""
                    text: root.intro
                    width: parent.width
                }
            }
        }
        FollowFocus { view: flick }
        Flow {
            id: answers
            readonly property real space: visibleChildren.length > 0 ? implicitHeight + 18 : 0
            anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
            spacing: 10
            layoutDirection: Qt.RightToLeft
        }
    }
}
