// SPDX-License-Identifier: Apache-2.0
// What stands where a list has nothing: a sign, a heading, what to do; or why the list could not be had.
import QtQuick
import Parlour.Theme

Surface {
    id: root
    property string iconName: "info"
    property string title: ""
    property string text: ""
    property string problem: ""
    property alias actions: answers.data

    implicitHeight: column.implicitHeight + 48
    height: visible ? implicitHeight : 0
    Column {
        id: column
        anchors { left: parent.left; right: parent.right; margins: 24; verticalCenter: parent.verticalCenter }
        spacing: 8
        Icon { name: root.problem !== "" ? "warning" : root.iconName; size: 30; tint: root.problem !== "" ? Theme.danger : Theme.accent }
        UserText {
            width: parent.width
            text: root.problem !== "" ? qsTr("This cannot be shown now") : root.title
            font.pixelSize: Theme.fontSection
            font.weight: Font.DemiBold
            role: Accessible.Heading
        }
        Caption { width: parent.width; text: root.problem !== "" ? root.problem : root.text }
        Flow {
            id: answers
            width: parent.width
            spacing: 8
            topPadding: visibleChildren.length > 0 ? 6 : 0
        }
    }
}
