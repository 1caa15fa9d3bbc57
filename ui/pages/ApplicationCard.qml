// SPDX-License-Identifier: Apache-2.0
// Somebody who asks to come in: their sentence, yes or no.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Surface {
    id: root
    required property var record
    readonly property bool byLink: !!record.invitation
    height: Math.max(words.height, buttons.height) + 32
    Accessible.role: Accessible.ListItem
    Accessible.name: record.name
    Accessible.description: record.words

    Avatar {
        id: face
        x: 16
        y: 16
        size: 44
        initials: App.house.initials(root.record.name || "")
        colorIndex: App.house.colorOf(root.record.identity || "")
    }
    Column {
        id: words
        anchors { left: face.right; right: buttons.left; top: parent.top; leftMargin: 14; rightMargin: 12; topMargin: 16 }
        UserText { width: parent.width; text: root.record.name; font.weight: Font.DemiBold; wrapMode: Text.NoWrap }
        UserText { width: parent.width; visible: text !== ""; text: root.record.words || ""; font.pixelSize: Theme.fontSmall; maximumLineCount: 4 }
        Caption {
            width: parent.width
            text: (root.byLink ? qsTr("came by a link") : qsTr("asks for membership")) + " · " + App.house.fromNow(root.record.at_ms)
        }
    }
    Column {
        id: buttons
        anchors { right: parent.right; rightMargin: 16; verticalCenter: parent.verticalCenter }
        spacing: 6
        ActionButton {
            anchors.right: parent.right
            compact: true
            kind: "primary"
            enabled: root.byLink || App.house.left !== 0
            text: qsTr("Let in")
            spokenName: qsTr("Let %1 in").arg(root.record.name)
            hint: root.byLink || App.house.left < 0 ? "" : qsTr("Uses one of your invitations")
            onClicked: App.house.post("/applications/" + root.record.id + "/answer", {accept: true})
        }
        ActionButton {
            anchors.right: parent.right
            compact: true
            text: qsTr("Decline")
            spokenName: qsTr("Decline %1").arg(root.record.name)
            onClicked: App.house.post("/applications/" + root.record.id + "/answer", {accept: false})
        }
    }
}
