// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Item {
    id: root
    property bool narrow: false
    readonly property int side: narrow ? 16 : 28
    readonly property var session: App.session
    height: words.height + 20

    Column {
        id: words
        anchors { left: parent.left; right: parent.right; top: parent.top; leftMargin: root.side; rightMargin: root.side; topMargin: root.narrow ? 14 : 19 }
        spacing: 3
        Heading {
            width: parent.width
            text: root.session.title
            font.pixelSize: root.narrow ? Theme.fontSection : Theme.fontTitle
            maximumLineCount: root.narrow ? 1 : 2
        }
        Caption {
            width: parent.width
            text: {
                const parts = []
                if (root.session.houseName !== "") parts.push(root.session.houseName)
                if (root.session.hostName !== "") parts.push(qsTr("hosted by %1").arg(root.session.hostName))
                if (root.session.liveFor !== "") parts.push(root.session.liveFor)
                return parts.join(" · ")
            }
            maximumLineCount: 2
        }
    }
}
