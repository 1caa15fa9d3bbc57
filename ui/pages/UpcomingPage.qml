// SPDX-License-Identifier: Apache-2.0
// The calendar of a house: announced talks, grouped by day in the viewer's zone.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

FocusScope {
    id: root
    readonly property bool narrow: width < 700
    readonly property int side: narrow ? 16 : 28
    property string feed: ""
    function showScene(scene) { if (scene === "new-talk") sheet.show(null) }

    HouseList {
        id: talks
        path: "/schedule"
        rows: "events"
        idKey: "id,start_ms"
        cursor: "after"
        sectionKey: "start_ms"
        active: App.house.member
    }
    Connections {
        target: App.house
        function onTouched() { talks.refresh() }
    }
    PageHead {
        id: head
        anchors { left: parent.left; right: parent.right; top: parent.top; margins: root.side; topMargin: 18 }
        title: qsTr("Upcoming")
        subtitle: qsTr("Announced talks, in your time")
        ActionButton {
            visible: App.house.member
            iconName: "calendar"
            text: qsTr("Calendar feed")
            hint: qsTr("A private address for your calendar program")
            onClicked: App.house.post("/feed", {}, (answer, error) => {
                if (error) App.house.refused(error.message)
                else { root.feed = answer.url; feedSheet.open() }
            })
        }
        ActionButton { visible: App.house.member; kind: "primary"; iconName: "plus"; text: qsTr("Announce a talk"); onClicked: sheet.show(null) }
    }
    HouseGate { anchors { left: parent.left; right: parent.right; top: head.bottom; margins: root.side; topMargin: 14 } }
    ListView {
        id: list
        visible: count > 0
        anchors { left: parent.left; right: parent.right; top: head.bottom; bottom: parent.bottom; leftMargin: root.side; rightMargin: root.side; topMargin: 8 }
        clip: true
        focus: true
        bottomMargin: 20
        model: talks
        activeFocusOnTab: true
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: ThinScrollBar { }
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Upcoming talks, %1").arg(count)
        Keys.onReturnPressed: if (currentItem) App.go("event", currentItem.record.id)
        section.property: "section"
        section.delegate: FieldLabel {
            required property string section
            text: section
            topPadding: 12
            bottomPadding: 4
            role: Accessible.Heading
        }
        delegate: TalkRow {
            id: row
            width: list.width
            focusPolicy: Qt.NoFocus
            onClicked: App.go("event", record.id)
            FocusRing { shown: list.activeFocus && list.currentIndex === row.index; gap: -4; radius: Theme.radiusLarge }
        }
    }
    EmptyNote {
        visible: App.house.member && list.count === 0 && (talks.empty || talks.problem !== "")
        anchors { left: parent.left; right: parent.right; top: head.bottom; margins: root.side; topMargin: 14 }
        iconName: "calendar"
        problem: talks.problem
        title: qsTr("Nothing is announced")
        text: qsTr("An announced talk has a page to share, shows everybody the time on their own clock, and reminds those who come.")
    }
    TalkSheet { id: sheet }
    Sheet {
        id: feedSheet
        title: qsTr("Your calendar feed")
        intro: qsTr("Subscribe to this address in your calendar program. It is private: whoever has it sees this house's calendar. A new one replaces the old.")
        TextInputField { width: parent.width; readOnly: true; label: qsTr("Address of the feed"); text: root.feed; onTextChanged: cursorPosition = 0 }
        actions: [
            ActionButton { kind: "primary"; iconName: "copy"; text: qsTr("Copy address"); onClicked: { App.copyText(root.feed); feedSheet.close() } },
            ActionButton { text: qsTr("Close"); onClicked: feedSheet.close() }
        ]
    }
}
