// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    preferredWidth: 480
    title: qsTr("Raise hand with a note")
    intro: qsTr("Only moderators see the note, with your place in the line.")
    onOpened: { field.text = ""; field.forceActiveFocus() }
    function done() { App.session.raiseHand(field.text); close() }
    TextInputField {
        id: field
        width: parent.width
        label: qsTr("Note to the moderators")
        placeholderText: qsTr("What is it about? (up to 140 characters)")
        maximumLength: 140
        onAccepted: root.done()
    }
    actions: [
        ActionButton { kind: "primary"; text: qsTr("Raise with this note"); iconName: "hand"; onClicked: root.done() },
        ActionButton { text: qsTr("Not now"); onClicked: root.close() }
    ]
}
