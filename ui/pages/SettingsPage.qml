// SPDX-License-Identifier: Apache-2.0
// Profile, audio, appearance, keys.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

FocusScope {
    id: root
    property string part: "audio"
    readonly property bool narrow: width < 720
    readonly property int side: narrow ? 16 : 28
    readonly property var parts: [{key: "profile", text: qsTr("Profile")}, {key: "audio", text: qsTr("Audio")},
        {key: "appearance", text: qsTr("Appearance")}, {key: "shortcuts", text: qsTr("Shortcuts")}]
    onPartChanged: App.sound.stopAll()
    function showScene(scene) {
        for (const entry of parts) if (scene === "settings-" + entry.key) part = entry.key
    }
    Keys.onEscapePressed: App.go(App.session.active ? "room" : "hallway")

    Heading { id: title; x: root.side; y: 19; text: qsTr("Settings") }
    ActionButton {
        visible: App.session.active
        anchors { right: parent.right; rightMargin: root.side; verticalCenter: title.verticalCenter }
        compact: true
        text: qsTr("Back to the room")
        onClicked: App.go("room")
    }
    TabStrip {
        id: tabs
        visible: root.narrow
        x: root.side - 6
        anchors.top: title.bottom
        anchors.topMargin: 8
        label: qsTr("Settings")
        entries: root.parts
        current: root.part
        onChosen: key => root.part = key
    }
    Column {
        id: nav
        visible: !root.narrow
        x: root.side
        anchors.top: title.bottom
        anchors.topMargin: 16
        width: 180
        Repeater {
            model: root.parts
            NavItem {
                required property var modelData
                width: nav.width
                text: modelData.text
                current: root.part === modelData.key
                onClicked: root.part = modelData.key
            }
        }
    }
    Flickable {
        id: flick
        anchors {
            left: root.narrow ? parent.left : nav.right; right: parent.right; bottom: parent.bottom
            top: root.narrow ? tabs.bottom : title.bottom; topMargin: root.narrow ? 10 : 8
        }
        contentHeight: loader.height + 32
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: ThinScrollBar { }
        Loader {
            id: loader
            x: root.narrow ? root.side : 28
            y: 8
            width: Math.min(640, flick.width - x - root.side)
            sourceComponent: root.part === "profile" ? profile : root.part === "appearance" ? appearance
                           : root.part === "shortcuts" ? shortcuts : audio
        }
        FollowFocus { view: flick }
    }
    Component { id: profile; ProfileSettings { } }
    Component { id: audio; AudioSettings { } }
    Component { id: appearance; AppearanceSettings { } }
    Component { id: shortcuts; ShortcutList { } }
}
