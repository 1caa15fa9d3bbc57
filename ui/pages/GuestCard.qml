// SPDX-License-Identifier: Apache-2.0
// A guest on the board: name, topic, whose answer is missing.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Pressable {
    id: root
    required property var modelData
    readonly property string waiting: modelData.waits_for === "host" ? qsTr("waits for you") : modelData.waits_for === "guest" ? qsTr("waits for the guest") : ""
    height: words.implicitHeight + 24
    spokenName: modelData.name
    spokenState: [modelData.topic || "", App.guests.stateWords(modelData.state), waiting].filter(word => word !== "").join(", ")
    background: Surface { radius: Theme.radius; FocusRing { shown: root.visualFocus; gap: 0 } }
    onClicked: App.go("guest", modelData.id)
    contentItem: Item {
        Column {
            id: words
            anchors { left: parent.left; right: parent.right; margins: 12; verticalCenter: parent.verticalCenter }
            spacing: 3
            UserText { width: parent.width; text: root.modelData.name; font.weight: Font.DemiBold; wrapMode: Text.NoWrap; silent: true }
            Caption { width: parent.width; text: root.modelData.topic || ""; maximumLineCount: 2; silent: true }
            Caption { width: parent.width; visible: text !== ""; text: root.modelData.at_ms > 0 ? App.house.moment(root.modelData.at_ms) : App.guests.stateWords(root.modelData.state); color: Theme.accentText; silent: true }
            Chip { visible: root.modelData.waits_for === "host"; width: Math.min(implicitWidth, words.width); text: root.waiting; tone: "hand" }
        }
    }
}
