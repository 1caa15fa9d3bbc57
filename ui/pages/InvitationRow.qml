// SPDX-License-Identifier: Apache-2.0
// One invitation that somebody made: kind, for whom, what became of it; the one action it still allows.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

PressableRow {
    id: root
    property var record: ({})
    readonly property var kinds: ({membership: qsTr("Membership"), listener: qsTr("Listener link"), speaker: qsTr("Speaker link"),
        moderator: qsTr("Moderator link"), delegate: qsTr("Delegate link"), guest: qsTr("Guest invitation")})
    readonly property var states: ({open: qsTr("Open"), used: qsTr("Used"), expired: qsTr("Expired"), revoked: qsTr("Revoked")})
    readonly property string kindWords: kinds[record.kind] || record.kind || ""
    readonly property string stateWords: states[record.state] || record.state || ""
    readonly property string heading: record.for_name ? qsTr("%1 for %2").arg(kindWords).arg(record.for_name) : kindWords
    readonly property string details: [record.room_title || "",
        record.uses > 0 ? qsTr("%1 of %2 used").arg(record.used || 0).arg(record.uses) : record.used > 0 ? qsTr("used %1 times").arg(record.used) : qsTr("no limit of uses"),
        record.state === "open" && record.expires_ms > 0 ? qsTr("expires %1").arg(App.house.fromNow(record.expires_ms)) : "",
        record.approval ? qsTr("with approval") : "",
        record.issuer && record.issuer !== App.house.me.id ? qsTr("by %1").arg(record.issuer_name || qsTr("somebody")) : ""].filter(word => word !== "").join(" · ")

    height: 64
    spokenName: heading
    spokenState: stateWords + ", " + details
    contentItem: Item {
        Icon {
            id: mark
            x: 14
            anchors.verticalCenter: parent.verticalCenter
            name: root.record.kind === "membership" ? "ticket" : root.record.kind === "moderator" ? "shield" : root.record.kind === "speaker" ? "mic"
                : root.record.kind === "guest" || root.record.kind === "delegate" ? "guest" : "link"
            tint: root.record.state === "open" ? Theme.accent : Theme.muted
            size: 22
        }
        Column {
            anchors { left: mark.right; right: chip.left; leftMargin: 14; rightMargin: 8; verticalCenter: parent.verticalCenter }
            UserText { width: parent.width; text: root.heading; font.weight: Font.DemiBold; wrapMode: Text.NoWrap; silent: true }
            Caption { width: parent.width; text: root.details; wrapMode: Text.NoWrap; silent: true }
        }
        Chip {
            id: chip
            anchors { right: parent.right; rightMargin: 12; verticalCenter: parent.verticalCenter }
            text: root.stateWords
            tone: root.record.state === "open" ? "live" : root.record.state === "revoked" ? "danger" : "plain"
        }
    }
}
