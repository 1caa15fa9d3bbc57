// SPDX-License-Identifier: Apache-2.0
// Call a member of the house into the room one is in.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    preferredWidth: 480
    title: qsTr("Call a member in")
    intro: qsTr("They are told that you are in “%1” and may come and listen.").arg(App.session.title)
    property var called: []
    property string problem: ""
    function show() { called = []; problem = ""; field.text = ""; open(); field.forceActiveFocus() }

    HouseList {
        id: members
        inRoom: true
        path: "/members"
        rows: "members"
        cursor: "after"
        pageSize: 50
        active: root.opened && App.roomHouse.member
        search: field.text
    }
    TextInputField { id: field; width: parent.width; label: qsTr("Search members"); placeholderText: qsTr("Name or handle"); maximumLength: 64 }
    UserText { width: parent.width; visible: text !== ""; text: root.problem !== "" ? root.problem : members.problem; color: Theme.danger; role: Accessible.AlertMessage }
    Caption { width: parent.width; visible: members.empty; text: field.text !== "" ? qsTr("Nobody of that name.") : qsTr("This house has no other members yet.") }
    ListView {
        id: list
        width: parent.width
        height: Math.min(Math.max(contentHeight, 50), 300)
        clip: true
        model: members
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: ThinScrollBar { }
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Members, %1").arg(count)
        delegate: Item {
            id: row
            required property var record
            readonly property bool done: root.called.indexOf(record.id) >= 0
            width: list.width
            height: 50
            Accessible.role: Accessible.ListItem
            Accessible.name: record.name
            Accessible.description: "@" + record.handle
            Face {
                id: face
                anchors.verticalCenter: parent.verticalCenter
                size: 34
                initials: App.house.initials(row.record.name)
                colorIndex: App.house.colorOf(row.record.id)
                identity: row.record.id
                stamp: row.record.picture_ms || 0
                inRoom: true
            }
            Column {
                anchors { left: face.right; right: call.left; leftMargin: 10; rightMargin: 8; verticalCenter: parent.verticalCenter }
                UserText { width: parent.width; text: row.record.name; wrapMode: Text.NoWrap; silent: true }
                Caption { width: parent.width; text: "@" + row.record.handle; wrapMode: Text.NoWrap; silent: true }
            }
            ActionButton {
                id: call
                visible: row.record.id !== App.roomHouse.me.id
                anchors { right: parent.right; rightMargin: 10; verticalCenter: parent.verticalCenter }
                compact: true
                enabled: !row.done
                text: row.done ? qsTr("Called") : qsTr("Call")
                spokenName: row.done ? qsTr("%1 is called").arg(row.record.name) : qsTr("Call %1").arg(row.record.name)
                onClicked: App.roomHouse.post("/rooms/" + App.session.room + "/ping", {who: row.record.id}, (answer, error) => {
                    root.problem = error ? error.message + " " + error.advice : ""
                    if (!error) root.called = root.called.concat([row.record.id])
                })
            }
        }
    }
    actions: [ ActionButton { text: qsTr("Close"); onClicked: root.close() } ]
}
