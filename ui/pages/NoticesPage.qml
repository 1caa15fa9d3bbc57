// SPDX-License-Identifier: Apache-2.0
// What happened for the person: waves and their answers, calls into a room, follows, news of talks and guests.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

FocusScope {
    id: root
    readonly property bool narrow: width < 700
    readonly property int side: narrow ? 16 : 28
    Component.onDestruction: App.notices.markSeen()

    HouseRecord { id: waves; path: App.house.member ? "/waves" : "" }
    Connections { target: App.notices; function onChanged() { waves.refresh() } }
    function waveOf(id) { return (waves.value.waves || []).find(one => one.id === id) || null }
    function answer(id, word) {
        App.house.post("/waves/" + id + "/answer", {answer: word}, (wave, error) => {
            if (error) { App.house.refused(error.message + " " + error.advice); waves.refresh(); return }
            waves.refresh()
            if (wave.state === "talking" && wave.room) App.enterRoom(App.house.server, wave.room)
        })
    }
    readonly property var open: (waves.value.waves || []).filter(one => one.state === "open" && one.from === App.house.me.id)

    PageHead {
        id: head
        anchors { left: parent.left; right: parent.right; top: parent.top; margins: root.side; topMargin: 18 }
        title: qsTr("Notices")
        subtitle: root.open.length > 0 ? qsTr("You waved to %1; no answer yet").arg(root.open.map(one => one.to_name).join(", "))
                                       : qsTr("Waves, calls and news from %1").arg(App.house.name || qsTr("the house"))
    }
    HouseGate {
        id: gate
        anchors { left: parent.left; right: parent.right; top: head.bottom; margins: root.side; topMargin: 14 }
    }
    ListView {
        id: list
        visible: !gate.visible && count > 0
        focus: true
        // Wider than its cards, or it would cut off their shadows.
        readonly property int shade: 7
        anchors { left: parent.left; right: parent.right; top: head.bottom; bottom: parent.bottom; leftMargin: root.side - shade; rightMargin: root.side - shade; topMargin: 14 }
        leftMargin: shade
        rightMargin: shade
        bottomMargin: 20
        clip: true
        spacing: 10
        model: App.notices
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: ThinScrollBar { }
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Notices, %1").arg(count)
        delegate: Surface {
            id: row
            required property var record
            required property string words
            required property bool fresh
            readonly property string kind: record.kind
            readonly property var wave: kind === "wave" ? root.waveOf(record.object) : null
            readonly property bool asks: wave !== null && wave.state === "open"
            readonly property string room: kind === "ping" || (kind === "wave_answered" && record.text === "yes") ? record.object : wave && wave.state === "talking" ? wave.room : ""
            width: list.width - 2 * list.shade
            height: Math.max(body.implicitHeight + 28, 62)
            Accessible.role: Accessible.ListItem
            Accessible.name: words
            readonly property string answered: !wave ? "" : wave.state === "later" ? qsTr("you said: maybe later") : wave.state === "expired" ? qsTr("a day has passed") : ""
            Accessible.description: [fresh ? qsTr("new") : "", App.house.fromNow(record.at_ms), answered].filter(word => word !== "").join(", ")
            Rectangle { visible: row.fresh; width: 4; height: parent.height - 20; x: 8; y: 10; radius: 2; color: Theme.accent }
            Face {
                id: face
                x: 22
                y: 14
                size: 36
                initials: App.house.initials(row.record.from_name || "?")
                colorIndex: App.house.colorOf(row.record.from || "")
                identity: row.record.from || ""
                stamp: row.record.picture_ms || 0
            }
            Column {
                id: body
                anchors { left: face.right; right: parent.right; leftMargin: 14; rightMargin: 16; top: parent.top; topMargin: 12 }
                spacing: 4
                UserText { width: parent.width; text: row.words; font.weight: row.fresh ? Font.DemiBold : Font.Normal; silent: true }
                Caption {
                    width: parent.width
                    silent: true
                    text: [App.house.fromNow(row.record.at_ms), row.answered].filter(word => word !== "").join(" · ")
                }
                Flow {
                    width: parent.width
                    spacing: 8
                    visible: row.asks || row.room !== "" || row.kind === "followed" || row.kind.startsWith("guest") || (row.kind.startsWith("event_") && row.kind !== "event_cancelled")
                    ActionButton { visible: row.asks; compact: true; kind: "primary"; text: qsTr("Yes, let us talk"); spokenName: qsTr("Yes, talk with %1 now").arg(row.record.from_name); hint: qsTr("A room for the two of you opens"); onClicked: root.answer(row.record.object, "yes") }
                    ActionButton { visible: row.asks; compact: true; text: qsTr("Maybe later"); spokenName: qsTr("Tell %1: maybe later").arg(row.record.from_name); onClicked: root.answer(row.record.object, "later") }
                    ActionButton { visible: !row.asks && row.room !== ""; compact: true; kind: row.fresh ? "primary" : "plain"; text: qsTr("Go there"); spokenName: qsTr("Go there: %1").arg(row.words); onClicked: App.enterRoom(App.house.server, row.room) }
                    ActionButton { visible: row.kind === "followed"; compact: true; text: qsTr("Who is that?"); spokenName: qsTr("Who is %1?").arg(row.record.from_name); onClicked: memberSheet.find(row.record.from) }
                    ActionButton { visible: row.kind.startsWith("event_") && row.kind !== "event_cancelled"; compact: true; text: qsTr("Show the talk"); spokenName: qsTr("Show the talk: %1").arg(row.record.text); onClicked: App.go("event", row.record.object) }
                    ActionButton { visible: row.kind.startsWith("guest"); compact: true; text: qsTr("Show the guest"); spokenName: row.words; onClicked: App.go("guest", row.record.object) }
                }
            }
        }
    }
    EmptyNote {
        visible: !gate.visible && list.count === 0 && (App.notices.loaded || App.notices.problem !== "")
        anchors { left: parent.left; right: parent.right; top: head.bottom; margins: root.side; topMargin: 14 }
        iconName: "bell"
        problem: App.notices.problem
        title: qsTr("Nothing new")
        text: qsTr("When somebody waves to you, calls you into a room or follows you, or when a talk you come to changes, it stands here.")
    }
    MemberSheet { id: memberSheet }
}
