// SPDX-License-Identifier: Apache-2.0
// How the room is run: template, hands, times, door. Two moderators at once: the second is told who changed what.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    preferredWidth: 600
    title: qsTr("Room settings")
    readonly property string path: "/rooms/" + App.session.room + "/settings"
    readonly property var presets: ["open", "interview", "panel", "quiet"]
    readonly property var rules: ["everyone", "members", "invited", "off"]
    readonly property var fields: ["preset", "hands", "slot_seconds", "turn_seconds", "slot_is_sign", "waiting_room", "stage_only", "joins_per_minute", "cap", "overflow"]
    readonly property var titles: ({preset: qsTr("template"), hands: qsTr("who may raise a hand"), slot_seconds: qsTr("time of a speaker"),
        turn_seconds: qsTr("time of a question"), slot_is_sign: qsTr("only a sign at the end"), waiting_room: qsTr("waiting room"),
        stage_only: qsTr("stage only"), joins_per_minute: qsTr("newcomers a minute"), cap: qsTr("people at most"), overflow: qsTr("overflow rooms")})
    readonly property real cell: bodyWidth > 440 ? (bodyWidth - 12) / 2 : bodyWidth
    property var base: ({})        // the settings as they were read
    property bool loaded: false
    property bool busy: false
    property string problem: ""
    property string changed: ""    // what somebody else changed meanwhile
    property int tries: 0

    function show() {
        problem = ""
        changed = ""
        loaded = false
        open()
        App.roomHouse.get(path, (answer, error) => {
            if (error) { problem = error.message + " " + error.advice; return }
            fill(answer)
        })
    }
    function fill(settings) {
        base = settings
        preset.currentIndex = Math.max(0, presets.indexOf(settings.preset))
        hands.currentIndex = Math.max(0, rules.indexOf(settings.hands))
        slot.seconds = settings.slot_seconds
        turn.seconds = settings.turn_seconds
        sign.checked = settings.slot_is_sign
        waiting.checked = settings.waiting_room
        stageOnly.checked = settings.stage_only
        joins.text = settings.joins_per_minute > 0 ? settings.joins_per_minute : ""
        cap.text = settings.cap > 0 ? settings.cap : ""
        overflow.text = settings.overflow > 0 ? settings.overflow : ""
        loaded = true
        busy = false
    }
    function wish() {
        return {hands: rules[hands.currentIndex], slot_seconds: slot.seconds, turn_seconds: turn.seconds, slot_is_sign: sign.checked,
                waiting_room: waiting.checked, stage_only: stageOnly.checked, joins_per_minute: Number(joins.text), cap: Number(cap.text), overflow: Number(overflow.text)}
    }
    /// The room's version counts every hand: when only those moved, the change is simply sent again.
    function send(body, done) {
        busy = true
        body.if_version = base.version
        App.roomHouse.post(path, body, (answer, error) => {
            if (!error) { tries = 0; problem = ""; changed = ""; fill(answer); if (done) done(); return }
            if (error.code !== "version_conflict") { busy = false; problem = error.message + " " + error.advice; return }
            App.roomHouse.get(path, (now, lost) => {
                if (lost) { busy = false; problem = lost.message + " " + lost.advice; return }
                const other = fields.filter(field => now[field] !== base[field])
                if (other.length === 0 && ++tries < 8) { base = now; send(body, done); return }
                tries = 0
                changed = qsTr("%1 has just changed: %2. These are the settings now; make your change again.")
                    .arg(now.changed_by_name || qsTr("Another moderator")).arg(other.map(field => titles[field]).join(", "))
                fill(now)
            })
        })
    }

    UserText { width: parent.width; visible: root.changed !== ""; text: root.changed; color: Theme.handText; role: Accessible.AlertMessage }
    UserText { width: parent.width; visible: root.problem !== ""; text: root.problem; color: Theme.danger; role: Accessible.AlertMessage }
    Column {
        visible: root.loaded
        width: parent.width
        spacing: 10
        FieldLabel { text: qsTr("Template") }
        Flow {
            width: parent.width
            spacing: 8
            Choice {
                id: preset
                width: root.cell
                label: qsTr("Template")
                model: [qsTr("Open stage"), qsTr("Interview"), qsTr("Panel"), qsTr("Quiet listening")]
            }
            ActionButton {
                visible: root.presets[preset.currentIndex] !== root.base.preset
                enabled: !root.busy
                text: qsTr("Use this template")
                onClicked: root.send({preset: root.presets[preset.currentIndex]})
            }
        }
        Caption {
            width: parent.width
            text: [qsTr("Everyone may raise a hand and is called up by the moderators."),
                   qsTr("Questions come one by one, each with two minutes; the question desk screens them."),
                   qsTr("Those who were invited talk by turns of five minutes; the room hears them out."),
                   qsTr("The stage is heard; no hands, no chat.")][preset.currentIndex]
        }
        Divider { width: parent.width }
        Flow {
            width: parent.width
            spacing: 12
            Column {
                spacing: 6
                FieldLabel { text: hands.label }
                Choice {
                    id: hands
                    width: root.cell
                    label: qsTr("Who may raise a hand")
                    model: [qsTr("Everyone"), qsTr("Members whom the stage follows"), qsTr("Who was invited by name"), qsTr("Nobody")]
                }
            }
            Column {
                spacing: 6
                FieldLabel { text: slot.label }
                TimeChoice { id: slot; width: root.cell; label: qsTr("Time of a speaker"); none: qsTr("No limit") }
            }
            Column {
                spacing: 6
                FieldLabel { text: turn.label }
                TimeChoice { id: turn; width: root.cell; label: qsTr("Time of whoever “Next” calls up"); none: qsTr("As every speaker") }
            }
        }
        Toggle { id: sign; width: parent.width; text: qsTr("Only a sign when the time is over"); explanation: qsTr("Else the speaker moves to the audience") }
        Divider { width: parent.width }
        Toggle { id: waiting; width: parent.width; text: qsTr("Waiting room"); explanation: qsTr("Listeners wait until a moderator lets them in") }
        Toggle { id: stageOnly; width: parent.width; text: qsTr("Stage only"); explanation: qsTr("The audience listens: no hands, no chat") }
        Flow {
            width: parent.width
            spacing: 12
            Column {
                spacing: 6
                FieldLabel { text: joins.label }
                TextInputField { id: joins; width: root.cell; label: qsTr("Newcomers a minute, at most"); placeholderText: qsTr("no limit"); inputMethodHints: Qt.ImhDigitsOnly; validator: IntValidator { bottom: 0; top: 1000 } }
            }
            Column {
                spacing: 6
                FieldLabel { text: cap.label }
                TextInputField { id: cap; width: root.cell; label: qsTr("People inside, at most"); placeholderText: qsTr("as the house allows"); inputMethodHints: Qt.ImhDigitsOnly; validator: IntValidator { bottom: 0; top: 5000 } }
            }
            Column {
                spacing: 6
                FieldLabel { text: overflow.label }
                TextInputField { id: overflow; width: root.cell; label: qsTr("Overflow room when so many wait"); placeholderText: qsTr("never"); inputMethodHints: Qt.ImhDigitsOnly; validator: IntValidator { bottom: 0; top: 1000 } }
            }
        }
        Caption {
            visible: root.base.changed_ms > 0
            width: parent.width
            text: root.base.changed_by_name ? qsTr("Last changed by %1, %2.").arg(root.base.changed_by_name).arg(App.house.fromNow(root.base.changed_ms))
                                            : qsTr("Last changed %1.").arg(App.house.fromNow(root.base.changed_ms))
        }
    }
    actions: [
        ActionButton { kind: "primary"; enabled: root.loaded && !root.busy; text: qsTr("Save settings"); onClicked: root.send(root.wish(), () => root.close()) },
        ActionButton { text: qsTr("Close"); onClicked: root.close() }
    ]
}
