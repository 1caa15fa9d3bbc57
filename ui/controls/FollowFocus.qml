// SPDX-License-Identifier: Apache-2.0
// Keeps what has the keyboard focus in sight: put it into a Flickable's page, next to the content it scrolls.
import QtQuick

Item {
    id: root
    required property Flickable view
    readonly property Item current: Window.activeFocusItem
    onCurrentChanged: Qt.callLater(reveal)
    function reveal() {
        if (!current || !view || view.contentHeight <= view.height) return
        let above = current
        while (above && above !== view.contentItem) above = above.parent
        if (!above) return
        const margin = 14
        const y = current.mapToItem(view.contentItem, 0, 0).y
        if (current.height + 2 * margin > view.height) return   // a list of its own
        if (y - margin < view.contentY) view.contentY = Math.max(0, y - margin)
        else if (y + current.height + margin > view.contentY + view.height)
            view.contentY = Math.min(view.contentHeight - view.height, y + current.height + margin - view.height)
    }
}
