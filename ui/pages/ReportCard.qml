// SPDX-License-Identifier: Apache-2.0
// One report with its context: the last lines of the chat, who was on stage; an admin resolves it.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Surface {
    id: root
    required property var record
    readonly property var context: record.context || ({})
    readonly property bool open: !(record.resolved_ms > 0)
    property bool more: false
    property string problem: ""
    height: column.implicitHeight + 36
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1 reported %2").arg(record.reporter_name || qsTr("Somebody")).arg(record.reported_name || qsTr("somebody"))
    Accessible.description: record.text
    Column {
        id: column
        anchors { left: parent.left; right: parent.right; top: parent.top; margins: 18 }
        spacing: 6
        UserText { width: parent.width; text: root.Accessible.name; font.weight: Font.DemiBold; silent: true }
        Caption { width: parent.width; text: [root.context.room_title || "", App.house.fromNow(root.record.at_ms)].filter(word => word !== "").join(" · ") }
        UserText { width: parent.width; text: root.record.text }
        Column {
            visible: root.more
            width: parent.width
            spacing: 4
            FieldLabel { text: qsTr("On stage") }
            Caption { width: parent.width; text: (root.context.on_stage || []).map(one => one.name).join(", ") || qsTr("nobody") }
            FieldLabel { text: qsTr("Chat before the report") }
            Caption { visible: (root.context.chat || []).length === 0; text: qsTr("Nothing was written.") }
            Repeater {
                model: root.context.chat || []
                UserText { required property var modelData; width: column.width; font.pixelSize: Theme.fontSmall; text: modelData.name + ": " + (modelData.deleted ? qsTr("(deleted)") : modelData.text) }
            }
        }
        Caption { visible: !root.open; width: parent.width; text: qsTr("Resolved by %1: %2").arg(root.record.resolved_by_name || qsTr("an admin")).arg(root.record.resolution || "") }
        UserText { width: parent.width; visible: root.problem !== ""; text: root.problem; color: Theme.danger; role: Accessible.AlertMessage }
        Flow {
            width: parent.width
            spacing: 8
            TextInputField { id: words; visible: root.open; width: Math.min(parent.width, 320); implicitHeight: 36; label: qsTr("What was done"); placeholderText: qsTr("What was done about it"); maximumLength: 300 }
            ActionButton {
                visible: root.open
                compact: true
                kind: "primary"
                text: qsTr("Resolve")
                enabled: words.text.trim() !== ""
                onClicked: App.house.post("/reports/" + root.record.id + "/resolve", {resolution: words.text.trim()}, (answer, error) => { if (error) root.problem = error.message + " " + error.advice })
            }
            ActionButton { compact: true; kind: "quiet"; text: root.more ? qsTr("Less") : qsTr("What was said"); onClicked: root.more = !root.more }
        }
    }
}
