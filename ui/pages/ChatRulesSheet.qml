// SPDX-License-Identifier: Apache-2.0
// Moderators: how often people may write, and the link on top of the chat.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    preferredWidth: 480
    readonly property var chat: App.session.chat
    readonly property var seconds: [0, 5, 10, 30, 60, 300]
    property string problem: ""
    title: qsTr("Slow mode and pinned link")
    intro: qsTr("Both hold for this live session. Moderators are not slowed down.")
    onAboutToShow: {
        problem = ""
        let nearest = 0
        for (let i = 0; i < seconds.length; ++i) if (seconds[i] <= chat.slowSeconds) nearest = i
        slow.currentIndex = nearest
        link.text = chat.pinned
    }
    function save() {
        problem = link.text.trim() === chat.pinned ? "" : chat.pin(link.text)
        if (problem !== "") return
        if (seconds[slow.currentIndex] !== chat.slowSeconds) chat.setSlow(seconds[slow.currentIndex])
        close()
    }
    FieldLabel { text: slow.label }
    Choice {
        id: slow
        width: parent.width
        label: qsTr("One message per person")
        model: [qsTr("As often as one likes"), qsTr("Every 5 seconds"), qsTr("Every 10 seconds"), qsTr("Every 30 seconds"), qsTr("Every minute"), qsTr("Every 5 minutes")]
    }
    FieldLabel { text: link.label }
    TextInputField {
        id: link
        width: parent.width
        label: qsTr("Pinned link")
        placeholderText: qsTr("https://… (empty: none)")
        maximumLength: 512
        wrong: root.problem !== ""
        inputMethodHints: Qt.ImhUrlCharactersOnly | Qt.ImhNoPredictiveText
        onTextEdited: root.problem = ""
        onAccepted: root.save()
    }
    UserText {
        visible: root.problem !== ""
        width: parent.width
        text: root.problem
        color: Theme.danger
        role: Accessible.AlertMessage
    }
    actions: [
        ActionButton { kind: "primary"; text: qsTr("Save"); onClicked: root.save() },
        ActionButton { text: qsTr("Cancel"); onClicked: root.close() }
    ]
}
