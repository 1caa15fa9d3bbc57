// SPDX-License-Identifier: Apache-2.0
// A modal card in the middle (or a drawer at the right): Esc closes the topmost one, focus stays inside.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

T.Popup {
    id: root
    property string title: ""
    property string intro: ""
    property bool drawer: false
    property real preferredWidth: 560
    default property alias body: column.data
    readonly property real bodyWidth: column.width

    parent: T.Overlay.overlay
    modal: true
    focus: true
    dim: true
    closePolicy: T.Popup.CloseOnEscape
    x: parent ? (drawer ? parent.width - width : Math.round((parent.width - width) / 2)) : 0
    y: parent ? (drawer ? 0 : Math.round(Math.max(0, (parent.height - height) / 2))) : 0
    width: parent ? Math.min(preferredWidth, parent.width - (drawer ? 56 : 24)) : preferredWidth
    height: parent ? (drawer ? parent.height : Math.min(column.implicitHeight + topPadding + bottomPadding, parent.height - 24)) : 400
    readonly property real inset: parent && parent.width < 700 ? 20 : 34
    leftPadding: inset
    rightPadding: inset
    topPadding: inset - 6
    bottomPadding: inset - 4

    T.Overlay.modal: Rectangle { color: Theme.scrim }
    enter: Transition { NumberAnimation { property: "opacity"; from: 0; to: 1; duration: Theme.calm } }
    exit: Transition { NumberAnimation { property: "opacity"; from: 1; to: 0; duration: Theme.quick } }

    background: Surface { radius: root.drawer ? 0 : Theme.radiusLarge }
    contentItem: Flickable {
        id: flick
        clip: contentHeight > height
        contentHeight: column.implicitHeight
        contentWidth: width
        boundsBehavior: Flickable.StopAtBounds
        interactive: contentHeight > height
        Accessible.role: Accessible.Dialog
        Accessible.name: root.title
        T.ScrollBar.vertical: ThinScrollBar { }
        Column {
            id: column
            width: flick.width
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
}
