// SPDX-License-Identifier: Apache-2.0
// People as faces with names, and one button each where there is something to do.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Flow {
    id: root
    property string label: ""
    property var people: []
    property string action: ""          // "Unblock %1"; empty = none
    signal wanted(string identity)
    spacing: 14
    Accessible.role: Accessible.List
    Accessible.name: label
    Repeater {
        model: root.people
        Row {
            id: one
            required property var modelData
            spacing: 8
            height: 44
            Accessible.role: Accessible.ListItem
            Accessible.name: modelData.name + (modelData.handle ? " @" + modelData.handle : "")
            Face {
                anchors.verticalCenter: parent.verticalCenter
                size: 36
                initials: App.house.initials(one.modelData.name || "?")
                colorIndex: App.house.colorOf(one.modelData.id)
                identity: one.modelData.id
                stamp: one.modelData.picture_ms || 0
            }
            UserText {
                visible: root.action === ""
                anchors.verticalCenter: parent.verticalCenter
                width: Math.min(implicitWidth, 160)
                text: one.modelData.name
                wrapMode: Text.NoWrap
                silent: true
            }
            ActionButton {
                visible: root.action !== ""
                anchors.verticalCenter: parent.verticalCenter
                compact: true
                text: root.action === "" ? "" : root.action.arg(one.modelData.name)
                onClicked: root.wanted(one.modelData.id)
            }
        }
    }
}
