// SPDX-License-Identifier: Apache-2.0
// What follows the signatures: a date in the calendar, then the evening with its two lights. For the host.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Surface {
    id: root
    required property var talk        // HouseRecord of the guest
    readonly property var view: talk.value
    readonly property var dates: view.terms && view.terms.when ? view.terms.when : []
    readonly property bool planned: !!view.event
    property int chosen: 0
    property string problem: ""
    visible: talk.loaded && view.state === "agreed"
    height: body.implicitHeight + 40
    function schedule() {
        const at = dates.length > 0 ? dates[Math.min(chosen, dates.length - 1)] : App.guests.isoOf(typed.text)
        problem = at === "" ? qsTr("A date cannot be read. Write it like 2026-12-01 18:00.") : ""
        if (at !== "") talk.post("/guests/" + view.id + "/schedule", {at: at, zone: App.house.zone()})
    }
    Column {
        id: body
        anchors { left: parent.left; right: parent.right; top: parent.top; margins: 20 }
        spacing: 10
        UserText { text: root.planned ? qsTr("On the evening") : qsTr("Into the calendar"); font.weight: Font.DemiBold; role: Accessible.Heading }
        Caption {
            width: parent.width
            text: root.planned ? qsTr("You, the guest and the delegate hear each other before; the audience waits outside and comes in when both sides are ready.")
                : qsTr("The talk gets its place in the calendar of the house, and its room becomes an interview. The links of the invitation lead there.")
        }
        Choice {
            visible: !root.planned && root.dates.length > 0
            width: Math.min(parent.width, 420)
            label: qsTr("One of the agreed dates")
            model: root.dates.map(iso => App.house.moment(Date.parse(iso)))
            currentIndex: Math.min(root.chosen, root.dates.length - 1)
            onActivated: index => root.chosen = index
        }
        TextInputField { id: typed; visible: !root.planned && root.dates.length === 0; width: Math.min(parent.width, 420); label: qsTr("Day and time"); placeholderText: "2026-12-01 18:00"; maximumLength: 30 }
        ActionButton { visible: !root.planned; kind: "primary"; iconName: "calendar"; text: qsTr("Put it into the calendar"); enabled: !root.talk.busy; onClicked: root.schedule() }
        Flow {
            visible: root.planned
            width: parent.width
            spacing: 8
            Chip { text: root.view.guest_ready ? qsTr("Guest: ready") : qsTr("Guest: not ready yet"); tone: root.view.guest_ready ? "live" : "hand" }
            Chip { text: root.view.host_ready ? qsTr("You: ready") : qsTr("You: not ready yet"); tone: root.view.host_ready ? "live" : "hand" }
            Chip { visible: root.view.started === true; text: qsTr("The audience is in"); tone: "live" }
        }
        Flow {
            visible: root.planned
            width: parent.width
            spacing: 8
            ActionButton {
                visible: root.view.started !== true
                kind: root.view.host_ready ? "plain" : "primary"
                text: root.view.host_ready ? qsTr("Not ready after all") : qsTr("I am ready")
                onClicked: root.talk.post("/guests/" + root.view.id + "/ready", {on: !root.view.host_ready})
            }
            ActionButton {
                id: begin
                property bool sure: false
                visible: root.view.started !== true
                text: sure ? qsTr("Yes, let the audience in now") : qsTr("Begin without waiting…")
                onClicked: { if (sure) root.talk.post("/guests/" + root.view.id + "/change", {start: true}); sure = !sure }
            }
            ActionButton { visible: !!root.view.green_room; iconName: "people"; text: qsTr("Go to the green room"); hint: qsTr("Guest, delegate and hosts hear each other; the audience does not"); onClicked: App.enterRoom(App.house.server, root.view.green_room) }
            ActionButton { visible: !!root.view.room; text: qsTr("Go to the stage"); onClicked: App.enterRoom(App.house.server, root.view.room) }
            ActionButton { iconName: "calendar"; text: qsTr("Open the talk"); onClicked: App.go("event", root.view.event) }
        }
        UserText { width: parent.width; visible: root.problem !== ""; text: root.problem; color: Theme.danger; role: Accessible.AlertMessage }
    }
}
