// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Parlour.Theme
import Parlour.Controls

PressableRow {
    id: root
    required property string identity
    required property string name
    required property string handle
    required property string initials
    required property string spoken
    required property int colorIndex
    required property int power
    required property double pictureMs
    required property bool handUp
    required property bool invited
    required property bool isSelf
    signal opened()

    focusPolicy: Qt.NoFocus    // the grid is one stop of the Tab key, arrows walk inside
    spokenName: handle === "" ? name : name + " " + handle
    spokenState: spoken
    onClicked: opened()

    contentItem: Item {
        Face {
            id: face
            anchors { horizontalCenter: parent.horizontalCenter; top: parent.top; topMargin: 2 }
            size: 60
            initials: root.initials
            colorIndex: root.colorIndex
            identity: root.identity
            stamp: root.pictureMs
            inRoom: true
        }
        Mark {
            visible: root.handUp || root.invited
            size: 28
            anchors { right: face.right; bottom: face.bottom; rightMargin: -6; bottomMargin: -6 }
            name: root.invited ? "mic" : "hand"
            ink: Theme.handText
            paper: Theme.handBackground
        }
        Mark {
            visible: root.power > 0
            anchors { left: face.left; bottom: face.bottom; leftMargin: -5; bottomMargin: -5 }
            name: "star"
            ink: Theme.accentInk
            paper: Theme.accent
        }
        UserText {
            anchors { left: parent.left; right: parent.right; top: face.bottom; topMargin: 6; leftMargin: 2; rightMargin: 2 }
            horizontalAlignment: Text.AlignHCenter
            text: root.isSelf ? qsTr("You") : root.handle === "" ? root.name : root.name + " " + root.handle
            font.pixelSize: Theme.fontLabel
            wrapMode: Text.NoWrap
            silent: true
        }
    }
}
