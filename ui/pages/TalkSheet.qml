// SPDX-License-Identifier: Apache-2.0
// Announce a talk, or change its words; another time is a move, which reaches everybody who comes.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    preferredWidth: 600
    property var talk: null        // null = a new one
    property string problem: ""
    property bool busy: false
    title: talk ? qsTr("Change the talk") : qsTr("Announce a talk")
    readonly property real cell: bodyWidth > 440 ? (bodyWidth - 12) / 2 : bodyWidth
    readonly property var lengths: [30, 45, 60, 90, 120, 180]
    readonly property var repeats: ["", "FREQ=DAILY", "FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2", "FREQ=MONTHLY"]
    readonly property var days: ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]
    signal saved()

    function show(which) {
        talk = which
        problem = ""
        busy = false
        titleField.text = which ? which.title : ""
        details.text = which ? which.details || "" : ""
        at.text = which ? String(which.wall || "").replace("T", " ").slice(0, 16) : ""
        zone.text = which ? which.zone : App.house.zone()
        length.currentIndex = which ? Math.max(0, lengths.indexOf(which.minutes)) : 2
        repeat.currentIndex = 0
        count.text = ""
        open()
    }
    /// "monthly" means by weekday: the second Tuesday stays the second Tuesday.
    function rule() {
        let every = repeats[repeat.currentIndex]
        if (every === "FREQ=MONTHLY") {
            const date = new Date(at.text.slice(0, 10) + "T12:00:00Z")
            if (!isNaN(date)) every += ";BYDAY=" + Math.min(4, Math.ceil(date.getUTCDate() / 7)) + days[date.getUTCDay()]
        }
        return every !== "" && Number(count.text) > 0 ? every + ";COUNT=" + Number(count.text) : every
    }
    function done(answer, error) {
        busy = false
        if (error) { problem = error.message + " " + error.advice; return }
        saved()
        close()
        if (answer.note) App.house.refused(answer.note)
        if (!talk) App.go("event", answer.id)
    }
    function send() {
        busy = true
        const typed = at.text.trim().replace(" ", "T")
        const minutes = lengths[length.currentIndex]
        if (!talk) {
            App.house.post("/schedule", {title: titleField.text.trim(), at: typed.length === 16 ? typed + ":00" : typed, zone: zone.text.trim(), minutes: minutes,
                                         every: rule(), details: details.text.trim()}, done)
            return
        }
        const moved = typed !== String(talk.wall || "").slice(0, 16) || zone.text.trim() !== talk.zone
        App.house.post("/schedule/" + talk.id + "/update", {title: titleField.text.trim(), details: details.text.trim(), minutes: minutes, if_sequence: talk.sequence}, (answer, error) => {
            if (error || !moved) { done(answer, error); return }
            App.house.post("/schedule/" + talk.id + "/move", {at: typed.length === 16 ? typed + ":00" : typed, zone: zone.text.trim(), if_sequence: answer.sequence}, done)
        })
    }
    TextInputField { id: titleField; width: parent.width; label: qsTr("Title"); placeholderText: qsTr("Title of the talk"); maximumLength: 200 }
    Flow {
        width: parent.width
        spacing: 12
        Column {
            spacing: 6
            FieldLabel { text: qsTr("Day and time") }
            TextInputField { id: at; width: root.cell; label: qsTr("Day and time"); placeholderText: qsTr("2026-12-01 18:00"); maximumLength: 20 }
        }
        Column {
            spacing: 6
            FieldLabel { text: qsTr("Time zone") }
            TextInputField { id: zone; width: root.cell; label: qsTr("Time zone"); placeholderText: qsTr("Europe/Berlin"); maximumLength: 60 }
        }
        Column {
            spacing: 6
            FieldLabel { text: qsTr("Length") }
            Choice { id: length; width: root.cell; label: qsTr("Length"); model: root.lengths.map(minutes => qsTr("%1 minutes").arg(minutes)) }
        }
        Column {
            visible: !root.talk
            spacing: 6
            FieldLabel { text: qsTr("Repeats") }
            Choice { id: repeat; width: root.cell; label: qsTr("Repeats"); model: [qsTr("Once"), qsTr("Every day"), qsTr("Every week"), qsTr("Every second week"), qsTr("Every month, same weekday")] }
        }
        Column {
            visible: !root.talk && repeat.currentIndex > 0
            spacing: 6
            FieldLabel { text: qsTr("How many times") }
            TextInputField { id: count; width: root.cell; label: qsTr("How many times"); placeholderText: qsTr("empty: without an end"); inputMethodHints: Qt.ImhDigitsOnly; maximumLength: 3 }
        }
    }
    TextBox { id: details; width: parent.width; lines: 3; label: qsTr("About"); placeholderText: qsTr("What it is about (may stay empty)"); maximumLength: 4000 }
    Caption { visible: !!root.talk; width: parent.width; text: qsTr("Another time is told to everybody who comes.") }
    UserText { width: parent.width; visible: root.problem !== ""; text: root.problem; color: Theme.danger; role: Accessible.AlertMessage }
    actions: [
        ActionButton { kind: "primary"; enabled: !root.busy && titleField.text.trim() !== "" && at.text.trim() !== ""; text: root.talk ? qsTr("Save changes") : qsTr("Announce"); onClicked: root.send() },
        ActionButton { text: qsTr("Close"); onClicked: root.close() }
    ]
}
