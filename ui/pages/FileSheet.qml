// SPDX-License-Identifier: Apache-2.0
// Choose a file of this computer: folders and the files that end as wanted.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    preferredWidth: 560
    title: qsTr("Choose a file")
    property alias endings: files.endings
    property bool folderWanted: false     // then it is a folder that is chosen, the one that is open
    signal chosen(string path)
    function show() {
        if (files.folder === "" && files.places.length > 0) files.folder = (files.places.find(one => one.title === start) || files.places[0]).path
        else files.folder = files.folder
        open()
        list.forceActiveFocus()
    }
    property string start: qsTr("Pictures")
    function take(path, folder) {
        if (folder) { files.folder = path; list.currentIndex = 0; return }
        if (folderWanted) return
        root.close()
        root.chosen(path)
    }
    FolderModel { id: files }
    Flow {
        width: parent.width
        spacing: 6
        Repeater {
            model: files.places
            ActionButton { required property var modelData; compact: true; kind: files.folder === modelData.path ? "plain" : "quiet"; text: modelData.title; onClicked: files.folder = modelData.path }
        }
        ActionButton { compact: true; kind: "quiet"; enabled: files.up !== ""; text: qsTr("Up"); spokenName: qsTr("To the folder above"); onClicked: files.folder = files.up }
    }
    Caption { width: parent.width; text: files.folder; wrapMode: Text.WrapAnywhere; maximumLineCount: 2 }
    UserText { width: parent.width; visible: files.problem !== ""; text: files.problem; color: Theme.danger; role: Accessible.AlertMessage }
    Caption { width: parent.width; visible: files.problem === "" && files.count === 0; text: root.folderWanted ? qsTr("No folder and no recording is in here.") : qsTr("No folder and no fitting file is here (%1).").arg(root.endings.join(", ")) }
    ListView {
        id: list
        width: parent.width
        height: Math.min(Math.max(contentHeight, 46), 280)
        clip: true
        model: files
        activeFocusOnTab: true
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: ThinScrollBar { }
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Files, %1").arg(count)
        Keys.onReturnPressed: if (currentItem) root.take(currentItem.path, currentItem.isFolder)
        delegate: PressableRow {
            id: row
            required property int index
            required property string name
            required property string path
            required property bool isFolder
            required property string size
            width: list.width - 10
            height: 42
            focusPolicy: Qt.NoFocus
            spokenName: name
            spokenState: isFolder ? qsTr("folder") : size
            onClicked: root.take(path, isFolder)
            contentItem: Item {
                Icon { id: sign; x: 10; anchors.verticalCenter: parent.verticalCenter; name: row.isFolder ? "folder" : "picture"; tint: Theme.muted; size: 18 }
                UserText { anchors { left: sign.right; leftMargin: 10; right: much.left; rightMargin: 8; verticalCenter: parent.verticalCenter } text: row.name; wrapMode: Text.NoWrap; silent: true }
                Caption { id: much; anchors { right: parent.right; rightMargin: 10; verticalCenter: parent.verticalCenter } text: row.size; silent: true }
            }
            FocusRing { shown: list.activeFocus && list.currentIndex === row.index; gap: -4 }
        }
    }
    actions: [
        ActionButton { visible: root.folderWanted; kind: "primary"; enabled: files.problem === ""; text: qsTr("Use this folder"); onClicked: { root.close(); root.chosen(files.folder) } },
        ActionButton { text: qsTr("Cancel"); onClicked: root.close() }
    ]
}
