// SPDX-License-Identifier: Apache-2.0
// One announced talk in the list of upcoming ones.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

PressableRow {
    id: root
    required property int index
    required property var record
    readonly property string times: App.house.time(record.start_ms) + "–" + App.house.time(record.end_ms)
    readonly property string stateWords: record.state === "live" ? qsTr("Live") : record.state === "cancelled" ? qsTr("Cancelled")
        : record.late_minutes > 0 ? qsTr("%1 min late").arg(record.late_minutes) : ""
    readonly property string details: [times, record.host_name ? qsTr("with %1").arg(record.host_name) : "", record.every ? qsTr("repeats") : "",
        record.yes > 0 ? qsTr("%1 going").arg(record.yes) : "", record.mine === "yes" ? qsTr("you are going") : ""].filter(word => word !== "").join(" · ")
    height: 72
    spokenName: record.title
    spokenState: [stateWords, details].filter(word => word !== "").join(", ")
    background: Surface { anchors.topMargin: 4; anchors.bottomMargin: 4; FocusRing { shown: root.visualFocus; gap: 0 } }
    contentItem: Item {
        Icon { id: mark; x: 16; anchors.verticalCenter: parent.verticalCenter; name: "calendar"; tint: root.record.state === "cancelled" ? Theme.muted : Theme.accent; size: 26 }
        Column {
            anchors { left: mark.right; right: chip.left; leftMargin: 16; rightMargin: 8; verticalCenter: parent.verticalCenter }
            UserText { width: parent.width; text: root.record.title; font.weight: Font.DemiBold; font.strikeout: root.record.state === "cancelled"; wrapMode: Text.NoWrap; silent: true }
            Caption { width: parent.width; text: root.details; wrapMode: Text.NoWrap; silent: true }
        }
        Chip {
            id: chip
            visible: root.stateWords !== ""
            anchors { right: parent.right; rightMargin: 16; verticalCenter: parent.verticalCenter }
            text: root.stateWords
            tone: root.record.state === "live" ? "live" : root.record.state === "cancelled" ? "danger" : "hand"
        }
    }
}
