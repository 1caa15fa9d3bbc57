// SPDX-License-Identifier: Apache-2.0
// Into a room of a LiveKit server that no house stands behind: its address and the token that somebody gave out.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    title: qsTr("LiveKit server")
    intro: qsTr("For a room on any LiveKit server: its address, and the token that its owner made for you. You come in muted. There is no house there: no raised hands, invitations or moderators.")
    property string problem: ""
    readonly property bool complete: address.text.trim() !== "" && token.text.trim() !== ""

    onAboutToShow: { problem = ""; token.text = "" }
    onOpened: address.forceActiveFocus()

    function proceed() {
        if (!complete) return
        problem = App.enterServer(address.text, token.text)
        if (problem === "") { token.text = ""; close() }
    }
    FieldLabel { text: qsTr("Address") }
    TextInputField {
        id: address
        width: parent.width
        label: qsTr("Address of the LiveKit server")
        placeholderText: qsTr("wss://…")
        wrong: root.problem !== ""
        inputMethodHints: Qt.ImhUrlCharactersOnly | Qt.ImhNoPredictiveText
        onTextEdited: root.problem = ""
        onAccepted: token.forceActiveFocus()
    }
    FieldLabel { text: qsTr("Token") }
    TextInputField {
        id: token
        width: parent.width
        label: qsTr("Access token")
        echoMode: TextInput.Password
        wrong: root.problem !== ""
        inputMethodHints: Qt.ImhHiddenText | Qt.ImhNoPredictiveText | Qt.ImhSensitiveData
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
        ActionButton { text: qsTr("Not now"); onClicked: root.close() },
        ActionButton { text: qsTr("Enter room"); kind: "primary"; enabled: root.complete; onClicked: root.proceed() }
    ]
}
