// SPDX-License-Identifier: Apache-2.0
// Against many at once: one press shuts the door and slows newcomers down; another sends out everybody who came by one link or
// within the last minutes, after showing how many that are.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    preferredWidth: 560
    title: qsTr("Stop a raid")
    readonly property string path: "/rooms/" + App.session.room
    readonly property var minutes: [1, 2, 5, 10, 20, 60]
    readonly property var spans: [10, 60, 1440, 0]
    readonly property int slow: 5               // newcomers a minute while a raid runs
    readonly property bool byLink: way.currentIndex === 0
    readonly property var links: came.value.links || []
    readonly property var link: links[linkChoice.currentIndex] || null
    readonly property int count: byLink ? (link ? link.people : 0) : came.value.recent || 0
    readonly property bool stopped: App.session.doorLocked
    property int joinsBefore: 0
    property bool busy: false
    property string problem: ""

    function show() {
        problem = ""
        busy = false
        closeLink.checked = true
        open()
    }
    function linkWords(one) {
        const kind = one.kind === "speaker" ? qsTr("Speaker link") : one.kind === "moderator" ? qsTr("Moderator link") : one.kind === "listener" ? qsTr("Listener link") : qsTr("Link")
        const of = one.for_name ? qsTr("for %1").arg(one.for_name) : one.issuer_name ? qsTr("of %1").arg(one.issuer_name) : ""
        return [kind + (of ? " " + of : ""), one.people === 1 ? qsTr("1 person") : qsTr("%1 people").arg(one.people), qsTr("last came %1").arg(App.house.fromNow(one.last_ms))].join(" · ")
    }
    function shut(on) {
        busy = true
        const finish = error => { busy = false; problem = error ? error.message + " " + error.advice : ""; came.refresh() }
        App.roomHouse.post(path + "/stage", {verb: "lock_door", on: on}, (locked, error) => {
            if (error) { finish(error); return }
            App.roomHouse.get(path + "/settings", (now, lost) => {
                if (lost) { finish(lost); return }
                if (on && now.joins_per_minute !== slow) joinsBefore = now.joins_per_minute
                App.roomHouse.post(path + "/settings", {joins_per_minute: on ? slow : joinsBefore}, (answer, refused) => finish(refused))
            })
        })
    }
    function sendOut(ban) {
        busy = true
        const hit = count
        const body = byLink ? {verb: ban ? "ban_many" : "remove_many", link: link.link, close_link: closeLink.checked}
                            : {verb: ban ? "ban_many" : "remove_many", since_minutes: minutes[ago.currentIndex]}
        if (ban && spans[span.currentIndex] > 0) body.minutes = spans[span.currentIndex]
        App.roomHouse.post(path + "/stage", body, (answer, error) => {
            busy = false
            problem = error ? error.message + " " + error.advice : ""
            came.refresh()
            if (error) return
            // The next link in the list would stand under the same button: whoever presses twice must not hit others.
            close()
            App.showNotice(hit === 1 ? qsTr("1 person is out.") : qsTr("%1 people are out.").arg(hit))
        })
    }

    HouseRecord { id: came; inRoom: true; path: root.opened ? root.path + "/arrivals?minutes=" + root.minutes[ago.currentIndex] : "" }
    Timer { interval: 3000; running: root.opened && !root.busy; repeat: true; onTriggered: came.refresh() }

    Rectangle {
        width: parent.width
        height: door.implicitHeight + 28
        radius: Theme.radius
        color: root.stopped ? Theme.handBackground : Theme.sunken
        border.width: Theme.highContrast ? Theme.lineWidth : 0
        border.color: Theme.line
        Column {
            id: door
            anchors { left: parent.left; right: parent.right; margins: 14; verticalCenter: parent.verticalCenter }
            spacing: 8
            UserText {
                width: parent.width
                color: root.stopped ? Theme.handText : Theme.text
                text: root.stopped ? qsTr("The door is locked. Those with an unused personal invitation still come in, at most %1 a minute.").arg(root.slow)
                                   : qsTr("One press locks the door and lets at most %1 newcomers a minute in. Who is inside stays.").arg(root.slow)
            }
            ActionButton {
                kind: root.stopped ? "plain" : "danger"
                iconName: "lock"
                enabled: !root.busy
                text: root.stopped ? qsTr("Open the door again") : qsTr("Stop the raid")
                onClicked: root.shut(!root.stopped)
            }
        }
    }
    FieldLabel { text: qsTr("Send out") }
    Choice {
        id: way
        width: parent.width
        label: qsTr("Whom to send out")
        model: [qsTr("Everyone who came by one link"), qsTr("Everyone who came in the last minutes")]
    }
    Choice {
        id: linkChoice
        visible: root.byLink && root.links.length > 0
        width: parent.width
        label: qsTr("By which link")
        model: root.links.map(one => root.linkWords(one))
        // The list is asked anew every few seconds; the chosen link stays chosen wherever it stands then.
        property string chosen: ""
        onActivated: index => chosen = root.links[index] ? root.links[index].link : ""
        onModelChanged: currentIndex = Math.max(0, root.links.findIndex(one => one.link === chosen))
    }
    Caption { visible: root.byLink && came.loaded && root.links.length === 0; width: parent.width; text: qsTr("Nobody below you who is inside came by a link.") }
    Choice {
        id: ago
        visible: !root.byLink
        width: parent.width
        currentIndex: 2
        label: qsTr("In how many minutes")
        model: root.minutes.map(value => value === 1 ? qsTr("In the last minute") : qsTr("In the last %1 minutes").arg(value))
    }
    Choice {
        id: span
        width: parent.width
        label: qsTr("How long a ban lasts")
        currentIndex: 1
        model: [qsTr("A ban lasts 10 minutes"), qsTr("A ban lasts 1 hour"), qsTr("A ban lasts 1 day"), qsTr("A ban is for good")]
    }
    Toggle {
        id: closeLink
        visible: root.byLink
        width: parent.width
        text: qsTr("Also close the link")
        explanation: qsTr("Nobody new comes in by it. A ban keeps out its people as well.")
    }
    UserText {
        width: parent.width
        text: root.problem !== "" ? root.problem : came.problem !== "" ? came.problem
            : !came.loaded ? qsTr("Counting…") : root.count === 0 ? qsTr("This reaches nobody.")
            : root.count === 1 ? qsTr("This sends 1 person out. Moderators and the host stay.") : qsTr("This sends %1 people out. Moderators and the host stay.").arg(root.count)
        color: root.problem !== "" || came.problem !== "" || root.count > 0 ? Theme.danger : Theme.muted
        role: root.problem !== "" ? Accessible.AlertMessage : Accessible.StaticText
    }
    actions: [
        ActionButton { kind: "danger"; enabled: !root.busy && root.count > 0; text: qsTr("Remove %1").arg(root.count); spokenName: root.count === 1 ? qsTr("Remove 1 person") : qsTr("Remove %1 people").arg(root.count); onClicked: root.sendOut(false) },
        ActionButton { kind: "danger"; enabled: !root.busy && root.count > 0; text: qsTr("Ban %1").arg(root.count); spokenName: root.count === 1 ? qsTr("Ban 1 person") : qsTr("Ban %1 people").arg(root.count); onClicked: root.sendOut(true) },
        ActionButton { text: qsTr("Close"); onClicked: root.close() }
    ]
}
