// SPDX-License-Identifier: Apache-2.0
// A report about somebody in the room to the admins of the house, with a word on what is kept where.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    preferredWidth: 520
    property string identity: ""
    property string name: ""
    property string problem: ""
    property bool busy: false
    property bool sent: false
    title: sent ? qsTr("Thank you") : qsTr("Report %1").arg(name)
    function show(which, called) {
        identity = which
        name = called
        problem = ""
        busy = false
        sent = false
        words.text = ""
        open()
        words.take()
    }
    TextBox { id: words; visible: !root.sent; width: parent.width; lines: 4; label: qsTr("What happened"); placeholderText: qsTr("What happened, in a few words"); maximumLength: 1000; onAccepted: sendButton.activate() }
    Caption {
        visible: !root.sent
        width: parent.width
        text: qsTr("The admins of %1 read this. With it the house keeps, for them only: your name and the other's, the title of the room, who is on stage now and the last 20 lines of its chat. No sound is kept, and nothing leaves the house. %2 is not told.")
              .arg(App.session.houseName || qsTr("this house")).arg(root.name)
    }
    UserText { visible: root.sent; width: parent.width; text: qsTr("Your report is with the admins of the house. If somebody disturbs the talk now, the moderators of this room are quicker.") }
    UserText { width: parent.width; visible: root.problem !== ""; text: root.problem; color: Theme.danger; role: Accessible.AlertMessage }
    actions: [
        ActionButton {
            id: sendButton
            visible: !root.sent
            kind: "danger"
            iconName: "flag"
            enabled: !root.busy && words.text.trim() !== ""
            text: qsTr("Send the report")
            onClicked: {
                root.busy = true
                App.roomHouse.post("/reports", {room: App.session.room, who: root.identity, text: words.text.trim()}, (answer, error) => {
                    root.busy = false
                    root.problem = error ? error.message + " " + error.advice : ""
                    root.sent = !error
                })
            }
        },
        ActionButton { text: qsTr("Close"); onClicked: root.close() }
    ]
}
