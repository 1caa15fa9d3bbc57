// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

T.MenuItem {
    id: root
    property string iconName: ""
    property bool risky: false
    property bool wanted: true     // hidden entries take no room

    visible: wanted
    enabled: wanted
    height: wanted ? Theme.hit : 0
    implicitWidth: 258
    leftPadding: 12
    rightPadding: 12
    hoverEnabled: true
    Accessible.role: Accessible.MenuItem
    Accessible.name: text
    Accessible.onPressAction: { if (menu) menu.dismiss(); triggered() }
    contentItem: Row {
        spacing: 10
        Icon {
            visible: root.iconName !== ""
            anchors.verticalCenter: parent.verticalCenter
            name: root.iconName
            tint: root.risky ? Theme.danger : Theme.text
            size: 17
        }
        UserText {
            anchors.verticalCenter: parent.verticalCenter
            text: root.text
            color: root.risky ? Theme.danger : Theme.text
            wrapMode: Text.NoWrap
            silent: true
        }
    }
    background: Rectangle {
        radius: Theme.radiusSmall
        color: root.highlighted || root.hovered ? Theme.sunken : Theme.none
        FocusRing { shown: root.highlighted && root.activeFocus; gap: -4; radius: Theme.radiusSmall }
    }
}
