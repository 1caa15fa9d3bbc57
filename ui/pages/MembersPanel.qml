// SPDX-License-Identifier: Apache-2.0
// The members of a house, by handle, searched by the house; a person opens their sheet.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

FocusScope {
    id: root
    signal personWanted(var record)
    signal inviteWanted()
    readonly property alias members: members

    HouseList {
        id: members
        path: kinds.current === "active" ? "/members" : "/members?state=" + kinds.current
        rows: "members"
        cursor: "after"
        active: App.house.member
        search: searchField.text
    }
    Connections {
        target: App.house
        function onTouched() { members.refresh() }
    }
    Flow {
        id: bar
        width: parent.width
        spacing: 10
        TextInputField {
            id: searchField
            width: Math.min(parent.width, 320)
            focus: true
            label: qsTr("Search members")
            placeholderText: qsTr("Name or handle")
            maximumLength: 64
        }
        TabStrip {
            id: kinds
            visible: App.house.admin
            label: qsTr("Which members")
            current: "active"
            entries: [{key: "active", text: qsTr("Members")}, {key: "suspended", text: qsTr("Suspended")}, {key: "left", text: qsTr("Left")},
                      {key: "removed", text: qsTr("Removed")}]
            onChosen: key => current = key
        }
    }
    Surface {
        anchors { left: parent.left; right: parent.right; top: bar.bottom; topMargin: 12; bottom: parent.bottom }
        visible: list.count > 0
        ListView {
            id: list
            anchors { fill: parent; margins: 8 }
            clip: true
            model: members
            activeFocusOnTab: true
            boundsBehavior: Flickable.StopAtBounds
            T.ScrollBar.vertical: ThinScrollBar { }
            Accessible.role: Accessible.List
            Accessible.name: qsTr("Members, %1").arg(members.answer.total !== undefined ? members.answer.total : count)
            Keys.onReturnPressed: if (currentItem) root.personWanted(currentItem.record)
            delegate: MemberRow {
                id: row
                required property int index
                required record
                width: list.width - 8
                focusPolicy: Qt.NoFocus
                onClicked: { list.currentIndex = index; root.personWanted(record) }
                FocusRing { shown: list.activeFocus && list.currentIndex === row.index; gap: -4 }
            }
        }
    }
    EmptyNote {
        anchors { left: parent.left; right: parent.right; top: bar.bottom; topMargin: 12 }
        visible: App.house.member && (members.empty || members.problem !== "") && list.count === 0
        iconName: "people"
        problem: members.problem
        title: searchField.text !== "" ? qsTr("Nobody of that name") : qsTr("Nobody here")
        text: searchField.text !== "" ? qsTr("Names and handles are searched. Try fewer letters.")
            : kinds.current === "active" ? qsTr("This house has no members yet.") : qsTr("Nobody is in this state.")
    }
}
