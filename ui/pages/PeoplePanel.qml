// SPDX-License-Identifier: Apache-2.0
// Everybody in the room by name, with their state in words.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

FocusScope {
    id: root
    signal personWanted(string identity)
    AudienceSearch {
        id: search
        anchors { left: parent.left; right: parent.right; top: parent.top; leftMargin: 16; rightMargin: 16 }
    }
    ListView {
        id: list
        anchors { left: parent.left; right: parent.right; top: search.bottom; bottom: parent.bottom; topMargin: search.visible ? 6 : 0 }
        clip: true
        focus: true
        leftMargin: 8
        rightMargin: 8
        bottomMargin: 12
        model: App.session.people
        activeFocusOnTab: true
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: ThinScrollBar { }
        Accessible.role: Accessible.List
        Accessible.name: qsTr("People, %1").arg(App.session.stageCount + App.session.audienceCount)
        footer: UserText {
            visible: App.session.audience.hidden > 0
            width: list.width - 16
            height: visible ? implicitHeight : 0
            leftPadding: 8
            topPadding: 8
            text: qsTr("and %1 more in the audience").arg(Number(App.session.audience.hidden).toLocaleString(Qt.locale(), "f", 0))
            color: Theme.muted
        }
        Keys.onReturnPressed: if (currentItem) root.personWanted(currentItem.identity)
        delegate: PressableRow {
            id: row
            required property int index
            required property string identity
            required property string name
            required property string handle
            required property string initials
            required property string spoken
            required property string roleWords
            required property int colorIndex
            required property bool handUp
            required property bool muted
            required property bool onStage
            required property bool isSelf
            required property double pictureMs
            width: list.width - 16
            height: 54
            focusPolicy: Qt.NoFocus
            spokenName: handle === "" ? name : name + " " + handle
            spokenState: spoken
            onClicked: root.personWanted(identity)
            contentItem: Item {
                Face {
                    id: face
                    x: 8
                    anchors.verticalCenter: parent.verticalCenter
                    size: 36
                    initials: row.initials
                    colorIndex: row.colorIndex
                    identity: row.identity
                    stamp: row.pictureMs
                    inRoom: true
                }
                Column {
                    anchors { left: face.right; right: marks.left; leftMargin: 12; rightMargin: 6; verticalCenter: parent.verticalCenter }
                    UserText {
                        width: parent.width
                        text: row.isSelf ? qsTr("%1 (you)").arg(row.name) : row.handle === "" ? row.name : row.name + " " + row.handle
                        wrapMode: Text.NoWrap
                        silent: true
                    }
                    UserText {
                        width: parent.width
                        text: row.roleWords
                        color: Theme.muted
                        font.pixelSize: Theme.fontTiny
                        wrapMode: Text.NoWrap
                        silent: true
                    }
                }
                Row {
                    id: marks
                    anchors { right: parent.right; rightMargin: 10; verticalCenter: parent.verticalCenter }
                    spacing: 8
                    Icon { visible: row.handUp; name: "hand"; tint: Theme.handText; size: 17 }
                    Icon { visible: row.onStage; name: row.muted ? "mic-off" : "mic"; tint: Theme.muted; size: 17 }
                }
            }
            FocusRing { shown: list.activeFocus && list.currentIndex === row.index; gap: -4 }
        }
    }
}
