// SPDX-License-Identifier: Apache-2.0
// A link to pass on: QR code, the link itself, as text, by mail, in the composer of a public site. A link that gives more than
// listening warns before it goes into a public composer.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Column {
    id: root
    property string link: ""
    property string title: ""
    property string when: ""
    property string message: ""
    property string name: qsTr("Invitation link")
    property bool strong: false          // gives more than listening: not for the public
    property bool qr: true
    property string pending: ""          // composer that waits for "yes, in public"
    property string copied: ""
    readonly property string words: App.share.words(title, when, message, link)
    spacing: 10
    onLinkChanged: { pending = ""; copied = "" }

    function compose(key) {
        if (strong && key !== "mail" && pending !== key) { pending = key; return }
        pending = ""
        if (!App.share.compose(key, title, words, link)) App.house.refused(qsTr("No program for this was found. Copy the text instead."))
    }
    QrCode {
        anchors.horizontalCenter: parent.horizontalCenter
        width: 180
        height: 180
        visible: root.qr && modules > 0
        text: root.link
        ink: Theme.qrDark
        paper: Theme.qrLight
        Accessible.role: Accessible.Graphic
        Accessible.name: qsTr("QR code of the link")
    }
    TextInputField {
        width: parent.width
        readOnly: true
        label: root.name
        text: root.link
        onTextChanged: cursorPosition = 0
    }
    Flow {
        width: parent.width
        spacing: 8
        ActionButton {
            compact: true
            kind: "primary"
            iconName: root.copied === "link" ? "check" : "copy"
            text: root.copied === "link" ? qsTr("Copied") : qsTr("Copy link")
            onClicked: { App.copyText(root.link); root.copied = "link" }
        }
        ActionButton {
            compact: true
            iconName: root.copied === "text" ? "check" : "copy"
            text: root.copied === "text" ? qsTr("Text copied") : qsTr("Copy as text")
            onClicked: { App.copyText(root.words); root.copied = "text" }
        }
        ActionButton { compact: true; text: qsTr("Mail"); spokenName: qsTr("Write a mail with the link"); onClicked: root.compose("mail") }
        Repeater {
            model: App.share.composers
            ActionButton {
                required property var modelData
                compact: true
                kind: "quiet"
                text: modelData.title
                spokenName: qsTr("Post on %1").arg(modelData.title)
                onClicked: root.compose(modelData.key)
            }
        }
    }
    Rectangle {
        visible: root.pending !== ""
        width: parent.width
        height: visible ? warning.implicitHeight + 24 : 0
        radius: Theme.radius
        color: Theme.handBackground
        Column {
            id: warning
            anchors { left: parent.left; right: parent.right; margins: 12; verticalCenter: parent.verticalCenter }
            spacing: 8
            UserText {
                width: parent.width
                color: Theme.handText
                font.pixelSize: Theme.fontSmall
                text: qsTr("This is not a listener link: whoever sees the post can use it. In public, a listener link is the one to share.")
                role: Accessible.AlertMessage
            }
            Flow {
                width: parent.width
                spacing: 8
                ActionButton { compact: true; text: qsTr("Do not post"); onClicked: root.pending = "" }
                ActionButton { compact: true; kind: "danger"; text: qsTr("Post it anyway"); onClicked: root.compose(root.pending) }
            }
        }
    }
}
