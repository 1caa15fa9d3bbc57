// SPDX-License-Identifier: Apache-2.0
// How loud one person is for me. Remembered for this house; nobody else is told.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Column {
    id: root
    property string identity: ""
    property string name: ""
    readonly property bool muted: (App.hearing.changes, App.hearing.muted(identity))
    spacing: 4
    function refresh() { volume.value = App.hearing.volume(identity) }
    onIdentityChanged: refresh()

    Row {
        width: parent.width
        FieldLabel { width: parent.width - percent.width; text: qsTr("Volume, only for you") }
        FieldLabel { id: percent; text: root.muted ? qsTr("Muted") : qsTr("%1 %").arg(Math.round(volume.value * 100)) }
    }
    VolumeSlider {
        id: volume
        width: parent.width
        label: qsTr("Volume of %1").arg(root.name)
        onMoved: App.hearing.setVolume(root.identity, value)
    }
    ActionButton {
        compact: true
        iconName: root.muted ? "speaker" : "mic-off"
        text: root.muted ? qsTr("Hear this person again") : qsTr("Mute for me")
        hint: qsTr("Only you stop hearing them")
        onClicked: App.hearing.setMuted(root.identity, !root.muted)
    }
}
