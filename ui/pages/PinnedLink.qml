// SPDX-License-Identifier: Apache-2.0
// The link that moderators pinned: text until somebody presses it, and then a question first.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

T.AbstractButton {
    id: root
    signal openWanted()
    readonly property var chat: App.session.chat
    visible: chat.pinned !== ""
    height: visible ? implicitHeight : 0
    implicitHeight: content.implicitHeight + 16
    leftPadding: 16
    rightPadding: 16
    hoverEnabled: true
    focusPolicy: Qt.TabFocus
    readonly property string spokenName: qsTr("Pinned link: %1").arg(chat.pinnedAddress)
    Accessible.role: Accessible.Button
    Accessible.name: spokenName
    Accessible.description: chat.pinnedBy !== "" ? qsTr("pinned by %1").arg(chat.pinnedBy) : ""
    Accessible.onPressAction: clicked()
    Keys.onReturnPressed: clicked()
    background: Rectangle {
        color: root.hovered || root.down ? Theme.sunken : Theme.none
        FocusRing { shown: root.visualFocus; gap: -6; radius: Theme.radiusSmall }
    }
    onClicked: openWanted()
    contentItem: Item {
        implicitHeight: content.implicitHeight
        Icon {
            id: sign
            anchors.verticalCenter: parent.verticalCenter
            name: "pin"
            tint: Theme.accentText
            size: 18
        }
        Column {
            id: content
            anchors { left: sign.right; right: parent.right; leftMargin: 10; verticalCenter: parent.verticalCenter }
            UserText {
                width: parent.width
                text: root.chat.pinned
                font.pixelSize: Theme.fontSmall
                wrapMode: Text.NoWrap
                silent: true
            }
            UserText {
                width: parent.width
                visible: text !== ""
                text: root.chat.pinnedBy !== "" ? qsTr("Pinned by %1").arg(root.chat.pinnedBy) : ""
                color: Theme.muted
                font.pixelSize: Theme.fontTiny
                wrapMode: Text.NoWrap
                silent: true
            }
        }
    }
}
