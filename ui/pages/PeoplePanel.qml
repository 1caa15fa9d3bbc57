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
    readonly property bool large: App.session.stageCount + App.session.audienceCount > 20
    TextInputField {
        id: search
        visible: root.large
        anchors { left: parent.left; right: parent.right; top: parent.top; leftMargin: 16; rightMargin: 16 }
        label: qsTr("Find somebody")
        placeholderText: label
        maximumLength: 64
        onTextChanged: App.session.search = text
    }
    Caption {
        id: count
        visible: root.large
        anchors { left: search.left; right: search.right; top: search.bottom; topMargin: 6 }
        text: App.session.found === 0 ? qsTr("Nobody here is called that.")
            : App.session.found > list.count ? qsTr("%1 of %2 shown").arg(list.count).arg(Number(App.session.found).toLocaleString(Qt.locale(), "f", 0))
            : qsTr("%n people", "", App.session.found)
    }
    Component.onDestruction: App.session.search = ""
    ListView {
        id: list
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom; top: root.large ? count.bottom : parent.top; topMargin: root.large ? 6 : 0 }
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
        Accessible.name: qsTr("People, %1").arg(count)
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
            width: list.width - 16
            height: 54
            focusPolicy: Qt.NoFocus
                    spokenName: handle === "" ? name : name + " " + handle
            spokenState: spoken
            onClicked: root.personWanted(identity)
            contentItem: Item {
                Avatar {
                    id: face
                    x: 8
                    anchors.verticalCenter: parent.verticalCenter
                    size: 36
                    initials: row.initials
                    colorIndex: row.colorIndex
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
