// SPDX-License-Identifier: Apache-2.0
// One guest's negotiation: two versions of the terms side by side with what differs marked, the thread, and what the host may do.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

FocusScope {
    id: root
    readonly property bool narrow: width < 820
    readonly property int side: narrow ? 16 : 28
    readonly property var view: talk.value
    readonly property var versions: view.versions || []
    readonly property bool running: ["sent", "opened", "asked", "countered", "held", "accepted"].indexOf(view.state) >= 0
    readonly property bool signed: (view.signed_by || []).some(one => one.side === "host")
    readonly property bool guestSigned: (view.signed_by || []).some(one => one.side === "guest")
    property int older: Math.max(0, versions.length - 2)
    property string problem: ""
    readonly property bool several: versions.length > 1
    readonly property var rows: versions.length === 0 ? [] : App.guests.compare(several ? versions[Math.min(older, versions.length - 1)].terms : {}, versions[versions.length - 1].terms)
    function versionWords(one) { return qsTr("Version %1, by the %2").arg(one.version).arg(one.by === "host" ? qsTr("host") : one.by === "guest" ? qsTr("guest") : qsTr("delegate")) }
    function answer(act, text) { talk.post("/guests/" + view.id + "/answer", {act: act, text: text || "", version: act === "accept" ? view.version : undefined}) }
    Keys.onEscapePressed: App.go("guests")

    HouseRecord { id: talk; path: App.object !== "" ? "/guests/" + App.object : ""; onSaved: words.text = "" }

    Flickable {
        id: flick
        anchors.fill: parent
        contentHeight: page.implicitHeight + 40
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
                title: root.view.terms ? root.view.terms.topic : qsTr("Guest")
                subtitle: root.view.at_ms > 0 ? App.house.moment(root.view.at_ms) + " · " + App.house.fromNow(root.view.at_ms) : root.view.name || ""
                ActionButton { text: qsTr("All guests"); onClicked: App.go("guests") }
            }
            EmptyNote { width: parent.width; visible: !talk.loaded && talk.problem !== ""; problem: talk.problem }
            Surface {
                visible: talk.loaded
                width: parent.width
                height: terms.implicitHeight + 40
                Column {
                    id: terms
                    anchors { left: parent.left; right: parent.right; top: parent.top; margins: 20 }
                    spacing: 10
                    Item {
                        width: parent.width
                        height: 52
                        Avatar { id: face; size: 52; initials: App.house.initials(root.view.name || ""); colorIndex: App.house.colorOf(root.view.id || "") }
                        Column {
                            anchors { left: face.right; right: chip.left; leftMargin: 14; rightMargin: 8; verticalCenter: parent.verticalCenter }
                            UserText { width: parent.width; text: root.view.name || ""; font.weight: Font.DemiBold; wrapMode: Text.NoWrap }
                            Caption {
                                width: parent.width
                                wrapMode: Text.NoWrap
                                text: App.guests.verifiedWords(root.view.verified || "")
                            }
                        }
                        Chip { id: chip; anchors { right: parent.right; verticalCenter: parent.verticalCenter } text: App.guests.stateWords(root.view.state || ""); tone: root.view.state === "agreed" ? "live" : "hand" }
                    }
                    Row {
                        visible: root.several
                        width: parent.width
                        readonly property real name: root.narrow ? 0 : 130
                        Item { width: parent.name; height: 1 }
                        Choice {
                            width: (parent.width - parent.name) / 2 - 12
                            label: qsTr("Compare with")
                            model: root.versions.slice(0, -1).map(one => root.versionWords(one))
                            currentIndex: Math.min(root.older, count - 1)
                            onActivated: index => root.older = index
                        }
                        Item { width: 12; height: 1 }
                        FieldLabel { height: 43; verticalAlignment: Text.AlignVCenter; text: root.several ? root.versionWords(root.versions[root.versions.length - 1]) : "" }
                    }
                    Repeater {
                        model: root.rows
                        Item {
                            id: line
                            required property var modelData
                            readonly property real name: root.narrow ? 0 : 130
                            readonly property real lead: root.narrow ? 20 : 0
                            width: terms.width
                            height: Math.max(old.implicitHeight, now.implicitHeight, 20) + 16 + lead
                            visible: modelData.before !== "" || modelData.after !== ""
                            Accessible.role: Accessible.ListItem
                            Accessible.name: modelData.title
                            Accessible.description: modelData.changed ? qsTr("changed: %1, was: %2").arg(modelData.after || qsTr("nothing")).arg(modelData.before || qsTr("nothing")) : modelData.after
                            Divider { width: parent.width }
                            Caption { y: 8; width: root.narrow ? parent.width : 120; text: line.modelData.title; silent: true }
                            UserText {
                                id: old
                                visible: root.several
                                x: line.name
                                y: 8 + line.lead
                                width: (parent.width - line.name) / 2 - 12
                                text: line.modelData.before
                                color: line.modelData.changed ? Theme.muted : Theme.text
                                font.pixelSize: Theme.fontSmall
                                font.strikeout: line.modelData.changed
                                silent: true
                            }
                            Rectangle {
                                visible: root.several && line.modelData.changed
                                anchors { fill: now; margins: -5 }
                                radius: 6
                                color: Theme.handBackground
                            }
                            UserText {
                                id: now
                                x: root.several ? line.name + (parent.width - line.name) / 2 : line.name
                                y: 8 + line.lead
                                width: root.several ? (parent.width - line.name) / 2 - 8 : parent.width - line.name
                                text: line.modelData.after !== "" ? line.modelData.after : qsTr("taken out")
                                color: root.several && line.modelData.changed ? Theme.handText : Theme.text
                                font.pixelSize: Theme.fontSmall
                                font.weight: line.modelData.changed ? Font.DemiBold : Font.Normal
                                silent: true
                            }
                        }
                    }
                    Caption {
                        width: parent.width
                        text: root.signed && root.guestSigned ? qsTr("Both sides have signed version %1.").arg(root.view.version)
                            : root.signed ? qsTr("You have signed version %1; the guest's side has not.").arg(root.view.version)
                            : root.guestSigned ? qsTr("The guest's side has signed version %1; you have not.").arg(root.view.version)
                            : qsTr("Nobody has signed version %1 yet.").arg(root.view.version || 1)
                    }
                    UserText { width: parent.width; visible: text !== ""; text: root.problem !== "" ? root.problem : talk.loaded ? talk.problem : ""; color: Theme.danger; role: Accessible.AlertMessage }
                    Flow {
                        visible: root.running
                        width: parent.width
                        spacing: 8
                        layoutDirection: root.narrow ? Qt.LeftToRight : Qt.RightToLeft
                        ActionButton {
                            visible: !root.signed
                            kind: "primary"
                            text: qsTr("Agree and sign version %1").arg(root.view.version || 1)
                            onClicked: App.guests.sign(root.view, root.view.version, (answer, error) => {
                                root.problem = error ? error.message + " " + error.advice : ""
                                talk.refresh()
                            })
                        }
                        ActionButton { text: qsTr("Counter-propose"); onClicked: sheet.show(root.view) }
                        ActionButton { visible: root.view.state !== "held"; kind: "quiet"; text: qsTr("Ask for time"); onClicked: root.answer("hold") }
                        ActionButton { kind: "quiet"; text: qsTr("Call it off"); onClicked: root.answer("decline") }
                    }
                }
            }
            GuestEvening { width: parent.width; talk: talk }
            Surface {
                visible: talk.loaded
                width: parent.width
                height: thread.implicitHeight + 40
                Column {
                    id: thread
                    anchors { left: parent.left; right: parent.right; top: parent.top; margins: 20 }
                    spacing: 10
                    UserText { text: qsTr("What was said"); font.weight: Font.DemiBold; role: Accessible.Heading }
                    Caption { visible: (root.view.messages || []).length === 0; width: parent.width; text: qsTr("Nothing yet. The first answer of the guest's side stands here.") }
                    Repeater {
                        model: root.view.messages || []
                        Column {
                            id: message
                            required property var modelData
                            width: thread.width
                            spacing: 1
                            Caption {
                                width: parent.width
                                text: [(message.modelData.name || qsTr("Guest")) + " " + App.guests.actWords(message.modelData.act, message.modelData.by),
                                       App.house.fromNow(message.modelData.at_ms)].join(" · ")
                            }
                            UserText { width: parent.width; visible: text !== ""; text: message.modelData.text || "" }
                        }
                    }
                    TextBox { id: words; visible: root.running; width: parent.width; lines: 2; label: qsTr("Answer"); placeholderText: qsTr("Answer or ask"); maximumLength: 2000; onAccepted: sendButton.activate() }
                    ActionButton { id: sendButton; visible: root.running; compact: true; text: qsTr("Send"); enabled: words.text.trim() !== "" && !talk.busy; onClicked: root.answer("ask", words.text.trim()) }
                }
            }
            Surface {
                visible: talk.loaded && root.view.seat_taken === true
                width: parent.width
                height: seat.implicitHeight + 40
                Column {
                    id: seat
                    anchors { left: parent.left; right: parent.right; top: parent.top; margins: 20 }
                    spacing: 8
                    UserText { text: qsTr("Who has the seat"); font.weight: Font.DemiBold; role: Accessible.Heading }
                    Caption { width: parent.width; text: qsTr("Compare this safety code with the one on the guest's page over another channel, by telephone for example.") }
                    UserText { text: root.view.safety_code || ""; font.pixelSize: Theme.fontSection; font.weight: Font.DemiBold }
                    Flow {
                        width: parent.width
                        spacing: 8
                        ActionButton { visible: root.view.verified !== "compared"; compact: true; text: qsTr("The codes are the same"); onClicked: talk.post("/guests/" + root.view.id + "/change", {compared: root.view.seat_key}) }
                        ActionButton { compact: true; kind: "danger"; text: qsTr("Free the seat"); hint: qsTr("The key was lost; what it signed is void"); onClicked: talk.post("/guests/" + root.view.id + "/change", {free_seat: true}) }
                        ActionButton { visible: root.view.delegate_withdrawn !== true; compact: true; kind: "danger"; text: qsTr("Withdraw the delegate"); onClicked: talk.post("/guests/" + root.view.id + "/change", {withdraw_delegate: true}) }
                    }
                }
            }
        }
    }
    FollowFocus { view: flick }
    GuestSheet { id: sheet; onSaved: talk.refresh() }
}
