// SPDX-License-Identifier: Apache-2.0
// A small round sign on an avatar; the words are in the tile's spoken state.
import QtQuick
import Parlour.Theme

Rectangle {
    property string name: ""
    property color ink: Theme.text
    property color paper: Theme.surface
    property int size: 24
    width: size
    height: size
    radius: size / 2
    color: paper
    border.width: 1
    border.color: paper === Theme.accent ? Theme.accent : Theme.line
    Accessible.ignored: true
    Icon {
        anchors.centerIn: parent
        name: parent.name
        tint: parent.ink
        size: Math.round(parent.size * 0.58)
    }
}
