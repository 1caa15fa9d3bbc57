// SPDX-License-Identifier: Apache-2.0
// A passing sentence at the bottom: a refused command, a copied link.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Surface {
    id: root
    property real maximumWidth: 500
    readonly property string words: App.notice

    visible: words !== ""
    width: Math.min(maximumWidth, label.implicitWidth + 96)
    height: label.height + 24
    radius: Theme.radius
    color: Theme.sunken
    z: 20

    UserText {
        id: label
        anchors { left: parent.left; leftMargin: 16; verticalCenter: parent.verticalCenter }
        width: Math.min(implicitWidth, root.maximumWidth - 80)
        text: root.words
        role: Accessible.AlertMessage
    }
    ActionButton {
        anchors { right: parent.right; rightMargin: 6; verticalCenter: parent.verticalCenter }
        kind: "quiet"
        compact: true
        iconOnly: true
        iconName: "close"
        spokenName: qsTr("Dismiss this message")
        onClicked: App.dismissNotice()
    }
    Timer {
        running: root.visible
        interval: 6000
        onTriggered: App.dismissNotice()
    }
    onWordsChanged: if (words !== "") App.session.announced(words)
}
