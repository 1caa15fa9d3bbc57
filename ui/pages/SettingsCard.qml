// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Parlour.Theme
import Parlour.Controls

Surface {
    id: root
    property string title: ""
    default property alias body: column.data
    width: parent ? parent.width : 400
    height: column.implicitHeight + 36
    Column {
        id: column
        anchors { left: parent.left; right: parent.right; top: parent.top; margins: 20; topMargin: 18 }
        spacing: 10
        UserText {
            visible: root.title !== ""
            width: parent.width
            text: root.title
            font.weight: Font.DemiBold
            role: Accessible.Heading
        }
    }
}
