// SPDX-License-Identifier: Apache-2.0
// Asks before the pinned link leaves the app: the whole address, as it will be dialled.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    preferredWidth: 480
    readonly property var chat: App.session.chat
    title: qsTr("Open this link?")
    intro: qsTr("It opens in your browser, outside Parlour, and %1 learns that you were there. This is the whole address:").arg(chat.pinnedHost)
    property string problem: ""
    onAboutToShow: problem = ""
    Rectangle {
        width: parent.width
        height: address.height + 24
        radius: Theme.radiusSmall
        color: Theme.sunken
        UserText {
            id: address
            anchors { left: parent.left; right: parent.right; top: parent.top; margins: 12 }
            text: root.chat.pinnedAddress
            wrapMode: Text.WrapAnywhere
        }
    }
    UserText {
        visible: root.problem !== ""
        width: parent.width
        text: root.problem
        color: Theme.danger
        role: Accessible.AlertMessage
    }
    actions: [
        ActionButton {
            kind: "primary"
            text: qsTr("Open in the browser")
            enabled: root.chat.pinned !== ""
            onClicked: {
                if (root.chat.openPinned()) root.close()
                else root.problem = qsTr("No browser was found. Copy the address instead.")
            }
        },
        ActionButton { text: qsTr("Copy"); iconName: "copy"; onClicked: { App.copyText(root.chat.pinnedAddress); root.close() } },
        ActionButton { text: qsTr("Not now"); onClicked: root.close() }
    ]
}
