// SPDX-License-Identifier: Apache-2.0
// The top of a page: title, a line below it, and its main actions at the right (below, where it is narrow).
import QtQuick
import Parlour.Theme

Item {
    id: root
    property string title: ""
    property string subtitle: ""
    property bool narrow: width < 600
    default property alias actions: buttons.data

    implicitHeight: narrow && buttons.visibleChildren.length > 0 ? titles.height + buttons.height + 10 : Math.max(titles.height, buttons.height)
    Column {
        id: titles
        width: root.narrow ? parent.width : parent.width - buttons.implicitWidth - (buttons.implicitWidth > 0 ? 16 : 0)
        spacing: 2
        Heading { text: root.title; width: parent.width; maximumLineCount: root.narrow ? 2 : 3 }
        Caption { text: root.subtitle; width: parent.width; visible: text !== "" }
    }
    Flow {
        id: buttons
        spacing: 8
        width: root.narrow ? parent.width : implicitWidth
        anchors.right: root.narrow ? undefined : parent.right
        y: root.narrow ? titles.height + 10 : 2
    }
}
