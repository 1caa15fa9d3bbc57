// SPDX-License-Identifier: Apache-2.0
// What one may still give, the invitations one has made, and who waits at the door.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

FocusScope {
    id: root
    signal inviteWanted(string kind)
    property string part: "mine"
    readonly property bool narrow: width < 700
    readonly property int side: narrow ? 16 : 28
    function showScene(scene) { if (scene === "waiting") part = "waiting" }

    HouseList {
        id: invitations
        path: root.part === "all" ? "/invitations?all=1" : "/invitations"
        rows: "invitations"
        cursor: "after"
        active: App.house.member
    }
    HouseList {
        id: waiting
        path: "/applications"
        rows: "applications"
        active: App.house.member
    }
    Connections {
        target: App.house
        function onTouched() { invitations.refresh(); waiting.refresh(); App.house.refresh() }
    }

    PageHead {
        id: head
        anchors { left: parent.left; right: parent.right; top: parent.top; margins: root.side; topMargin: 18 }
        title: qsTr("Invitations")
        subtitle: !App.house.member ? "" : App.house.left < 0 ? qsTr("You may invite as many as you like into %1").arg(App.house.name)
            : App.house.left === 0 ? qsTr("None left. They come back when they expire unused; hosting rooms earns more.")
            : App.house.left === 1 ? qsTr("1 left to give in %1").arg(App.house.name)
            : qsTr("%1 left to give in %2").arg(App.house.left).arg(App.house.name)
        ActionButton {
            visible: App.house.member
            kind: "primary"
            iconName: "plus"
            text: qsTr("New invitation")
            onClicked: root.inviteWanted("membership")
        }
    }
    HouseGate {
        id: gate
        anchors { left: parent.left; right: parent.right; top: head.bottom; margins: root.side; topMargin: 14 }
    }
    TabStrip {
        id: tabs
        visible: App.house.member
        x: root.side - 6
        anchors { top: head.bottom; topMargin: 10 }
        label: qsTr("Invitations")
        current: root.part
        entries: [{key: "mine", text: qsTr("Yours")}].concat(App.house.admin ? [{key: "all", text: qsTr("Everybody's")}] : [])
            .concat([{key: "waiting", text: waiting.count > 0 ? qsTr("Waiting · %1").arg(waiting.count) : qsTr("Waiting")}])
        onChosen: key => root.part = key
    }
    Surface {
        visible: root.part !== "waiting" && list.count > 0
        anchors { left: parent.left; right: parent.right; top: tabs.bottom; bottom: parent.bottom; margins: root.side; topMargin: 10; bottomMargin: root.narrow ? 12 : 20 }
        ListView {
            id: list
            anchors { fill: parent; margins: 8 }
            clip: true
            focus: true
            model: invitations
            activeFocusOnTab: true
            boundsBehavior: Flickable.StopAtBounds
            T.ScrollBar.vertical: ThinScrollBar { }
            Accessible.role: Accessible.List
            Accessible.name: qsTr("Invitations, %1").arg(count)
            Keys.onReturnPressed: if (currentItem) sheet.show(currentItem.record)
            delegate: InvitationRow {
                id: row
                required property int index
                required record
                width: list.width - 8
                focusPolicy: Qt.NoFocus
                onClicked: { list.currentIndex = index; sheet.show(record) }
                FocusRing { shown: list.activeFocus && list.currentIndex === row.index; gap: -4 }
            }
        }
    }
    EmptyNote {
        visible: App.house.member && root.part !== "waiting" && list.count === 0 && (invitations.empty || invitations.problem !== "")
        anchors { left: parent.left; right: parent.right; top: tabs.bottom; margins: root.side; topMargin: 10 }
        iconName: "ticket"
        problem: invitations.problem
        title: qsTr("You have not invited anybody yet")
        text: qsTr("An invitation is worth something because there are few: you stand for whom you bring. Links into a room are for listeners, speakers and moderators and cost nothing.")
    }
    ListView {
        id: people
        visible: root.part === "waiting" && count > 0
        anchors { left: parent.left; right: parent.right; top: tabs.bottom; bottom: parent.bottom; margins: root.side; topMargin: 10 }
        clip: true
        spacing: 10
        model: waiting
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: ThinScrollBar { }
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Waiting list, %1").arg(count)
        delegate: ApplicationCard { width: people.width }
    }
    EmptyNote {
        visible: App.house.member && root.part === "waiting" && people.count === 0 && (waiting.empty || waiting.problem !== "")
        anchors { left: parent.left; right: parent.right; top: tabs.bottom; margins: root.side; topMargin: 10 }
        iconName: "hourglass"
        problem: waiting.problem
        title: qsTr("Nobody is waiting")
        text: qsTr("Who asks to come in, or came by a link that needs a yes, stands here with a sentence. Any member with an invitation to spare may let them in.")
    }
    RevokeSheet { id: sheet }
}
