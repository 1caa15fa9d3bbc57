// SPDX-License-Identifier: Apache-2.0
// A room on this computer, with the embedded server. Who can reach it is said before it starts.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    title: qsTr("Start a room")
    intro: qsTr("The room runs on this computer and lasts as long as Parlour is open. You come in as its host, muted.")
    onOpened: { field.forceActiveFocus(); localNetwork.checked = false }

    Connections {
        target: App
        function onHostingChanged() { if (!App.startingRoom && App.startProblem === "" && root.opened) root.close() }
    }
    function begin() { if (field.text.trim() !== "") App.startRoom(field.text, localNetwork.checked) }

    FieldLabel { text: qsTr("What is it about?") }
    TextInputField {
        id: field
        width: parent.width
        label: qsTr("Title of the room")
        placeholderText: qsTr("Title of the room")
        maximumLength: 120
        onAccepted: root.begin()
    }
    Toggle {
        id: localNetwork
        width: parent.width
        text: qsTr("Also let people in from the local network")
        explanation: qsTr("Off: only programs on this computer can reach the room")
    }
    Rectangle {
        width: parent.width
        height: reach.height + 20
        radius: Theme.radius
        color: Theme.sunken
        Row {
            id: reach
            anchors { left: parent.left; right: parent.right; margins: 12; verticalCenter: parent.verticalCenter }
            spacing: 10
            Icon { id: mark; name: localNetwork.checked ? "people" : "lock"; tint: Theme.muted; size: 18 }
            UserText {
                width: parent.width - mark.width - 10
                font.pixelSize: Theme.fontSmall
                color: Theme.muted
                text: localNetwork.checked
                      ? qsTr("Anybody on the same network (for example your Wi-Fi) who has a link can reach this room. The connection is encrypted with a certificate that this computer made; the links carry its fingerprint.")
                      : qsTr("Only this computer can reach this room.")
            }
        }
    }
    UserText {
        visible: App.startProblem !== ""
        width: parent.width
        text: App.startProblem
        color: Theme.danger
        role: Accessible.AlertMessage
    }
    actions: [
        ActionButton {
            kind: "primary"
            text: App.startingRoom ? qsTr("Starting…") : qsTr("Start room")
            enabled: field.text.trim() !== "" && !App.startingRoom
            onClicked: root.begin()
        },
        ActionButton { text: qsTr("Not now"); onClicked: root.close() }
    ]
}
