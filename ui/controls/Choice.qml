// SPDX-License-Identifier: Apache-2.0
// Choose one of a list (combo box). The model holds plain words.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

T.ComboBox {
    id: root
    property string label: ""

    implicitHeight: 43
    implicitWidth: 240
    hoverEnabled: true
    leftPadding: 13
    rightPadding: 36
    font.pixelSize: Theme.fontBody

    Accessible.role: Accessible.ComboBox
    Accessible.name: label
    Accessible.description: displayText

    background: Rectangle {
        radius: Theme.radius
        color: root.hovered ? Theme.sunken : Theme.surface
        border.width: Theme.lineWidth
        border.color: Theme.line
        FocusRing { shown: root.activeFocus && !popup.opened; gap: 0 }
    }
    contentItem: UserText {
        text: root.displayText
        verticalAlignment: Text.AlignVCenter
        wrapMode: Text.NoWrap
        silent: true
    }
    indicator: Icon {
        x: root.width - width - 13
        y: (root.height - height) / 2
        name: "chevron"
        size: 14
        tint: Theme.text
    }
    delegate: T.ItemDelegate {
        id: row
        required property var modelData
        required property int index
        width: ListView.view ? ListView.view.width : root.width
        implicitHeight: Theme.hit
        leftPadding: 13
        rightPadding: 13
        hoverEnabled: true
        highlighted: root.highlightedIndex === index
        Accessible.role: Accessible.ListItem
        Accessible.name: String(modelData)
        Accessible.selected: root.currentIndex === index
        contentItem: UserText {
            text: String(row.modelData)
            verticalAlignment: Text.AlignVCenter
            wrapMode: Text.NoWrap
            silent: true
            font.weight: root.currentIndex === row.index ? Font.DemiBold : Font.Normal
        }
        background: Rectangle {
            radius: Theme.radiusSmall
            color: row.highlighted || row.hovered ? Theme.sunken : Theme.none
        }
    }
    popup: T.Popup {
        id: popup
        y: root.height + 4
        width: root.width
        implicitHeight: Math.min(contentItem.implicitHeight + 12, 280)
        padding: 6
        contentItem: ListView {
            clip: true
            implicitHeight: contentHeight
            model: root.popup.visible ? root.delegateModel : null
            currentIndex: root.highlightedIndex
            boundsBehavior: Flickable.StopAtBounds
            Accessible.role: Accessible.List
            Accessible.name: root.label
        }
        background: Rectangle {
            radius: Theme.radius
            color: Theme.surface
            border.width: Theme.lineWidth
            border.color: Theme.line
        }
    }
}
