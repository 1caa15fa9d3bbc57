// SPDX-License-Identifier: Apache-2.0
// Connection and sound in one place: what was measured, both devices, the tests. Leaving it ends every test.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    preferredWidth: 520
    title: qsTr("Connection and sound")
    property bool listsShown: false
    onListsShownChanged: App.sound.setListsShown(listsShown)
    onOpened: listsShown = true
    onClosed: { listsShown = false; App.sound.stopAll() }
    Component.onDestruction: if (listsShown) App.sound.setListsShown(false)
    ConnectionLines { width: parent.width }
    Divider { width: parent.width }
    SoundChoices { width: parent.width }
    SoundTests { width: parent.width }
    actions: [ ActionButton { text: qsTr("Close"); onClicked: root.close() } ]
}
