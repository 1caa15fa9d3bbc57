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
    property string ics: ""              // address of the calendar file, where the link is about a talk
    property string pending: ""          // composer that waits for "yes, in public"
    property bool instanceAsked: false   // Mastodon lives on many servers
    property string savedQr: ""
    property string copied: ""
    readonly property string words: App.share.words(title, when, message, link)
    spacing: 10
    onLinkChanged: { pending = ""; copied = ""; instanceAsked = false; savedQr = "" }

    function compose(key) {
        if (strong && key !== "mail" && pending !== key) { pending = key; return }
        pending = ""
        if (key === "mastodon" && !instanceAsked) { instanceAsked = true; instance.forceActiveFocus(); return }
        if (!App.share.compose(key, title, words, link, instance.text)) App.house.refused(qsTr("No program for this was found. Copy the text instead."))
    }
    QrCode {
        id: code
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
        ActionButton {
            visible: code.visible
            compact: true
            iconName: root.savedQr !== "" ? "check" : "picture"
            text: root.savedQr !== "" ? qsTr("QR code saved") : qsTr("Save the QR code")
            hint: root.savedQr !== "" ? root.savedQr : qsTr("As a picture among your downloads")
            onClicked: {
                const path = App.share.freeDownload(root.title || qsTr("Invitation"), "png")
                code.grabToImage(result => {
                    if (result.saveToFile(path)) { root.savedQr = path; App.house.refused(qsTr("Saved as %1").arg(path)) }
                    else App.house.refused(qsTr("The picture cannot be written to %1.").arg(path))
                }, Qt.size(720, 720))
            }
        }
        ActionButton { visible: root.ics !== ""; compact: true; iconName: "calendar"; text: qsTr("Calendar file"); onClicked: App.share.openCalendar(root.ics) || App.copyText(root.ics) }
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
    Flow {
        visible: root.instanceAsked
        width: parent.width
        spacing: 8
        TextInputField { id: instance; width: Math.min(parent.width, 260); implicitHeight: 36; label: qsTr("Your Mastodon server"); placeholderText: qsTr("mastodon.social"); maximumLength: 100; onAccepted: root.compose("mastodon") }
        ActionButton { compact: true; text: qsTr("Open"); spokenName: qsTr("Write the post on this Mastodon server"); onClicked: root.compose("mastodon") }
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
