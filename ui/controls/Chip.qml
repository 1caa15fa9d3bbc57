// SPDX-License-Identifier: Apache-2.0
// A small rounded word: "Live", "Join as listener".
import QtQuick
import Parlour.Theme

Rectangle {
    id: root
    property string text: ""
    property string tone: "plain"    // plain, live, hand, danger
    property string iconName: ""
    readonly property color ink: tone === "live" ? Theme.accentText : tone === "hand" ? Theme.handText
        : tone === "danger" ? Theme.danger : Theme.muted
    readonly property real around: 18 + (iconName === "" ? 0 : 13 + row.spacing)

    implicitWidth: Math.ceil(label.implicitWidth) + around
    implicitHeight: Math.max(22, row.implicitHeight + 6)
    radius: height / 2
    color: tone === "live" ? Theme.accentSoft : tone === "hand" ? Theme.handBackground
         : tone === "danger" ? Theme.dangerSoft : Theme.sunken
    border.width: Theme.highContrast ? 1 : 0
    border.color: Theme.line
    Row {
        id: row
        anchors.centerIn: parent
        spacing: 5
        Icon {
            visible: root.iconName !== ""
            name: root.iconName
            tint: root.ink
            size: 13
            anchors.verticalCenter: parent.verticalCenter
        }
        UserText {
            id: label
            width: Math.min(Math.ceil(implicitWidth), root.width - root.around)   // in a narrow place the words end in "…"
            text: root.text
            color: root.ink
            wrapMode: Text.NoWrap
            font.pixelSize: Theme.fontTiny
            font.weight: root.tone === "plain" ? Font.Normal : Font.DemiBold
        }
    }
}
