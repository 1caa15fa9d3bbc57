// SPDX-License-Identifier: Apache-2.0
// The first owner of the house of this computer: its name, one's own, what an owner is, and who reaches it.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    preferredWidth: 560
    title: qsTr("Found a house on this computer")
    intro: qsTr("A house is where people you know hold rooms: members come by personal invitation, talks stand in its calendar.")
    readonly property bool ready: titleField.text.trim() !== "" && nameField.text.trim() !== "" && !App.founding
    function show() {
        titleField.text = ""
        nameField.text = App.selfName
        network.checked = false
        open()
        titleField.forceActiveFocus()
    }
    function found() { if (ready) App.foundHouse(titleField.text, nameField.text, network.checked) }
    Connections {
        target: App
        function onHostingChanged() { if (root.opened && !App.founding && App.ownsHouse && App.foundProblem === "") root.close() }
    }
    FieldLabel { text: titleField.label }
    TextInputField { id: titleField; width: parent.width; label: qsTr("Name of the house"); placeholderText: qsTr("Evening Salon"); maximumLength: 80; onAccepted: root.found() }
    FieldLabel { text: nameField.label }
    TextInputField { id: nameField; width: parent.width; label: qsTr("Your name in it"); maximumLength: 64; onAccepted: root.found() }
    Rectangle {
        width: parent.width
        height: owner.implicitHeight + 24
        radius: Theme.radius
        color: Theme.sunken
        border.width: Theme.highContrast ? Theme.lineWidth : 0
        border.color: Theme.line
        Column {
            id: owner
            anchors { left: parent.left; right: parent.right; margins: 12; verticalCenter: parent.verticalCenter }
            spacing: 4
            UserText { width: parent.width; text: qsTr("What an owner is"); font.weight: Font.DemiBold; role: Accessible.Heading }
            Caption { width: parent.width; text: qsTr("The owner sets the rules, names admins and invites without a limit. There is one owner at a time; you can hand the house over later. In a talk the owner has no more power than the host lets them have.") }
            Caption { width: parent.width; text: qsTr("The house lives in a folder of this computer and is open while Parlour runs. To keep it open day and night, move that folder to a server with parlourd.") }
        }
    }
    Toggle { id: network; width: parent.width; text: qsTr("Also let people in from the local network"); explanation: qsTr("Off: only programs on this computer reach the house") }
    UserText { width: parent.width; visible: App.foundProblem !== ""; text: App.foundProblem; color: Theme.danger; role: Accessible.AlertMessage }
    actions: [
        ActionButton { kind: "primary"; enabled: root.ready; text: App.founding ? qsTr("Founding…") : qsTr("Found the house"); onClicked: root.found() },
        ActionButton { text: qsTr("Not now"); onClicked: root.close() }
    ]
}
