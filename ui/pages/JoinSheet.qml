// SPDX-License-Identifier: Apache-2.0
// The confirm sheet that every link opens. Step 1: only what the link says. Step 2: what the house says; entering is muted.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    readonly property var invitation: App.invitation
    readonly property bool wanted: invitation.step > 0
    spokenTitle: invitation.step === 2 ? (invitation.membership ? invitation.houseName : invitation.roomTitle) : qsTr("This link opens an invitation on %1").arg(invitation.host)

    onWantedChanged: wanted ? open() : close()
    onClosed: { codeField.text = ""; App.sound.stopAll(); listsShown = false; if (root.wanted) invitation.dismiss() }
    property bool listsShown: false
    onListsShownChanged: App.sound.setListsShown(listsShown)

    Connections {
        target: root.invitation
        function onChanged() {
            const second = root.invitation.step === 2
            if (second && !root.listsShown) {
                root.listsShown = true
                nameField.text = App.selfName
                nameField.forceActiveFocus()
            }
            if (root.invitation.step === 1 && !root.invitation.looking) lookButton.forceActiveFocus()
        }
    }
    onOpened: if (invitation.step === 1) lookButton.forceActiveFocus()

    // Step 1
    Column {
        visible: root.invitation.step === 1
        width: parent.width
        spacing: 6
        Caption { text: qsTr("This link opens an invitation on"); width: parent.width }
        Heading { text: root.invitation.host; width: parent.width; wrapMode: Text.WrapAnywhere }
        Flow {
            width: parent.width
            spacing: 8
            topPadding: 2
            bottomPadding: 6
            Chip { text: qsTr("Invitation") }
            Chip { text: root.invitation.security; tone: root.invitation.secure ? "plain" : "danger" }
        }
        Caption {
            width: parent.width
            visible: root.invitation.problem === ""
            text: qsTr("Nothing has been sent yet, and your microphone is off. Look inside to see who invites you, to which room, and as what.")
        }
        UserText {
            width: parent.width
            visible: root.invitation.problem !== ""
            text: root.invitation.problem
            color: Theme.danger
            role: Accessible.AlertMessage
        }
    }

    // Step 2
    Column {
        visible: root.invitation.step === 2
        width: parent.width
        spacing: 8
        Flow {
            width: parent.width
            spacing: 4
            Caption { text: root.invitation.inviter !== "" ? qsTr("You are invited by") : qsTr("You are invited to") }
            UserText {
                visible: root.invitation.inviter !== ""
                text: root.invitation.inviter
                font.pixelSize: Theme.fontSmall
                font.weight: Font.DemiBold
            }
            Caption { visible: root.invitation.inviter !== ""; text: qsTr("to") }
        }
        Heading { text: root.invitation.membership ? root.invitation.houseName : root.invitation.roomTitle; width: parent.width }
        UserText { width: parent.width; visible: text !== ""; text: root.invitation.message; maximumLineCount: 6 }
        Flow {
            width: parent.width
            spacing: 8
            bottomPadding: 6
            Chip { visible: root.invitation.membership; text: qsTr("Membership"); tone: "live" }
            Chip { visible: root.invitation.approval; text: qsTr("Somebody lets you in") }
            Chip { visible: !root.invitation.membership; text: root.invitation.liveWords; tone: root.invitation.live ? "live" : "plain" }
            Chip { visible: !root.invitation.membership; text: qsTr("%1 listening").arg(Number(root.invitation.listeners).toLocaleString(Qt.locale(), "f", 0)) }
            Chip { visible: !root.invitation.membership; text: qsTr("Join as %1").arg(root.invitation.roleWords) }
            Chip { text: root.invitation.houseName !== "" ? qsTr("%1 · %2").arg(root.invitation.houseName).arg(root.invitation.host) : root.invitation.host }
        }
        UserText {
            width: parent.width
            visible: root.invitation.here
            text: qsTr("You are in this room on another device. Move here?")
            font.weight: Font.DemiBold
        }
        FieldLabel { text: nameField.label }
        TextInputField {
            id: nameField
            width: parent.width
            label: root.invitation.membership ? qsTr("Your name in the house") : qsTr("Your name in the room")
            maximumLength: 64
            onAccepted: if (enterButton.enabled) enterButton.clicked()
        }
        TextInputField {
            id: codeField
            visible: root.invitation.needsCode
            width: parent.width
            label: qsTr("Code")
            placeholderText: qsTr("Code that you were told another way")
            maximumLength: 32
        }
        Caption { visible: root.invitation.membership; width: parent.width; text: qsTr("As a member you walk into the rooms of this house, and bring people of your own. Who invited you stays on your profile.") }
        UserText {
            width: parent.width
            visible: root.invitation.problem !== ""
            text: root.invitation.problem
            color: Theme.danger
            role: Accessible.AlertMessage
        }
        SoundChoices { width: parent.width; visible: root.invitation.step === 2 && !root.invitation.membership }
        SoundTests { width: parent.width; visible: root.invitation.step === 2 && !root.invitation.membership }
    }
    actions: [
        ActionButton {
            id: lookButton
            visible: root.invitation.step === 1
            kind: "primary"
            text: root.invitation.looking ? qsTr("Looking…") : qsTr("Look inside")
            enabled: !root.invitation.looking
            onClicked: root.invitation.lookInside()
        },
        ActionButton {
            id: enterButton
            visible: root.invitation.step === 2
            kind: "primary"
            text: root.invitation.busy ? qsTr("Asking…") : root.invitation.membership ? qsTr("Become a member") : root.invitation.here ? qsTr("Move here") : qsTr("Enter room")
            enabled: nameField.text.trim() !== "" && !root.invitation.busy && (!root.invitation.needsCode || codeField.text.trim() !== "")
            hint: root.invitation.membership ? "" : root.invitation.here ? qsTr("You leave the room on the other device and come in muted") : qsTr("You come in muted")
            onClicked: root.invitation.enter(nameField.text, codeField.text)
        },
        ActionButton { text: qsTr("Not now"); onClicked: root.invitation.dismiss() },
        ActionButton {
            visible: root.invitation.step === 1 && root.invitation.problemDetails !== ""
            text: qsTr("Copy details")
            kind: "quiet"
            onClicked: App.copyText(root.invitation.problemDetails)
        }
    ]
}
