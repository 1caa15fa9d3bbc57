// SPDX-License-Identifier: Apache-2.0
// The audit log, newest first: who did what to whom. Rows are chained by their hashes and signed at the end by the house.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

FocusScope {
    id: root
    HouseList {
        id: log
        path: "/audit"
        rows: "entries"
        idKey: "n"
        cursor: "before"
        cursorKey: "n"
        firstCursor: "0"
        active: App.house.admin
    }
    Caption {
        id: head
        width: parent.width
        text: log.answer.head !== undefined ? qsTr("%1 entries, chained and signed by the house. Export and check them with “parlourctl audit”.").arg(Number(log.answer.head.n).toLocaleString(Qt.locale(), "f", 0)) : ""
    }
    Surface {
        anchors { left: parent.left; right: parent.right; top: head.bottom; bottom: parent.bottom; topMargin: 10 }
        visible: list.count > 0
        ListView {
            id: list
            anchors { fill: parent; margins: 8 }
            clip: true
            focus: true
            model: log
            activeFocusOnTab: true
            boundsBehavior: Flickable.StopAtBounds
            T.ScrollBar.vertical: ThinScrollBar { }
            Accessible.role: Accessible.List
            Accessible.name: qsTr("Audit log, %1").arg(count)
            delegate: Item {
                id: row
                required property var record
                required property int index
                readonly property string who: record.actor_name || (record.actor ? qsTr("somebody forgotten") : qsTr("the house"))
                readonly property string whom: record.object_name || record.object || ""
                width: list.width - 8
                height: 50
                Accessible.role: Accessible.ListItem
                Accessible.name: qsTr("%1: %2 %3").arg(who).arg(record.action).arg(whom)
                Accessible.description: App.house.moment(record.at_ms)
                FocusRing { shown: list.activeFocus && list.currentIndex === row.index; gap: -4 }
                Caption { id: number; x: 8; width: 56; anchors.verticalCenter: parent.verticalCenter; text: row.record.n; silent: true; wrapMode: Text.NoWrap }
                Column {
                    anchors { left: number.right; right: parent.right; rightMargin: 8; verticalCenter: parent.verticalCenter }
                    UserText { width: parent.width; text: row.who + " · " + row.record.action + (row.whom !== "" ? " · " + row.whom : ""); font.pixelSize: Theme.fontSmall; wrapMode: Text.NoWrap; silent: true }
                    Caption { width: parent.width; text: App.house.moment(row.record.at_ms) + (row.record.detail ? " · " + row.record.detail : ""); font.pixelSize: Theme.fontTiny; wrapMode: Text.NoWrap; silent: true }
                }
            }
        }
    }
    EmptyNote {
        anchors { left: parent.left; right: parent.right; top: head.bottom; topMargin: 10 }
        visible: list.count === 0 && (log.empty || log.problem !== "")
        iconName: "shield"
        problem: log.problem
        title: qsTr("Nothing has been logged")
        text: qsTr("Whatever admins and moderators do stands here, row after row; none can be taken out unseen.")
    }
}
