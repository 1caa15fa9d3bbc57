// SPDX-License-Identifier: Apache-2.0
// One room in the hallway.
import QtQuick
import Parlour.Theme
import Parlour.Controls

Surface {
    id: root
    required property int index
    required property string title
    required property string house
    required property string counts
    required property string liveWords
    required property bool live
    required property string initials
    required property int colorIndex
    signal entered()

    height: 138
    Accessible.role: Accessible.ListItem
    Accessible.name: title
    Accessible.description: house + ", " + counts

    Caption {
        id: houseLine
        anchors { left: parent.left; top: parent.top; right: badge.left; leftMargin: 20; topMargin: 17; rightMargin: 12 }
        text: root.house
        wrapMode: Text.NoWrap
    }
    Chip {
        id: badge
        visible: root.live
        anchors { right: parent.right; top: parent.top; rightMargin: 20; topMargin: 18 }
        text: qsTr("Live")
        tone: "live"
    }
    UserText {
        id: titleLine
        anchors { left: parent.left; right: parent.right; top: houseLine.bottom; leftMargin: 20; rightMargin: 20; topMargin: 3 }
        text: root.title
        font.pixelSize: Theme.fontSection
        font.weight: Font.DemiBold
        maximumLineCount: 1
    }
    Avatar {
        id: face
        anchors { left: parent.left; bottom: parent.bottom; leftMargin: 20; bottomMargin: 18 }
        size: 44
        initials: root.initials
        colorIndex: root.colorIndex
    }
    Column {
        anchors { left: face.right; right: enter.left; verticalCenter: face.verticalCenter; leftMargin: 14; rightMargin: 12 }
        spacing: 1
        UserText {
            width: parent.width
            text: root.counts
            wrapMode: Text.NoWrap
        }
        Caption {
            width: parent.width
            visible: text !== ""
            text: root.liveWords
            wrapMode: Text.NoWrap
        }
    }
    ActionButton {
        id: enter
        anchors { right: parent.right; bottom: parent.bottom; rightMargin: 20; bottomMargin: 18 }
        text: root.live ? qsTr("Listen") : qsTr("Walk in")
        spokenName: (root.live ? qsTr("Listen in %1") : qsTr("Walk into %1")).arg(root.title)
        onClicked: root.entered()
    }
}
