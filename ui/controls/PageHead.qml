// SPDX-License-Identifier: Apache-2.0
// The top of a page: title, a line below it, and its main actions at the right (below, where it is narrow).
import QtQuick
import Parlour.Theme

Item {
    id: root
    property string title: ""
    property string subtitle: ""
    property bool narrow: width < 600
    // Of the buttons side by side: a Flow alone would wrap by the width it is given, and give itself what it wraps to.
    readonly property real beside: {
        let sum = 0
        for (let i = 0; i < buttons.visibleChildren.length; ++i) sum += buttons.visibleChildren[i].width + buttons.spacing
        return Math.max(0, sum - buttons.spacing)
    }
    default property alias actions: buttons.data

    implicitHeight: narrow && buttons.visibleChildren.length > 0 ? titles.height + buttons.height + 10 : Math.max(titles.height, buttons.height)
    Column {
        id: titles
        width: root.narrow ? parent.width : parent.width - root.beside - (root.beside > 0 ? 16 : 0)
        spacing: 2
        Heading { text: root.title; width: parent.width; maximumLineCount: root.narrow ? 2 : 3 }
        Caption { text: root.subtitle; width: parent.width; visible: text !== "" }
    }
    Flow {
        id: buttons
        spacing: 8
        width: root.narrow ? parent.width : root.beside
        anchors.right: root.narrow ? undefined : parent.right
        y: root.narrow ? titles.height + 10 : 2
    }
}
