// SPDX-License-Identifier: Apache-2.0
// A new invitation of any kind, or a batch of personal ones; afterwards the links to pass on.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    preferredWidth: 600
    title: made.length > 0 ? (made.length === 1 ? qsTr("Your invitation") : qsTr("%1 invitations").arg(made.length)) : qsTr("New invitation")
    property var made: []
    property string problem: ""
    property bool busy: false
    property int wanted: 0         // links that are being made
    readonly property int step: 50 // names in one request: progress shows, and a refusal loses little
    readonly property real notBeforeMs: notBefore.text.trim() === "" ? 0 : Date.parse(App.guests.isoOf(notBefore.text.trim()))
    readonly property bool dateWrong: isNaN(notBeforeMs)
    readonly property bool keyWrong: forKey.text.trim() !== "" && !/^[a-z2-7]{26}$/.test(forKey.text.trim())
    readonly property bool secret: made.some(one => !!one.code)
    readonly property string subject: kind === "membership" ? qsTr("Your invitation to %1").arg(App.house.name)
        : qsTr("Your invitation to “%1”").arg(rooms.length > 0 ? rooms[Math.max(0, roomChoice.currentIndex)].title : App.house.name)
    function mailText(one) {
        return [qsTr("Hello %1,").arg(one.for_name), "", message.text.trim() || qsTr("this is your personal invitation. It works once."), "", one.link,
                one.code ? qsTr("You get the code that belongs to it another way.") : ""].filter((line, i) => line !== "" || i < 4).join("\n")
    }
    readonly property var kinds: ["membership", "listener", "speaker", "moderator"]
    readonly property string kind: kinds[kindChoice.currentIndex]
    readonly property bool toRoom: kind !== "membership"
    readonly property var rooms: roomList.value.rooms || []
    readonly property var uses: [1, 5, 20, 100, 0]
    readonly property var spans: [3600, 86400, 604800, 1209600, 0]
    readonly property var fromList: batch.checked ? App.share.names(names.text) : ({names: [], problem: ""})
    readonly property var pasted: fromList.names
    readonly property bool two: bodyWidth > 440
    readonly property real cell: two ? (bodyWidth - 12) / 2 : bodyWidth

    function show(which) {
        made = []
        problem = ""
        busy = false
        wanted = 0
        notBefore.text = ""
        forKey.text = ""
        more.checked = false
        sheet.clear()
        batch.checked = false
        approval.checked = false
        withCode.checked = false
        forName.text = ""
        message.text = ""
        names.text = ""
        kindChoice.currentIndex = Math.max(0, kinds.indexOf(which))
        adapt()
        open()
    }
    function adapt() {
        useChoice.currentIndex = toRoom && kind === "listener" ? 4 : 0
        spanChoice.currentIndex = toRoom ? 1 : 3
    }
    function create() {
        busy = true
        const order = {kind: kind, message: message.text.trim(), approval: approval.checked, with_code: withCode.checked,
                       expires_in_s: spans[spanChoice.currentIndex] || undefined}
        if (toRoom) order.room = rooms[roomChoice.currentIndex].room
        if (notBeforeMs > 0) order.not_before_ms = notBeforeMs
        if (batch.checked) { wanted = pasted.length; makeSome(order, pasted.slice(), []); return }
        else {
            wanted = 1
            if (forKey.text.trim() !== "") order.for_key = forKey.text.trim()
            order.for_name = forName.text.trim()
            order.uses = uses[useChoice.currentIndex] || undefined
        }
        App.house.post("/invitations", order, (answer, error) => {
            busy = false
            if (error) { problem = error.message + " " + error.advice; return }
            problem = ""
            made = answer.invitations
        })
    }
    property int ready: 0
    function makeSome(order, left, got) {
        ready = got.length
        order.names = left.slice(0, step)
        App.house.post("/invitations", order, (answer, error) => {
            const all = error ? got : got.concat(answer.invitations)
            const rest = left.slice(step)
            if (!error && rest.length > 0 && opened) { makeSome(order, rest, all); return }
            busy = false
            made = all
            const missing = wanted - all.length
            problem = !error ? "" : all.length === 0 ? error.message + " " + error.advice : qsTr("%1 links were made, %2 were not: %3 %4").arg(all.length).arg(missing).arg(error.message).arg(error.advice)
        })
    }
    onClosed: { made = []; sheet.cancel(); sheet.clear() }   // the secrets go with the sheet
    QrSheet { id: sheet }
    FileSheet { id: fileSheet; title: qsTr("Choose a list of names"); endings: ["csv", "txt", "tsv"]; start: qsTr("Documents"); onChosen: path => root.takeFile(path) }
    function takeFile(path) {
        const words = reader.text(path)
        if (words === null) { problem = qsTr("This file cannot be read as text. Save it as CSV in UTF-8."); return }
        // The file may have columns beside the names, and be longer than the field.
        const read = App.share.names(words)
        problem = read.problem
        if (problem === "") names.text = read.names.join("\n")
    }
    FolderModel { id: reader }

    HouseRecord { id: roomList; path: root.opened ? "/rooms" : "" }

    Column {
        visible: root.made.length === 0
        width: parent.width
        spacing: 10
        FieldLabel { text: qsTr("To what") }
        Choice {
            id: kindChoice
            width: parent.width
            label: qsTr("To what")
            model: [qsTr("Membership of the house"), qsTr("A room, as listener"), qsTr("A room, as speaker"), qsTr("A room, as moderator")]
            onActivated: root.adapt()
        }
        Caption {
            width: parent.width
            text: root.kind === "membership" ? (App.house.left < 0 ? qsTr("A member gets two invitations of their own. You have no quota.")
                    : qsTr("A member gets two invitations of their own, and your name stays on their profile. You have %1 left.").arg(App.house.left))
                : root.kind === "listener" ? qsTr("Listeners hear the room and may raise a hand. This is the link for the public.")
                : root.kind === "speaker" ? qsTr("Speakers come in on stage, muted. Send it only to people you expect to speak.")
                : qsTr("Moderators may invite, mute and remove others. Best with one use.")
        }
        Choice {
            id: roomChoice
            visible: root.toRoom && root.rooms.length > 0
            width: parent.width
            label: qsTr("Room")
            model: root.rooms.map(room => room.title)
        }
        Caption { visible: root.toRoom && roomList.loaded && root.rooms.length === 0; width: parent.width; text: qsTr("This house has no room you could invite to. Start one first.") }
        Toggle { id: batch; width: parent.width; text: qsTr("A personal link for each of several people") }
        TextBox {
            id: names
            visible: batch.checked
            width: parent.width
            lines: 4
            label: qsTr("Names, one a line")
            placeholderText: qsTr("Names, one a line; a table works, too")
            maximumLength: 40000
        }
        Flow {
            visible: batch.checked
            width: parent.width
            spacing: 10
            ActionButton { compact: true; iconName: "folder"; text: qsTr("From a file…"); spokenName: qsTr("Take the names from a CSV file"); onClicked: fileSheet.show() }
            Caption { height: 34; verticalAlignment: Text.AlignVCenter; text: qsTr("%1 names, one link of one use each").arg(root.pasted.length) }
        }
        UserText { visible: text !== ""; width: parent.width; color: Theme.danger; text: root.fromList.problem; role: Accessible.AlertMessage }
        TextInputField {
            id: forName
            visible: !batch.checked
            width: parent.width
            label: qsTr("For whom")
            placeholderText: qsTr("For whom (may stay empty)")
            maximumLength: 64
        }
        Flow {
            width: parent.width
            spacing: 12
            Column {
                visible: !batch.checked
                spacing: 6
                FieldLabel { text: qsTr("How often") }
                Choice {
                    id: useChoice
                    width: root.cell
                    label: qsTr("How often")
                    model: [qsTr("Once"), qsTr("5 times"), qsTr("20 times"), qsTr("100 times"), qsTr("No limit")]
                }
            }
            Column {
                spacing: 6
                FieldLabel { text: qsTr("How long") }
                Choice {
                    id: spanChoice
                    width: root.cell
                    label: qsTr("How long")
                    model: [qsTr("1 hour"), qsTr("1 day"), qsTr("1 week"), qsTr("2 weeks"), qsTr("Until revoked")]
                }
            }
        }
        TextBox { id: message; width: parent.width; lines: 2; label: qsTr("Message"); placeholderText: qsTr("A sentence they read first (may stay empty)"); maximumLength: 500 }
        Toggle { id: approval; width: parent.width; text: qsTr("I say yes to each who comes"); explanation: qsTr("They wait until somebody lets them in") }
        Toggle { id: more; width: parent.width; text: qsTr("More limits"); explanation: qsTr("From a certain day on, for one person's key") }
        Flow {
            visible: more.checked
            width: parent.width
            spacing: 12
            Column {
                spacing: 6
                FieldLabel { text: notBefore.label }
                TextInputField { id: notBefore; width: root.cell; wrong: root.dateWrong; label: qsTr("Not before"); placeholderText: qsTr("2026-12-01 18:00"); maximumLength: 20 }
            }
            Column {
                visible: !batch.checked
                spacing: 6
                FieldLabel { text: forKey.label }
                TextInputField { id: forKey; width: root.cell; wrong: root.keyWrong; label: qsTr("Only for the person with this id"); placeholderText: qsTr("26 letters and digits"); maximumLength: 26 }
            }
        }
        Caption { visible: root.dateWrong || root.keyWrong; width: parent.width; color: Theme.danger; text: root.dateWrong ? qsTr("Write the day and the time like 2026-12-01 18:00.") : qsTr("An id has 26 letters a–z and digits 2–7. Everybody finds their own under House, You.") }
        Toggle { id: withCode; width: parent.width; text: qsTr("With a code"); explanation: qsTr("The link works only with a code that you tell them another way") }
    }
    UserText { width: parent.width; visible: root.problem !== ""; text: root.problem; color: Theme.danger; role: Accessible.AlertMessage }

    ShareLink {
        visible: root.made.length === 1
        width: parent.width
        link: root.made.length === 1 ? root.made[0].link : ""
        title: root.subject
        message: message.text
        strong: root.kind !== "listener"
    }
    Row {
        visible: root.made.length === 1 && !!root.made[0].code
        spacing: 10
        FieldLabel { text: qsTr("Code") ; anchors.verticalCenter: parent.verticalCenter }
        UserText { text: root.made.length === 1 ? root.made[0].code : ""; font.weight: Font.DemiBold; font.pixelSize: Theme.fontSection }
    }
    Caption { visible: root.secret; width: parent.width; text: qsTr("Links with a code work only together with it: send the code another way than the link.") }
    Column {
        visible: root.busy && root.wanted > root.step
        width: parent.width
        spacing: 6
        Caption { text: qsTr("%1 of %2 links are made").arg(root.ready).arg(root.wanted) }
        ProgressLine { width: parent.width; label: qsTr("Links that are made"); value: root.wanted > 0 ? root.ready / root.wanted : 0 }
    }
    Flow {
        visible: root.made.length > 1
        width: parent.width
        spacing: 8
        ActionButton {
            compact: true
            iconName: sheet.file !== "" ? "check" : "picture"
            enabled: !sheet.busy
            text: sheet.busy ? qsTr("Drawing %1 of %2…").arg(sheet.done).arg(sheet.total) : sheet.file !== "" ? qsTr("Open the QR sheet") : qsTr("QR sheet as PDF")
            onClicked: {
                if (sheet.file === "") sheet.save(root.subject, root.made, root.subject)
                else if (!sheet.open()) App.house.refused(qsTr("No program for PDF was found. The sheet is %1").arg(sheet.file))
            }
        }
        ActionButton {
            property bool copied: false
            compact: true
            iconName: copied ? "check" : "copy"
            text: copied ? qsTr("Mail texts copied") : qsTr("Copy mail texts")
            onClicked: { App.copyText(root.made.map(one => one.for_name + "\n\n" + root.mailText(one)).join("\n\n– – –\n\n")); copied = true }
        }
        ActionButton {
            property bool copied: false
            visible: root.secret
            compact: true
            iconName: copied ? "check" : "copy"
            text: copied ? qsTr("Codes copied") : qsTr("Copy the codes")
            onClicked: { App.copyText(root.made.map(one => one.for_name + "\t" + one.code).join("\n")); copied = true }
        }
    }
    Caption { visible: sheet.file !== "" || sheet.problem !== ""; width: parent.width; color: sheet.problem !== "" ? Theme.danger : Theme.muted; text: sheet.problem !== "" ? sheet.problem : qsTr("Saved as %1").arg(sheet.file); wrapMode: Text.WrapAnywhere }
    ListView {
        id: several
        visible: root.made.length > 1
        width: parent.width
        height: visible ? Math.min(contentHeight, 300) : 0
        clip: true
        model: root.made
        activeFocusOnTab: true
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: ThinScrollBar { }
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Personal links, %1").arg(count)
        delegate: Item {
            id: one
            required property var modelData
            width: several.width
            height: 46
            Accessible.role: Accessible.ListItem
            Accessible.name: modelData.for_name
            UserText {
                anchors { left: parent.left; right: mail.left; rightMargin: 8; verticalCenter: parent.verticalCenter }
                text: one.modelData.code ? qsTr("%1 · code %2").arg(one.modelData.for_name).arg(one.modelData.code) : one.modelData.for_name
                wrapMode: Text.NoWrap
            }
            ActionButton {
                id: mail
                anchors { right: copy.left; rightMargin: 6; verticalCenter: parent.verticalCenter }
                compact: true
                kind: "quiet"
                text: qsTr("Mail")
                spokenName: qsTr("Write a mail to %1").arg(one.modelData.for_name)
                onClicked: if (!App.share.compose("mail", root.subject, root.mailText(one.modelData), one.modelData.link)) App.house.refused(qsTr("No mail program was found. Copy the mail texts instead."))
            }
            ActionButton {
                id: copy
                property bool copied: false
                anchors { right: parent.right; rightMargin: 8; verticalCenter: parent.verticalCenter }
                compact: true
                text: copied ? qsTr("Copied") : qsTr("Copy link")
                spokenName: qsTr("Copy the link for %1").arg(one.modelData.for_name)
                onClicked: { App.copyText(one.modelData.link); copied = true }
            }
        }
    }
    Caption { visible: root.made.length > 0; width: parent.width; text: qsTr("Links are shown only now. Each contains a secret: share it only with those you mean.") }
    actions: [
        ActionButton {
            visible: root.made.length === 0
            kind: "primary"
            enabled: !root.busy && !root.dateWrong && !root.keyWrong && (!root.toRoom || root.rooms.length > 0) && (!batch.checked || root.pasted.length > 0)
                     && (root.toRoom || App.house.left !== 0)
            text: batch.checked ? qsTr("Create links") : qsTr("Create link")
            onClicked: root.create()
        },
        ActionButton {
            visible: root.made.length > 1
            kind: "primary"
            iconName: "copy"
            text: qsTr("Copy all")
            onClicked: {
                App.copyText(root.made.map(one => one.for_name + "\t" + one.link).join("\n"))
                text = qsTr("All copied")
            }
        },
        ActionButton { visible: root.made.length > 0; text: qsTr("Another one"); onClicked: root.made = [] },
        ActionButton { text: qsTr("Close"); onClicked: root.close() }
    ]
}
