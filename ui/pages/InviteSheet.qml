// SPDX-License-Identifier: Apache-2.0
// An invitation for others: role, uses, expiry; then the link to share. A listener link is what one gets unless one says otherwise.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    title: qsTr("Invite people")
    intro: qsTr("Whoever has the link can come in with the role it carries.")
    preferredWidth: 600
    readonly property bool made: App.madeLink !== ""

    onClosed: App.forgetInvitation()

    readonly property var roles: ["listener", "speaker", "moderator"]
    readonly property var uses: [0, 1, 5, 20, 100]
    readonly property var spans: [3600, 86400, 604800, 0]

    Grid {
        visible: !root.made
        width: parent.width
        columns: root.bodyWidth > 440 ? 3 : 1
        columnSpacing: 12
        rowSpacing: 8
        readonly property real cell: (width - (columns - 1) * 12) / columns
        Column {
            spacing: 6
            FieldLabel { text: qsTr("Role") }
            Choice {
                id: role
                width: parent.parent.cell
                label: qsTr("Role")
                model: [qsTr("Listener"), qsTr("Speaker"), qsTr("Moderator")]
            }
        }
        Column {
            spacing: 6
            FieldLabel { text: qsTr("How often") }
            Choice {
                id: use
                width: parent.parent.cell
                label: qsTr("How often")
                model: [qsTr("No limit"), qsTr("Once"), qsTr("5 times"), qsTr("20 times"), qsTr("100 times")]
            }
        }
        Column {
            spacing: 6
            FieldLabel { text: qsTr("How long") }
            Choice {
                id: span
                width: parent.parent.cell
                label: qsTr("How long")
                currentIndex: 1
                model: [qsTr("1 hour"), qsTr("1 day"), qsTr("1 week"), qsTr("Until revoked")]
            }
        }
    }
    Caption {
        visible: !root.made
        width: parent.width
        text: role.currentIndex === 0 ? qsTr("Listeners hear the room and may raise a hand.")
            : role.currentIndex === 1 ? qsTr("Speakers come in on stage, muted. Send this link only to people you expect to speak.")
            : qsTr("Moderators may invite, mute and remove others. Best with one use.")
    }
    UserText {
        visible: App.madeProblem !== ""
        width: parent.width
        text: App.madeProblem
        color: Theme.danger
        role: Accessible.AlertMessage
    }
    ShareLink {
        visible: root.made
        width: parent.width
        link: App.madeLink
        name: qsTr("Invitation link")
        title: App.session.title
        message: qsTr("You are invited to “%1”.").arg(App.session.title)
        strong: role.currentIndex !== 0
    }
    Caption { visible: root.made; width: parent.width; text: qsTr("The link is shown only now. It contains a secret: share it only with those you mean.") }
    actions: [
        ActionButton {
            visible: !root.made
            kind: "primary"
            text: qsTr("Create link")
            onClicked: App.createInvitation(root.roles[role.currentIndex], root.uses[use.currentIndex], root.spans[span.currentIndex])
        },
        ActionButton {
            visible: root.made
            text: qsTr("Another one")
            onClicked: App.forgetInvitation()
        },
        ActionButton { text: qsTr("Close"); onClicked: root.close() }
    ]
}
