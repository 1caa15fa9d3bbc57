// SPDX-License-Identifier: Apache-2.0
// One member in a list: face, name, handle, standing in words.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

PressableRow {
    id: root
    property var record: ({})
    readonly property string standingWords: record.standing === "owner" ? qsTr("Owner") : record.standing === "admin" ? qsTr("Admin") : ""
    readonly property string stateWords: record.state === "suspended" ? qsTr("Suspended") : record.state === "left" ? qsTr("Has left")
        : record.state === "removed" ? qsTr("Removed") : record.state === "deleted" ? qsTr("Deleted") : ""
    readonly property string from: record.invited_by_name ? qsTr("invited by %1").arg(record.invited_by_name) : ""
    readonly property string brought: record.invited > 0 ? qsTr("brought %1").arg(record.invited) : ""

    height: 60
    spokenName: record.name === "" ? qsTr("A former member") : record.name + (record.handle ? " @" + record.handle : "")
    spokenState: [standingWords, stateWords, from, brought].filter(word => word !== "").join(", ")
    contentItem: Item {
        Face {
            id: face
            x: 10
            anchors.verticalCenter: parent.verticalCenter
            size: 40
            initials: App.house.initials(root.record.name || "")
            colorIndex: App.house.colorOf(root.record.id || "")
            identity: root.record.id || ""
            stamp: root.record.picture_ms || 0
        }
        Column {
            anchors { left: face.right; right: marks.left; leftMargin: 12; rightMargin: 8; verticalCenter: parent.verticalCenter }
            UserText {
                width: parent.width
                text: root.record.name || qsTr("A former member")
                wrapMode: Text.NoWrap
                font.weight: Font.DemiBold
                silent: true
            }
            Caption {
                width: parent.width
                text: [root.record.handle ? "@" + root.record.handle : "", root.from, root.brought].filter(word => word !== "").join(" · ")
                wrapMode: Text.NoWrap
                silent: true
            }
        }
        Row {
            id: marks
            anchors { right: parent.right; rightMargin: 12; verticalCenter: parent.verticalCenter }
            spacing: 6
            Chip { visible: root.stateWords !== ""; text: root.stateWords; tone: "danger" }
            Chip { visible: root.standingWords !== ""; text: root.standingWords; tone: "live" }
        }
    }
}
