// SPDX-License-Identifier: Apache-2.0
// The board of guests: invited, talking, agreed, scheduled, done. Columns where there is room, a tab for each where not.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

FocusScope {
    id: root
    readonly property bool narrow: width < 760
    readonly property int side: narrow ? 16 : 28
    readonly property var columns: [{key: "invited", text: qsTr("Invited")}, {key: "talking", text: qsTr("Talking")}, {key: "agreed", text: qsTr("Agreed")},
        {key: "scheduled", text: qsTr("Scheduled")}, {key: "done", text: qsTr("Done")}]
    readonly property var guests: board.value.guests || []
    function inColumn(key) { return guests.filter(guest => guest.column === key) }
    function showScene(scene) { if (scene === "new-guest") sheet.show(null) }
    property string chosen: "talking"

    HouseRecord { id: board; path: App.house.member ? "/guests" : "" }
    Connections {
        target: App.house
        function onTouched() { board.refresh() }
    }
    PageHead {
        id: head
        anchors { left: parent.left; right: parent.right; top: parent.top; margins: root.side; topMargin: 18 }
        title: qsTr("Guests")
        subtitle: qsTr("Invited in public, agreed on terms, signed by both sides")
        ActionButton { visible: App.house.member; kind: "primary"; iconName: "plus"; focus: true; text: qsTr("Invite a guest"); onClicked: sheet.show(null) }
    }
    HouseGate { anchors { left: parent.left; right: parent.right; top: head.bottom; margins: root.side; topMargin: 14 } }
    EmptyNote {
        visible: App.house.member && root.guests.length === 0 && (board.loaded || board.problem !== "")
        anchors { left: parent.left; right: parent.right; top: head.bottom; margins: root.side; topMargin: 14 }
        iconName: "guest"
        problem: board.problem
        title: qsTr("No guest yet")
        text: qsTr("Somebody you would never meet by telephone answers “interesting, but first tell us what is proposed”. Here the proposal is written, asked about, changed and signed; then the talk goes into the calendar.")
    }
    TabStrip {
        id: tabs
        visible: root.narrow && root.guests.length > 0
        x: root.side - 6
        anchors { top: head.bottom; topMargin: 10 }
        label: qsTr("Columns")
        current: root.chosen
        entries: root.columns.map(column => ({key: column.key, text: column.text + " · " + root.inColumn(column.key).length}))
        onChosen: key => root.chosen = key
    }
    Row {
        id: row
        visible: root.guests.length > 0
        anchors { left: parent.left; right: parent.right; top: root.narrow ? tabs.bottom : head.bottom; bottom: parent.bottom; margins: root.side; topMargin: 14 }
        spacing: 12
        Repeater {
            model: root.narrow ? root.columns.filter(column => column.key === root.chosen) : root.columns
            Column {
                id: column
                required property var modelData
                readonly property var cards: root.inColumn(modelData.key)
                width: root.narrow ? row.width : (row.width - 4 * row.spacing) / 5
                height: row.height
                spacing: 8
                FieldLabel { visible: !root.narrow; text: column.modelData.text + " · " + column.cards.length }
                ListView {
                    // Wider than its cards, or it would cut off their shadows.
                    readonly property int shade: 7
                    x: -shade
                    width: parent.width + 2 * shade
                    height: parent.height - (root.narrow ? 0 : 26)
                    leftMargin: shade
                    rightMargin: shade
                    bottomMargin: 2 * shade
                    clip: true
                    spacing: 8
                    model: column.cards
                    boundsBehavior: Flickable.StopAtBounds
                    T.ScrollBar.vertical: ThinScrollBar { }
                    Accessible.role: Accessible.List
                    Accessible.name: qsTr("%1, %2").arg(column.modelData.text).arg(count)
                    delegate: GuestCard { width: ListView.view.width - 2 * ListView.view.shade - 2 }
                }
                Caption { visible: column.cards.length === 0 && root.narrow; text: qsTr("Nobody here") }
            }
        }
    }
    GuestSheet { id: sheet }
}
