// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

T.Menu {
    id: root
    padding: 6
    implicitWidth: 270
    implicitHeight: contentItem.contentHeight + 12
    margins: 8
    overlap: 1
    contentItem: ListView {
        implicitHeight: contentHeight
        model: root.contentModel
        currentIndex: root.currentIndex
        interactive: false
        keyNavigationEnabled: true
        Accessible.role: Accessible.PopupMenu
        Accessible.name: root.title
    }
    background: Rectangle {
        radius: Theme.radius
        color: Theme.surface
        border.width: Theme.lineWidth
        border.color: Theme.line
    }
}
