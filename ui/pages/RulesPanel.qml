// SPDX-License-Identifier: Apache-2.0
// The rules of a house: everybody reads them, admins change them. Two admins at once: the second is told.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Flickable {
    id: root
    contentHeight: column.implicitHeight + 20
    clip: true
    boundsBehavior: Flickable.StopAtBounds
    T.ScrollBar.vertical: ThinScrollBar { }
    readonly property var rules: record.value
    readonly property bool mayChange: App.house.admin
    readonly property real cell: width > 560 ? Math.min(260, (width - 60) / 2) : width - 48
    function fill() {
        const rules = record.value   // the binding may be a moment behind
        titleField.text = rules.title || ""
        openToggle.checked = rules.open === true
        waiting.checked = rules.waiting_list === true
        newcomer.text = rules.newcomer_invitations
        people.text = rules.earn_people
        minutes.text = rules.earn_minutes
        week.text = rules.earn_per_week
    }
    function save() {
        record.post("/house/rules", {title: titleField.text.trim(), open: openToggle.checked, waiting_list: waiting.checked,
            newcomer_invitations: Number(newcomer.text), earn_people: Number(people.text), earn_minutes: Number(minutes.text),
            earn_per_week: Number(week.text), version: rules.version})
    }
    FollowFocus { view: root }
    HouseRecord {
        id: record
        path: App.house.member ? "/house/rules" : ""
        onChanged: if (loaded && !busy && problem === "") root.fill()
        onSaved: { App.house.refused(qsTr("The rules are saved.")); App.house.refresh() }
    }
    Surface {
        width: root.width
        height: column.implicitHeight + 44
        visible: record.loaded || record.problem !== ""
        Column {
            id: column
            anchors { left: parent.left; right: parent.right; top: parent.top; margins: 22 }
            spacing: 10
            FieldLabel { text: qsTr("Name of the house") }
            TextInputField { id: titleField; width: Math.min(parent.width, 420); readOnly: !root.mayChange; label: qsTr("Name of the house"); maximumLength: 80 }
            Caption { width: parent.width; wrapMode: Text.WrapAnywhere; text: qsTr("Found at %1").arg(App.house.server.split("#")[0]) + (App.house.me.house ? " · " + qsTr("id %1").arg(App.house.me.house) : "") }
            Caption { visible: App.house.owner; width: parent.width; text: qsTr("You own this house. To hand it over, open an admin's sheet among the members.") }
            Toggle { id: openToggle; width: parent.width; enabled: root.mayChange; text: qsTr("Open house"); explanation: qsTr("Anyone listens by link. Closed: only members come in.") }
            Toggle { id: waiting; width: parent.width; enabled: root.mayChange; text: qsTr("Waiting list"); explanation: qsTr("Outsiders may ask with one sentence; any member with an invitation to spare lets them in.") }
            Divider { width: parent.width }
            UserText { text: qsTr("How invitations are earned"); font.weight: Font.DemiBold; role: Accessible.Heading }
            Flow {
                width: parent.width
                spacing: 12
                Column { spacing: 6; FieldLabel { text: newcomer.label } TextInputField { id: newcomer; width: root.cell; readOnly: !root.mayChange; label: qsTr("For a newcomer"); inputMethodHints: Qt.ImhDigitsOnly; validator: IntValidator { bottom: 0; top: 100 } } }
                Column { spacing: 6; FieldLabel { text: people.label } TextInputField { id: people; width: root.cell; readOnly: !root.mayChange; label: qsTr("Hosted a room of so many people"); inputMethodHints: Qt.ImhDigitsOnly; validator: IntValidator { bottom: 0; top: 100000 } } }
                Column { spacing: 6; FieldLabel { text: minutes.label } TextInputField { id: minutes; width: root.cell; readOnly: !root.mayChange; label: qsTr("For so many minutes"); inputMethodHints: Qt.ImhDigitsOnly; validator: IntValidator { bottom: 1; top: 1440 } } }
                Column { spacing: 6; FieldLabel { text: week.label } TextInputField { id: week; width: root.cell; readOnly: !root.mayChange; label: qsTr("At most so many a week"); inputMethodHints: Qt.ImhDigitsOnly; validator: IntValidator { bottom: 0; top: 100 } } }
            }
            Caption { width: parent.width; text: qsTr("0 people: nothing is earned. Unused invitations come back when they expire.") }
            UserText { width: parent.width; visible: record.problem !== ""; text: record.problem; color: Theme.danger; role: Accessible.AlertMessage }
            Flow {
                visible: root.mayChange
                width: parent.width
                spacing: 8
                ActionButton { kind: "primary"; enabled: !record.busy && titleField.text.trim() !== ""; text: qsTr("Save rules"); onClicked: root.save() }
                ActionButton { visible: record.problem !== ""; text: qsTr("Look at them again"); onClicked: record.refresh() }
            }
        }
    }
}
