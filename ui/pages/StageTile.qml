// SPDX-License-Identifier: Apache-2.0
// One person on stage: large avatar with the speaking ring, marks for muted, hand and moderator, name and role in words.
import QtQuick
import Parlour.Theme
import Parlour.Controls

PressableRow {
    id: root
    required property string identity
    required property string name
    required property string handle
    required property string initials
    required property string roleWords
    required property string spoken
    required property int colorIndex
    required property int power
    required property double pictureMs
    required property bool muted
    required property bool held
    required property bool handUp
    required property bool isSelf
    required property int quality
    required property double level
    required property bool chair
    required property double slotUntil
    property real size: 88
    property string verified: ""       // how this guest is known; empty = no guest
    property string verifiedWords: ""
    signal opened()

    implicitWidth: size + (size > 80 ? 48 : 32)
    implicitHeight: size + 24 + Theme.fontSmall + Theme.fontTiny + 14 + (slotUntil > 0 ? Theme.fontTiny + 6 : 0)
    spokenName: handle === "" ? name : name + " " + handle
    spokenState: spoken + (verifiedWords !== "" ? ", " + verifiedWords : "") + (level > 0.02 ? ", " + qsTr("speaking") : "")
    onClicked: opened()

    contentItem: Item {
        Face {
            id: face
            anchors { horizontalCenter: parent.horizontalCenter; top: parent.top; topMargin: 10 }
            size: root.size
            initials: root.initials
            colorIndex: root.colorIndex
            identity: root.identity
            stamp: root.pictureMs
            inRoom: true
            level: root.level
        }
        Mark {
            visible: root.power > 0
            anchors { left: face.left; bottom: face.bottom; leftMargin: -5; bottomMargin: -5 }
            name: "star"
            ink: Theme.accentInk
            paper: Theme.accent
        }
        Mark {
            visible: root.verified !== "" && root.power === 0
            anchors { left: face.left; bottom: face.bottom; leftMargin: -5; bottomMargin: -5 }
            name: root.verified === "compared" ? "shield" : "guest"
            ink: root.verified === "compared" ? Theme.accentInk : Theme.text
            paper: root.verified === "compared" ? Theme.accent : Theme.surface
        }
        Mark {
            visible: root.muted
            size: 28
            anchors { right: face.right; bottom: face.bottom; rightMargin: -6; bottomMargin: -6 }
            name: root.held ? "lock" : "mic-off"
            ink: root.held ? Theme.danger : Theme.text
        }
        Mark {
            visible: root.handUp
            size: 28
            anchors { right: face.right; top: face.top; rightMargin: -6; topMargin: -6 }
            name: "hand"
            ink: Theme.handText
            paper: Theme.handBackground
        }
        Mark {
            visible: root.quality === 0 || root.quality === 3
            anchors { left: face.left; top: face.top; leftMargin: -5; topMargin: -5 }
            name: "warning"
            ink: Theme.danger
        }
        Column {
            anchors { left: parent.left; right: parent.right; top: face.bottom; topMargin: 7 }
            spacing: 1
            UserText {
                width: parent.width
                horizontalAlignment: Text.AlignHCenter
                text: root.handle === "" ? root.name : root.name + " " + root.handle
                font.pixelSize: Theme.fontSmall
                wrapMode: Text.NoWrap
                elide: root.handle !== "" || root.name.endsWith(")") ? Text.ElideMiddle : Text.ElideRight   // the end tells a delegate from the guest
                silent: true
            }
            UserText {
                width: parent.width
                horizontalAlignment: Text.AlignHCenter
                // Power is the star; whoever has the chair is what one wants to know.
                readonly property string part: root.chair ? qsTr("Interviewer") : root.verified === "compared" ? qsTr("Verified guest") : root.verified !== "" ? qsTr("Guest") : root.roleWords
                text: root.isSelf ? qsTr("%1 · you").arg(root.chair ? part : root.roleWords) : part
                color: Theme.muted
                font.pixelSize: Theme.fontTiny
                wrapMode: Text.NoWrap
                silent: true
            }
            SlotLine { width: parent.width; until: root.slotUntil }
        }
    }
}
