// SPDX-License-Identifier: Apache-2.0
// One member: profile, who invited them, whom they brought (walk the tree up and down), and what an admin may do.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    preferredWidth: 520
    spokenTitle: who.name || qsTr("Member")
    property var who: ({})
    property string problem: ""
    property string done: ""
    property string asking: ""     // "suspend", "remove", "wave": the second step
    readonly property bool self: who.id === App.house.me.id
    readonly property int rank: ["none", "member", "admin", "owner"].indexOf(who.standing || "none")
    readonly property int ownRank: ["none", "member", "admin", "owner"].indexOf(App.house.me.standing || "none")
    readonly property bool below: App.house.admin && !self && rank < ownRank
    readonly property bool suspended: who.state === "suspended"
    readonly property var spans: [60, 1440, 10080, 0]

    function show(record) {
        who = record
        problem = ""
        done = ""
        asking = ""
        profile.path = "/people/" + record.id
        open()
    }
    function find(identity) {
        App.house.get("/people/" + identity, (answer, error) => {
            if (error) { App.house.refused(error.message); return }
            show(answer)
        })
    }
    function act(verb, body, done) {
        App.house.post("/members/" + who.id + "/" + verb, body, (answer, error) => {
            if (error) { root.problem = error.message + " " + error.advice; return }
            root.problem = ""
            root.asking = ""
            if (done) done(answer); else root.who = answer
        })
    }
    onClosed: { profile.path = ""; asking = "" }

    HouseRecord { id: profile; path: "" }
    HouseList {
        id: branch
        path: root.opened && root.who.id ? "/members?invited_by=" + root.who.id : ""
        rows: "members"
        cursor: "after"
        pageSize: 50
    }

    Row {
        width: parent.width
        spacing: 14
        Avatar {
            id: face
            size: 56
            initials: App.house.initials(root.who.name || "")
            colorIndex: App.house.colorOf(root.who.id || "")
            Portrait { anchors.fill: parent; identity: root.who.id || ""; stamp: profile.value.picture_ms || 0 }
        }
        Column {
            width: parent.width - face.width - 14
            anchors.verticalCenter: parent.verticalCenter
            spacing: 2
            UserText {
                width: parent.width
                text: root.who.name || qsTr("A former member")
                font.pixelSize: Theme.fontSection
                font.weight: Font.DemiBold
                maximumLineCount: 2
                role: Accessible.Heading
            }
            Caption {
                width: parent.width
                text: [root.who.handle ? "@" + root.who.handle : "", profile.value.pronouns || "",
                       root.who.standing === "owner" ? qsTr("owner") : root.who.standing === "admin" ? qsTr("admin") : qsTr("member"),
                       root.who.joined_ms > 0 ? qsTr("since %1").arg(App.house.day(root.who.joined_ms)) : ""].filter(word => word !== "").join(" · ")
            }
        }
    }
    UserText { width: parent.width; visible: text !== ""; text: profile.value.about || "" }
    Repeater {
        model: profile.value.links || []
        Caption { required property string modelData; text: modelData; width: root.bodyWidth; wrapMode: Text.WrapAnywhere }
    }
    Chip { visible: root.suspended; tone: "danger"; text: root.who.suspended_until_ms > 0 ? qsTr("Suspended until %1").arg(App.house.moment(root.who.suspended_until_ms)) : qsTr("Suspended until lifted") }
    UserText { width: parent.width; visible: root.problem !== ""; text: root.problem; color: Theme.danger; role: Accessible.AlertMessage }

    Divider { width: parent.width }
    Flow {
        width: parent.width
        spacing: 8
        FieldLabel { text: qsTr("Invited by"); height: 34; verticalAlignment: Text.AlignVCenter }
        ActionButton {
            visible: !!root.who.invited_by
            compact: true
            text: root.who.invited_by_name || qsTr("A former member")
            spokenName: qsTr("Invited by %1").arg(root.who.invited_by_name || qsTr("a former member"))
            onClicked: root.find(root.who.invited_by)
        }
        Caption { visible: !root.who.invited_by; text: root.who.standing === "owner" ? qsTr("nobody: the first of the house") : qsTr("nobody"); height: 34; verticalAlignment: Text.AlignVCenter }
    }
    FieldLabel { text: branch.loaded && branch.count > 0 ? qsTr("Brought into the house · %1").arg(branch.answer.total || branch.count) : qsTr("Brought into the house") }
    Caption { visible: branch.empty; width: parent.width; text: qsTr("Nobody yet.") }
    ListView {
        id: tree
        visible: count > 0
        width: parent.width
        height: Math.min(contentHeight, 190)
        clip: true
        model: branch
        activeFocusOnTab: count > 0
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Brought into the house, %1").arg(count)
        Keys.onReturnPressed: if (currentItem) root.show(currentItem.record)
        delegate: MemberRow {
            id: row
            required property int index
            required record
            width: tree.width
            focusPolicy: Qt.NoFocus
            onClicked: root.show(record)
            FocusRing { shown: tree.activeFocus && tree.currentIndex === row.index; gap: -4 }
        }
    }

    Column {
        visible: root.asking === "suspend" || root.asking === "remove"
        width: parent.width
        spacing: 8
        Divider { width: parent.width }
        FieldLabel { text: root.asking === "suspend" ? qsTr("Suspend for how long?") : qsTr("Remove whom?") }
        Choice {
            id: span
            visible: root.asking === "suspend"
            width: parent.width
            label: qsTr("Suspend for how long?")
            currentIndex: 1
            model: [qsTr("1 hour"), qsTr("1 day"), qsTr("1 week"), qsTr("Until lifted")]
        }
        TextInputField {
            id: reason
            visible: root.asking === "suspend"
            width: parent.width
            label: qsTr("Reason, for the audit log")
            placeholderText: qsTr("Reason, only for the audit log")
            maximumLength: 200
        }
        Choice {
            id: scope
            visible: root.asking === "remove"
            width: parent.width
            label: qsTr("Remove whom?")
            model: [qsTr("Only this person"), qsTr("This person and everyone below in the tree")]
        }
        Caption {
            width: parent.width
            text: root.asking === "suspend" ? qsTr("They leave every room at once and cannot come back until then.")
                : scope.currentIndex === 0 ? qsTr("They leave every room at once. Those whom they brought stay.")
                : qsTr("Everyone they brought, and everyone those brought, leaves every room at once.")
        }
        Flow {
            width: parent.width
            spacing: 8
            ActionButton {
                compact: true
                kind: "danger"
                text: root.asking === "suspend" ? qsTr("Suspend now") : qsTr("Remove now")
                onClicked: root.asking === "suspend"
                    ? root.act("suspend", {minutes: root.spans[span.currentIndex] > 0 ? root.spans[span.currentIndex] : undefined, reason: reason.text})
                    : root.act("remove", {scope: scope.currentIndex === 0 ? "people" : "subtree"}, () => root.close())
            }
            ActionButton { compact: true; text: qsTr("Go back"); onClicked: root.asking = "" }
        }
    }
    Column {
        visible: root.asking === "owner"
        width: parent.width
        spacing: 8
        Divider { width: parent.width }
        UserText { width: parent.width; text: qsTr("%1 becomes the owner of %2, and you become an admin. Only the new owner can change that again.").arg(root.who.name || "").arg(App.house.name) }
        Flow {
            width: parent.width
            spacing: 8
            ActionButton { compact: true; kind: "danger"; text: qsTr("Hand it over now"); onClicked: root.act("standing", {standing: "owner"}, answer => { root.who = answer; App.house.refresh() }) }
            ActionButton { compact: true; text: qsTr("Go back"); onClicked: root.asking = "" }
        }
    }
    Column {
        visible: root.asking === "wave"
        width: parent.width
        spacing: 8
        Divider { width: parent.width }
        FieldLabel { text: qsTr("Come talk?") }
        TextInputField { id: waveWords; width: parent.width; label: qsTr("A word to go with it"); placeholderText: qsTr("A word to go with it (may stay empty)"); maximumLength: 140; onAccepted: waveButton.activate() }
        Caption { width: parent.width; text: qsTr("Only %1 sees this. A room for the two of you opens on the first yes; after a day the wave is over.").arg(root.who.name || "") }
        Flow {
            width: parent.width
            spacing: 8
            ActionButton {
                id: waveButton
                compact: true
                kind: "primary"
                iconName: "hand"
                text: qsTr("Wave")
                spokenName: qsTr("Wave to %1").arg(root.who.name || "")
                onClicked: App.house.post("/people/" + root.who.id + "/wave", {text: waveWords.text.trim()}, (answer, error) => {
                    root.problem = error ? error.message + " " + error.advice : ""
                    if (error) return
                    root.asking = ""
                    waveWords.text = ""
                    root.done = qsTr("%1 sees your wave now. You are told of the answer.").arg(root.who.name)
                })
            }
            ActionButton { compact: true; text: qsTr("Go back"); onClicked: root.asking = "" }
        }
    }
    UserText { width: parent.width; visible: root.done !== ""; text: root.done; color: Theme.accentText; role: Accessible.AlertMessage }
    Flow {
        visible: root.asking === "" && !root.self
        width: parent.width
        spacing: 8
        ActionButton { visible: profile.value.id !== undefined && !profile.value.blocked; compact: true; kind: "primary"; iconName: "hand"; text: qsTr("Wave…"); hint: qsTr("Come talk, only the two of you"); onClicked: { root.done = ""; root.asking = "wave" } }
        ActionButton {
            visible: App.session.joined && App.roomHouse.server === App.house.server && profile.value.id !== undefined && !profile.value.blocked
            compact: true
            text: qsTr("Call into the room")
            spokenName: qsTr("Call %1 into “%2”").arg(root.who.name || "").arg(App.session.title)
            onClicked: App.roomHouse.post("/rooms/" + App.session.room + "/ping", {who: root.who.id}, (answer, error) => {
                root.problem = error ? error.message + " " + error.advice : ""
                root.done = error ? "" : qsTr("%1 is told that you are in “%2”.").arg(root.who.name).arg(App.session.title)
            })
        }
        ActionButton {
            compact: true
            text: profile.value.followed ? qsTr("Unfollow") : qsTr("Follow")
            onClicked: profile.post("/people/" + root.who.id + "/relation", {follow: !profile.value.followed})
        }
        ActionButton {
            visible: root.below && !root.suspended
            compact: true
            kind: "danger"
            text: qsTr("Suspend…")
            onClicked: root.asking = "suspend"
        }
        ActionButton { visible: root.below && root.suspended; compact: true; text: qsTr("Lift the suspension"); onClicked: root.act("restore", {}) }
        ActionButton { visible: root.below; compact: true; kind: "danger"; text: qsTr("Remove…"); onClicked: root.asking = "remove" }
        ActionButton {
            visible: App.house.admin && root.rank === 1
            compact: true
            text: qsTr("Give 1 invitation")
            onClicked: root.act("grant", {invitations: 1}, () => App.house.refused(qsTr("One more invitation for %1.").arg(root.who.name)))
        }
        ActionButton { visible: App.house.owner && root.rank === 1; compact: true; iconName: "star"; text: qsTr("Make admin"); onClicked: root.act("standing", {standing: "admin"}) }
        ActionButton { visible: App.house.owner && root.rank === 2; compact: true; kind: "danger"; text: qsTr("Hand the house over…"); onClicked: root.asking = "owner" }
        ActionButton { visible: App.house.owner && root.rank === 2; compact: true; text: qsTr("No longer admin"); onClicked: root.act("standing", {standing: "member"}) }
        ActionButton {
            visible: profile.value.id !== undefined
            compact: true
            kind: "quiet"
            text: profile.value.blocked ? qsTr("Unblock") : qsTr("Block")
            hint: qsTr("You no longer see each other")
            onClicked: profile.post("/people/" + root.who.id + "/relation", {block: !profile.value.blocked})
        }
    }
    actions: [
        ActionButton { text: qsTr("Close"); onClicked: root.close() }
    ]
}
