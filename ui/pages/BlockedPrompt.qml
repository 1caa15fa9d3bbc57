// SPDX-License-Identifier: Apache-2.0
// Somebody whom one has blocked is on stage: hearing them is one's own choice.
import QtQuick
import Parlour.Controls
import Parlour.Models

PromptCard {
    id: root
    property var names: []
    property string accepted: ""     // "stay" counts for these names, not for another who comes up later
    visible: names.length > 0 && accepted !== names.join()
    tone: "hand"
    iconName: "warning"
    words: names.length === 1 ? qsTr("You blocked %1, who is on stage.").arg(names[0]) : qsTr("You blocked people who are on stage: %1.").arg(names.join(", "))
    function look() {
        const blocks = (relations.value.blocks || []).map(one => one.id)
        const now = App.session.joined && blocks.length > 0 ? App.session.onStageOf(blocks) : []
        if (now.join() !== names.join()) names = now
    }
    HouseRecord { id: relations; inRoom: true; path: App.session.joined && App.roomHouse.member ? "/relations" : ""; onChanged: root.look() }
    Connections { target: App.session; function onChanged() { root.look() } }
    Connections { target: App.roomHouse; function onTouched() { relations.refresh() } }
    Connections { target: App.house; function onTouched() { relations.refresh() } }
    ActionButton { compact: true; text: qsTr("Leave quietly"); onClicked: App.session.leave() }
    ActionButton { compact: true; text: qsTr("Stay"); onClicked: root.accepted = root.names.join() }
}
