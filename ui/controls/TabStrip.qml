// SPDX-License-Identifier: Apache-2.0
// Tabs by name; left and right arrows move, Tab leaves.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

Row {
    id: root
    property var entries: []            // [{key, text}]
    property string current: ""
    signal chosen(string key)
    property string label: ""

    spacing: 2
    Accessible.role: Accessible.PageTabList
    Accessible.name: label

    function step(by) {
        for (let i = 0; i < entries.length; ++i)
            if (entries[i].key === current) {
                const next = (i + by + entries.length) % entries.length
                chosen(entries[next].key)
                repeater.itemAt(next).forceActiveFocus(Qt.TabFocusReason)
                return
            }
    }
    Repeater {
        id: repeater
        model: root.entries
        T.TabButton {
            id: tab
            required property var modelData
            readonly property bool active: modelData.key === root.current
            implicitHeight: 34
            implicitWidth: word.implicitWidth + 18
            hoverEnabled: true
            focusPolicy: Qt.TabFocus
            Accessible.role: Accessible.PageTab
            Accessible.name: modelData.text
            Accessible.selected: active
            onClicked: root.chosen(modelData.key)
            Keys.onLeftPressed: root.step(-1)
            Keys.onRightPressed: root.step(1)
            Accessible.onPressAction: clicked()
            Keys.onReturnPressed: clicked()
            background: Rectangle {
                radius: Theme.radiusSmall
                color: tab.active ? Theme.sunken : Theme.none
                FocusRing { shown: tab.visualFocus; gap: 0 }
            }
            contentItem: Item {
                UserText {
                    id: word
                    anchors.centerIn: parent
                    text: tab.modelData.text
                    silent: true
                    wrapMode: Text.NoWrap
                    font.pixelSize: Theme.fontSmall
                    font.weight: Font.DemiBold
                    color: tab.active || tab.hovered ? Theme.text : Theme.muted
                }
            }
        }
    }
}
