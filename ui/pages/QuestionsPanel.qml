// SPDX-License-Identifier: Apache-2.0
// The questions of the room: which one is on air, which come next, one's own; moderators screen and order them here.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

FocusScope {
    id: root
    readonly property string path: App.session.room === "" ? "" : "/rooms/" + App.session.room + "/questions"
    readonly property bool desk: App.session.moderator
    property bool ownWaits: false     // the desk alone knows what becomes of it
    // Listeners ask again when something changed that they read; a busy desk is not their business.
    readonly property double mark: desk || ownWaits ? App.session.questionsDesk : App.session.questionsRevision
    property var menuOf: ({})
    onMarkChanged: Qt.callLater(list.refresh)     // not before the list is complete
    onDeskChanged: Qt.callLater(list.refresh)

    function order(n, verb, more) {
        App.roomHouse.post(path + "/" + n, Object.assign({verb: verb}, more || {}), (answer, problem) => {
            if (problem) App.roomHouse.refused(problem.message + " " + problem.advice)
            list.refresh()
        })
    }
    function ask() {
        const words = field.text.trim()
        if (words === "" || sending) return
        sending = true
        App.roomHouse.post(path, {text: words}, (answer, problem) => {
            sending = false
            if (problem) { App.roomHouse.refused(problem.message + " " + problem.advice); return }
            field.text = ""
            App.roomHouse.refused(qsTr("Your question is with the moderators."))
            list.refresh()
        })
    }
    property bool sending: false
    function loadAgreed() {
        App.roomHouse.post(path, {agreed: true}, (answer, problem) => {
            if (problem) App.roomHouse.refused(problem.message + " " + problem.advice)
            list.refresh()
        })
    }

    HouseList {
        id: list
        inRoom: true
        pageSize: 0
        path: root.path
        rows: "questions"
        idKey: "n"
        onChanged: {
            let waits = false
            for (let i = 0; i < count; ++i) waits = waits || (at(i).own && (at(i).state === "open" || at(i).state === "approved"))
            root.ownWaits = waits
        }
    }
    ActionButton {
        id: agreed
        anchors { left: parent.left; top: parent.top; leftMargin: 16; topMargin: visible ? 2 : 0 }
        height: visible ? implicitHeight : 0
        visible: root.desk && (list.answer.agreed || 0) > 0
        compact: true
        iconName: "guest"
        text: qsTr("Load agreed questions · %1").arg(list.answer.agreed || 0)
        hint: qsTr("Those that stand in the terms which both sides signed")
        onClicked: root.loadAgreed()
    }
    ListView {
        id: view
        anchors { left: parent.left; right: parent.right; top: agreed.bottom; bottom: footer.top; topMargin: 8 }
        clip: true
        leftMargin: 16
        rightMargin: 16
        model: list
        spacing: 4
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: ThinScrollBar { }
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Questions, %1").arg(count)
        delegate: QuestionRow {
            width: view.width - 32
            desk: root.desk
            onOrdered: (verb, more) => root.order(record.n, verb, more)
            onMenuWanted: button => {
                root.menuOf = record
                menu.popup(button, button.width - menu.implicitWidth, button.height)
            }
        }
    }
    PopMenu {
        id: menu
        title: qsTr("Question %1").arg(root.menuOf.n || "")
        readonly property bool inLine: root.menuOf.state === "approved"
        PopItem { text: qsTr("Move up"); wanted: menu.inLine && root.menuOf.place > 1; onTriggered: root.order(root.menuOf.n, "move", {place: root.menuOf.place - 1}) }
        PopItem { text: qsTr("Move down"); wanted: menu.inLine; onTriggered: root.order(root.menuOf.n, "move", {place: root.menuOf.place + 1}) }
        PopItem { text: qsTr("To the front"); wanted: menu.inLine && root.menuOf.place > 2; onTriggered: root.order(root.menuOf.n, "move", {place: 1}) }
        PopItem { text: qsTr("Put back into the line"); wanted: root.menuOf.state === "now"; onTriggered: root.order(root.menuOf.n, "approve") }
        PopItem { text: qsTr("Answered already"); wanted: menu.inLine; onTriggered: root.order(root.menuOf.n, "done") }
        PopItem { text: qsTr("Drop with a reason…"); onTriggered: dropSheet.show(root.menuOf) }
    }
    Sheet {
        id: dropSheet
        property int n: 0
        property string words: ""
        preferredWidth: 480
        title: qsTr("Drop the question")
        intro: qsTr("The room is not told. Who asked reads the reason.")
        function show(question) { n = question.n; words = question.text; open() }
        function done() { root.order(n, "drop", {reason: reason.text}); close() }
        onOpened: { reason.text = ""; reason.forceActiveFocus() }
        UserText { width: parent.width; text: dropSheet.words; font.weight: Font.DemiBold; maximumLineCount: 4 }
        TextInputField {
            id: reason
            width: parent.width
            label: qsTr("Reason")
            placeholderText: qsTr("Why it is not asked (up to 140 characters)")
            maximumLength: 140
            onAccepted: dropSheet.done()
        }
        actions: [
            ActionButton { kind: "danger"; text: qsTr("Drop it"); onClicked: dropSheet.done() },
            ActionButton { text: qsTr("Not now"); onClicked: dropSheet.close() }
        ]
    }
    UserText {
        visible: list.empty || list.problem !== ""
        anchors { left: parent.left; right: parent.right; top: view.top; margins: 16 }
        text: list.problem !== "" ? list.problem
            : root.desk ? qsTr("No questions yet. What people ask waits here until you approve it.")
                        : qsTr("No questions yet. Ask one below; the moderators choose which are put to the stage.")
        color: Theme.muted
    }
    Item {
        id: footer
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        height: 64
        Divider { width: parent.width }
        TextInputField {
            id: field
            anchors { left: parent.left; right: send.left; leftMargin: 16; rightMargin: 8; verticalCenter: parent.verticalCenter }
            label: qsTr("Your question")
            placeholderText: qsTr("Ask a question")
            maximumLength: 280
            onAccepted: root.ask()
        }
        ActionButton {
            id: send
            anchors { right: parent.right; rightMargin: 16; verticalCenter: parent.verticalCenter }
            kind: "primary"
            iconOnly: true
            iconName: "send"
            spokenName: qsTr("Send the question")
            enabled: field.text.trim() !== "" && !root.sending
            onClicked: root.ask()
        }
    }
}
