// SPDX-License-Identifier: Apache-2.0
// One question: its words, where it stands, and what the desk or who asked may do with it.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Item {
    id: root
    required property var record
    property bool desk: false
    signal ordered(string verb, var more)
    signal menuWanted(Item button)

    readonly property string standing: record.state || ""
    readonly property bool waits: standing === "open"
    readonly property bool inLine: standing === "approved"
    readonly property bool onAir: standing === "now"
    readonly property string stateWords: onAir ? qsTr("Now") : inLine ? qsTr("Place %1 in line").arg(record.place) : waits ? qsTr("Waits for the moderators")
        : standing === "done" ? qsTr("Asked") : standing === "withdrawn" ? qsTr("Taken back") : qsTr("Not asked")
    readonly property string facts: {
        const parts = [stateWords]
        if (record.origin === "agreed") parts.push(qsTr("agreed"))
        if (record.origin === "hand") parts.push(qsTr("from a raised hand"))
        if (record.own === true) parts.push(qsTr("yours"))
        else if (desk && record.asker_name) parts.push(record.asker_name)
        if (desk && record.at_ms > 0) parts.push(App.house.time(record.at_ms))
        if (record.reason) parts.push(record.reason)
        return parts.join(" · ")
    }
    // The desk sees who asks; whoever has left has no picture in the room any more.
    readonly property string asker: desk && record.asker ? record.asker : ""
    height: card.height
    Accessible.role: Accessible.ListItem
    Accessible.name: record.text
    Accessible.description: facts

    Rectangle {
        id: card
        width: parent.width
        height: Math.max(words.height, face.active ? 34 : 0) + (buttons.visible ? buttons.height + 8 : 0) + 20
        radius: Theme.radius
        color: root.onAir ? Theme.handBackground : Theme.none
        border.width: root.onAir && Theme.highContrast ? Theme.lineWidth : 0
        border.color: Theme.line
    }
    Loader {
        id: face
        x: root.onAir ? 10 : 0
        y: 12
        width: active ? 32 : 0
        active: root.asker !== ""
        sourceComponent: Face {
            size: 32
            initials: App.house.initials(root.record.asker_name || "")
            colorIndex: App.house.colorOf(root.asker)
            identity: root.asker
            stamp: App.session.now > 0 ? App.session.person(root.asker).pictureMs || 0 : 0   // a new one is seen at once
            inRoom: true
        }
    }
    Column {
        id: words
        x: face.x + (face.active ? face.width + 10 : 0)
        y: 10
        width: root.width - x - (root.onAir ? 10 : 0)
        spacing: 2
        UserText {
            width: parent.width
            text: root.record.text
            color: root.onAir ? Theme.handText : root.waits || root.inLine ? Theme.text : Theme.muted
            font.weight: root.onAir ? Font.DemiBold : Font.Normal
            maximumLineCount: 8
            silent: true
        }
        UserText {
            width: parent.width
            text: root.facts
            color: root.onAir ? Theme.handText : Theme.muted
            font.pixelSize: Theme.fontTiny
            maximumLineCount: 3
            silent: true
        }
    }
    Flow {
        id: buttons
        anchors { left: face.left; right: words.right; top: words.bottom; topMargin: 8 }
        spacing: 8
        visible: root.desk ? root.standing !== "done" && root.standing !== "withdrawn" : root.record.own === true && (root.waits || root.inLine)
        ActionButton {
            visible: root.desk && (root.waits || root.standing === "dropped")
            compact: true
            kind: root.waits ? "primary" : "plain"
            text: root.waits ? qsTr("Approve") : qsTr("Ask it after all")
            spokenName: qsTr("Approve: %1").arg(root.record.text)
            onClicked: root.ordered("approve", {})
        }
        ActionButton {
            visible: root.desk && (root.waits || root.inLine)
            compact: true
            kind: root.inLine ? "primary" : "plain"
            text: qsTr("Now")
            spokenName: qsTr("Ask now: %1").arg(root.record.text)
            onClicked: root.ordered("now", {})
        }
        ActionButton {
            visible: root.desk && root.onAir
            compact: true
            text: qsTr("Done")
            spokenName: qsTr("Done: %1").arg(root.record.text)
            onClicked: root.ordered("done", {})
        }
        ActionButton {
            visible: root.desk && (root.waits || root.inLine || root.onAir)
            compact: true
            text: qsTr("Drop")
            spokenName: qsTr("Drop: %1").arg(root.record.text)
            onClicked: root.ordered("drop", {})
        }
        ActionButton {
            id: more
            visible: root.desk && (root.waits || root.inLine || root.onAir)
            kind: "quiet"
            compact: true
            iconOnly: true
            implicitWidth: 34
            iconName: "more"
            spokenName: qsTr("More for: %1").arg(root.record.text)
            onClicked: root.menuWanted(more)
        }
        ActionButton {
            visible: !root.desk && root.record.own === true && (root.waits || root.inLine)
            compact: true
            text: qsTr("Take it back")
            spokenName: qsTr("Take back: %1").arg(root.record.text)
            onClicked: root.ordered("withdraw", {})
        }
    }
}
