// SPDX-License-Identifier: Apache-2.0
// A house: its members; for an owner who is still alone, what to do next.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

FocusScope {
    id: root
    signal inviteWanted(string kind)
    signal foundWanted()
    property string part: "members"
    readonly property bool narrow: width < 700
    readonly property int side: narrow ? 16 : 28
    readonly property bool alone: App.house.owner && panel.members.loaded && panel.members.answer.total <= 1
    readonly property string standingWords: App.house.owner ? qsTr("You own this house") : App.house.admin ? qsTr("You are an admin here")
        : App.house.member ? qsTr("You are a member") : ""

    PageHead {
        id: head
        anchors { left: parent.left; right: parent.right; top: parent.top; margins: root.side; topMargin: 18 }
        title: App.house.name !== "" ? App.house.name : qsTr("House")
        subtitle: [root.standingWords, panel.members.answer.total > 0 ? qsTr("%1 members").arg(Number(panel.members.answer.total).toLocaleString(Qt.locale(), "f", 0)) : "",
                   App.house.leftWords !== "" ? qsTr("%1 invitations left").arg(App.house.left) : ""].filter(word => word !== "").join(" · ")
        ActionButton {
            visible: App.house.member
            kind: "primary"
            iconName: "plus"
            text: qsTr("Invite someone")
            onClicked: root.inviteWanted("membership")
        }
    }
    Choice {
        id: houses
        visible: App.house.houses.length > 1
        anchors { left: parent.left; top: head.bottom; leftMargin: root.side; topMargin: visible ? 10 : 0 }
        width: Math.min(parent.width - 2 * root.side, 320)
        height: visible ? implicitHeight : 0
        label: qsTr("House")
        model: App.house.houses.map(house => house.title)
        currentIndex: App.house.houses.findIndex(house => house.server === App.house.server)
        onActivated: index => App.house.choose(App.house.houses[index].server)
    }
    TabStrip {
        id: tabs
        visible: App.house.member
        x: root.side - 6
        anchors { top: houses.bottom; topMargin: 10 }
        height: visible ? implicitHeight : 0
        label: qsTr("Parts of the house")
        current: root.part
        entries: [{key: "members", text: qsTr("Members")}, {key: "you", text: qsTr("You")}, {key: "rules", text: qsTr("Rules")}]
            .concat(App.house.admin ? [{key: "reports", text: qsTr("Reports")}, {key: "audit", text: qsTr("Audit log")}] : [])
        onChosen: key => root.part = key
    }
    HouseGate {
        id: gate
        mayFound: true
        onFoundWanted: root.foundWanted()
        anchors { left: parent.left; right: parent.right; top: houses.bottom; margins: root.side; topMargin: 14 }
    }
    FirstSteps {
        id: first
        visible: root.alone && root.part === "members"
        anchors { left: parent.left; right: parent.right; top: tabs.bottom; margins: root.side; topMargin: 14 }
        onInviteWanted: root.inviteWanted("membership")
    }
    MembersPanel {
        id: panel
        visible: App.house.member && root.part === "members"
        focus: true
        anchors {
            left: parent.left; right: parent.right; bottom: parent.bottom
            top: first.visible ? first.bottom : tabs.bottom
            margins: root.side; topMargin: 14; bottomMargin: root.narrow ? 12 : 20
        }
        onPersonWanted: record => memberSheet.show(record)
        onInviteWanted: root.inviteWanted("membership")
    }
    Loader {
        id: other
        active: App.house.member && root.part !== "members"
        anchors { left: parent.left; right: parent.right; top: tabs.bottom; bottom: parent.bottom; margins: root.side; topMargin: 14; bottomMargin: root.narrow ? 12 : 20 }
        sourceComponent: root.part === "rules" ? rulesPanel : root.part === "reports" ? reportsPanel : root.part === "audit" ? auditPanel : ownPanel
    }
    Component { id: rulesPanel; RulesPanel { } }
    Component { id: reportsPanel; ReportsPanel { } }
    Component { id: auditPanel; AuditPanel { } }
    Component { id: ownPanel; HouseProfile { } }
    MemberSheet { id: memberSheet }
    property string wanted: ""
    function showScene(scene) {
        if (scene === "member") wanted = "id-victor"
        if (scene.startsWith("house-")) part = scene.slice(6)
    }
    Connections {
        target: App.house
        enabled: root.wanted !== ""
        function onChanged() {
            if (!App.house.known) return
            memberSheet.find(root.wanted)
            root.wanted = ""
        }
    }
}
