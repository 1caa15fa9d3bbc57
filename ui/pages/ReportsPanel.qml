// SPDX-License-Identifier: Apache-2.0
// Reports to the admins: who, where, what was said around it; resolved with a sentence.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

FocusScope {
    id: root
    HouseList {
        id: reports
        path: kinds.current === "open" ? "/reports?open=1" : "/reports"
        rows: "reports"
        cursor: "before"
        cursorKey: "at_ms"
        active: App.house.admin
    }
    Connections {
        target: App.house
        function onTouched() { reports.refresh() }
    }
    TabStrip {
        id: kinds
        label: qsTr("Which reports")
        current: "open"
        entries: [{key: "open", text: reports.answer.open > 0 ? qsTr("Open · %1").arg(reports.answer.open) : qsTr("Open")}, {key: "all", text: qsTr("All")}]
        onChosen: key => current = key
    }
    ListView {
        id: list
        anchors { left: parent.left; right: parent.right; top: kinds.bottom; bottom: parent.bottom; topMargin: 10 }
        clip: true
        spacing: 10
        model: reports
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: ThinScrollBar { }
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Reports, %1").arg(count)
        delegate: ReportCard { width: list.width }
    }
    EmptyNote {
        anchors { left: parent.left; right: parent.right; top: list.top }
        visible: list.count === 0 && (reports.empty || reports.problem !== "")
        iconName: "flag"
        problem: reports.problem
        title: qsTr("No reports")
        text: qsTr("Anybody in a room may report somebody to the admins. What was said around it is kept with the report and stays on the house.")
    }
}
