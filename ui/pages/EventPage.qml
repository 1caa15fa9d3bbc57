// SPDX-License-Identifier: Apache-2.0
// One announced talk: what, when on both clocks, who comes; for its host: change, late, cancel; links to share.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

FocusScope {
    id: root
    readonly property bool narrow: width < 760
    readonly property int side: narrow ? 16 : 28
    readonly property var view: talk.value
    readonly property bool over: view.state === "cancelled" || view.state === "done"
    // The host's word counts until it is used up.
    readonly property bool overdue: view.overdue_minutes > 0 && view.overdue_minutes >= (view.late_minutes || 0)
    readonly property real start: (view.start_ms || 0) + (view.late_minutes || 0) * 60000
    readonly property string when: view.start_ms ? qsTr("%1 · %2–%3 (your time)").arg(App.house.day(view.start_ms)).arg(App.house.time(view.start_ms)).arg(App.house.time(view.end_ms)) : ""
    readonly property string there: view.zone && view.wall && String(view.wall).slice(11, 16) !== App.house.time(view.start_ms) ? qsTr("%1 in %2").arg(String(view.wall).slice(11, 16)).arg(view.zone) : ""
    Keys.onEscapePressed: App.go("upcoming")

    HouseRecord { id: talk; path: App.object !== "" ? "/schedule/" + App.object : "" }

    Flickable {
        id: flick
        anchors.fill: parent
        contentHeight: page.implicitHeight + 44
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: ThinScrollBar { }
        Column {
            id: page
            x: root.side
            y: 18
            width: flick.width - 2 * root.side
            spacing: 14
            PageHead {
                width: parent.width
                title: root.view.title || qsTr("Talk")
                subtitle: [root.when, root.there, root.view.start_ms && !root.over ? App.house.fromNow(root.start) : ""].filter(word => word !== "").join(" · ")
                ActionButton { iconName: "calendar"; visible: !!root.view.ics; text: qsTr("Add to calendar"); onClicked: App.share.openCalendar(root.view.ics) || App.copyText(root.view.ics) }
                ActionButton { visible: !!root.view.link; kind: "primary"; iconName: "link"; focus: true; text: qsTr("Share"); onClicked: shareSheet.open() }
            }
            EmptyNote { width: parent.width; visible: !talk.loaded && talk.problem !== ""; problem: talk.problem }
            Flow {
                visible: talk.loaded
                width: parent.width
                spacing: 8
                Chip { visible: root.view.state === "live"; text: qsTr("Live now"); tone: "live" }
                Chip { visible: root.view.state === "cancelled"; text: qsTr("Cancelled"); tone: "danger" }
                Chip { visible: root.overdue; text: qsTr("Late by %1 min").arg(root.view.overdue_minutes); tone: "hand" }
                Chip { visible: root.view.late_minutes > 0 && !root.over && !root.overdue; text: qsTr("About %1 minutes late").arg(root.view.late_minutes); tone: "hand" }
                Chip { visible: !!root.view.every; text: qsTr("Repeats") }
                Chip { visible: !!root.view.host_name; text: qsTr("with %1").arg(root.view.host_name) }
            }
            UserText { visible: text !== ""; width: parent.width; text: root.view.note || ""; color: Theme.handText }
            Flow {
                id: cards
                visible: talk.loaded
                width: parent.width
                spacing: 14
                readonly property real wide: root.narrow ? width : width - 314 - 14
                Surface {
                    width: cards.wide
                    height: about.implicitHeight + 40
                    Column {
                        id: about
                        anchors { left: parent.left; right: parent.right; top: parent.top; margins: 20 }
                        spacing: 8
                        UserText { text: qsTr("About"); font.weight: Font.DemiBold; role: Accessible.Heading }
                        UserText { width: parent.width; text: root.view.details || qsTr("The host has not said more.") }
                    }
                }
                Surface {
                    width: root.narrow ? cards.width : 314
                    height: going.implicitHeight + 40
                    Column {
                        id: going
                        anchors { left: parent.left; right: parent.right; top: parent.top; margins: 20 }
                        spacing: 10
                        UserText { text: qsTr("Going · %1").arg(root.view.yes || 0); font.weight: Font.DemiBold; role: Accessible.Heading }
                        Caption { visible: root.view.maybe > 0; text: qsTr("%1 perhaps").arg(root.view.maybe) }
                        Flow {
                            visible: !root.over
                            width: parent.width
                            spacing: 6
                            Repeater {
                                model: [{key: "yes", text: qsTr("I come")}, {key: "maybe", text: qsTr("Perhaps")}, {key: "no", text: qsTr("I cannot")}]
                                ActionButton {
                                    required property var modelData
                                    readonly property bool chosen: root.view.mine === modelData.key
                                    compact: true
                                    kind: chosen ? "primary" : "plain"
                                    text: modelData.text
                                    spokenName: chosen ? qsTr("%1, chosen").arg(modelData.text) : modelData.text
                                    onClicked: talk.post("/schedule/" + root.view.id + "/rsvp", {answer: modelData.key})
                                }
                            }
                        }
                        Toggle {
                            visible: !root.over
                            width: parent.width
                            text: qsTr("Remind me")
                            explanation: qsTr("A quarter of an hour before, and when it begins")
                            checked: root.view.reminder === true || root.view.mine === "yes" || root.view.mine === "maybe"
                            enabled: root.view.mine !== "yes" && root.view.mine !== "maybe"
                            onToggled: talk.post("/schedule/" + root.view.id + "/remind", {on: root.view.reminder !== true})
                        }
                    }
                }
                Surface {
                    visible: (root.view.dates || []).length > 0
                    width: cards.wide
                    height: poll.implicitHeight + 40
                    Column {
                        id: poll
                        anchors { left: parent.left; right: parent.right; top: parent.top; margins: 20 }
                        spacing: 4
                        UserText { text: qsTr("Which dates suit you?"); font.weight: Font.DemiBold; role: Accessible.Heading }
                        Repeater {
                            model: root.view.dates || []
                            Toggle {
                                required property var modelData
                                width: poll.width
                                text: App.house.moment(modelData.at_ms)
                                explanation: qsTr("%1 can").arg(modelData.votes)
                                checked: modelData.mine === true
                                onToggled: talk.post("/schedule/" + root.view.id + "/vote", {dates_ms: (root.view.dates || []).filter(date => date.at_ms === modelData.at_ms ? checked : date.mine).map(date => date.at_ms)})
                            }
                        }
                    }
                }
                Surface {
                    visible: root.view.editable === true && !root.over
                    width: cards.wide
                    height: own.implicitHeight + 40
                    Column {
                        id: own
                        anchors { left: parent.left; right: parent.right; top: parent.top; margins: 20 }
                        spacing: 10
                        UserText { text: qsTr("You host this talk"); font.weight: Font.DemiBold; role: Accessible.Heading }
                        Flow {
                            width: parent.width
                            spacing: 8
                            ActionButton { compact: true; text: qsTr("Change…"); onClicked: sheet.show(root.view) }
                            ActionButton { compact: true; iconName: "clock"; text: qsTr("10 minutes late"); spokenName: qsTr("Tell everybody that it starts 10 minutes late"); onClicked: talk.post("/schedule/" + root.view.id + "/late", {minutes: (root.view.late_minutes || 0) + 10}) }
                            ActionButton { visible: root.view.late_minutes > 0; compact: true; text: qsTr("On time after all"); onClicked: talk.post("/schedule/" + root.view.id + "/late", {minutes: 0}) }
                            ActionButton {
                                id: cancel
                                property bool sure: false
                                compact: true
                                kind: "danger"
                                text: sure ? qsTr("Yes, cancel the talk") : qsTr("Cancel the talk…")
                                onClicked: { if (sure) talk.post("/schedule/" + root.view.id + "/cancel", {if_sequence: root.view.sequence}); sure = !sure }
                            }
                            ActionButton { visible: cancel.sure; compact: true; text: qsTr("Keep it"); onClicked: cancel.sure = false }
                        }
                        Caption { visible: cancel.sure; width: parent.width; text: qsTr("Everybody who comes is told.") }
                    }
                }
            }
            UserText { width: parent.width; visible: talk.loaded && talk.problem !== ""; text: talk.problem; color: Theme.danger; role: Accessible.AlertMessage }
            ActionButton { text: qsTr("All upcoming talks"); compact: true; kind: "quiet"; onClicked: App.go("upcoming") }
        }
    }
    FollowFocus { view: flick }
    TalkSheet { id: sheet; onSaved: talk.refresh() }
    Sheet {
        id: shareSheet
        title: qsTr("Share the talk")
        intro: qsTr("Whoever has this link may listen and raise a hand.")
        ShareLink { width: parent.width; name: qsTr("Listener link"); link: root.view.link || ""; title: root.view.title || ""; when: root.when; ics: root.view.ics || "" }
        actions: [ ActionButton { text: qsTr("Close"); onClicked: shareSheet.close() } ]
    }
}
