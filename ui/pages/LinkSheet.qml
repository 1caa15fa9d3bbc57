// SPDX-License-Identifier: Apache-2.0
// "Join with a link": paste it here; what follows is the confirm sheet.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    title: qsTr("Join with a link")
    intro: qsTr("Paste the invitation that somebody sent you. Nothing is sent before you look inside.")
    property string problem: ""
    signal serverWanted()

    onAboutToShow: {
        problem = ""
        field.text = App.linkInClipboard()
    }
    onOpened: { field.forceActiveFocus(); field.selectAll() }

    function proceed() {
        problem = App.openLink(field.text)
        if (problem === "") { field.text = ""; close() }
    }
    FieldLabel { text: qsTr("Invitation link") }
    TextInputField {
        id: field
        width: parent.width
        label: qsTr("Invitation link")
        placeholderText: qsTr("https://… or parlour://…")
        wrong: root.problem !== ""
        inputMethodHints: Qt.ImhUrlCharactersOnly | Qt.ImhNoPredictiveText | Qt.ImhSensitiveData
        onTextEdited: root.problem = ""
        onAccepted: root.proceed()
    }
    UserText {
        visible: root.problem !== ""
        width: parent.width
        text: root.problem
        color: Theme.danger
        role: Accessible.AlertMessage
    }
    actions: [
        ActionButton { text: qsTr("LiveKit server…"); hint: qsTr("An address and a token instead of a link"); onClicked: { root.close(); root.serverWanted() } },
        ActionButton { text: qsTr("Not now"); onClicked: root.close() },
        ActionButton { text: qsTr("Continue"); kind: "primary"; enabled: field.text.trim() !== ""; onClicked: root.proceed() }
    ]
}
