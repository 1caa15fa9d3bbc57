// SPDX-License-Identifier: Apache-2.0
// Invite a guest on terms, or propose changed ones; after inviting, the three links and the claim code.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    preferredWidth: 640
    property var view: null           // a running negotiation; null = a new guest
    property var made: null
    property string problem: ""
    property bool busy: false
    signal saved(var answer)
    title: made ? qsTr("Three links and a code") : view ? qsTr("Propose changes") : qsTr("Invite a guest")
    intro: made ? qsTr("They are shown only now. Each is for somebody else.")
         : view ? "" : qsTr("A guest needs no app and no account: the link opens a page where the terms are read, asked about, changed and signed.")

    function show(which) {
        view = which
        made = null
        problem = ""
        busy = false
        guestName.text = ""
        words.text = ""
        form.fill(which ? which.terms : {})
        open()
    }
    function send() {
        const terms = form.value()
        if (terms === null) { problem = qsTr("A date cannot be read. Write it like 2026-12-01 18:00."); return }
        busy = true
        if (view)
            App.house.post("/guests/" + view.id + "/answer", {act: "counter", text: words.text.trim(), terms: terms, version: view.version}, (answer, error) => {
                busy = false
                if (error) { problem = error.message + " " + error.advice; return }
                root.saved(answer)
                root.close()
            })
        else
            App.house.post("/guests", {name: guestName.text.trim(), terms: terms, message: words.text.trim()}, (answer, error) => {
                busy = false
                if (error) problem = error.message + " " + error.advice
                else { problem = ""; made = answer }
            })
    }
    onClosed: made = null

    Column {
        visible: !root.made
        width: parent.width
        spacing: 10
        TextInputField { id: guestName; visible: !root.view; width: parent.width; label: qsTr("Guest"); placeholderText: qsTr("Name of the guest, as the public knows it"); maximumLength: 64 }
        TermsForm { id: form; width: parent.width }
        TextBox { id: words; width: parent.width; lines: 2; label: qsTr("Message"); placeholderText: root.view ? qsTr("Why (may stay empty)") : qsTr("First words (may stay empty)"); maximumLength: 2000 }
    }
    UserText { width: parent.width; visible: root.problem !== ""; text: root.problem; color: Theme.danger; role: Accessible.AlertMessage }
    Column {
        visible: !!root.made
        width: parent.width
        spacing: 14
        FieldLabel { text: qsTr("For the public post: everybody may listen with it, only the guest takes the seat") }
        ShareLink {
            width: parent.width
            name: qsTr("Public link")
            link: root.made ? root.made.public_link : ""
            title: qsTr("%1, would you join us?").arg(guestName.text)
            when: form.topic
            message: words.text
            qr: false
        }
        Divider { width: parent.width }
        Repeater {
            model: root.made ? [{title: qsTr("Claim code"), text: root.made.claim_code, note: qsTr("Give it to the guest another way: with the public link it takes the seat.")},
                                {title: qsTr("Guest link"), text: root.made.guest_link, note: qsTr("For the guest alone: takes the seat without a code.")},
                                {title: qsTr("Delegate link"), text: root.made.delegate_link, note: qsTr("For the spokesperson: negotiates and may sign, never takes the seat.")}] : []
            Column {
                id: one
                required property var modelData
                width: root.bodyWidth
                spacing: 4
                FieldLabel { text: one.modelData.title }
                Row {
                    width: parent.width
                    spacing: 8
                    TextInputField { width: parent.width - copy.width - 8; readOnly: true; label: one.modelData.title; text: one.modelData.text; onTextChanged: cursorPosition = 0 }
                    ActionButton {
                        id: copy
                        property bool copied: false
                        text: copied ? qsTr("Copied") : qsTr("Copy")
                        spokenName: qsTr("Copy: %1").arg(one.modelData.title)
                        onClicked: { App.copyText(one.modelData.text); copied = true }
                    }
                }
                Caption { width: parent.width; text: one.modelData.note }
            }
        }
    }
    actions: [
        ActionButton {
            visible: !root.made
            kind: "primary"
            enabled: !root.busy && form.topic.trim() !== "" && (!!root.view || guestName.text.trim() !== "")
            text: root.view ? qsTr("Send the proposal") : qsTr("Create the invitation")
            onClicked: root.send()
        },
        ActionButton { text: qsTr("Close"); onClicked: root.close() }
    ]
}
