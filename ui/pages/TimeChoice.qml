// SPDX-License-Identifier: Apache-2.0
// A length of time of a room's settings; one that somebody set by hand is kept among the usual ones.
import QtQuick
import Parlour.Controls

Choice {
    id: root
    property int seconds: 0
    property string none: ""
    readonly property var usual: [0, 30, 60, 120, 180, 300, 600, 900, 1800, 3600]
    readonly property var all: usual.indexOf(seconds) >= 0 ? usual : usual.concat([seconds]).sort((a, b) => a - b)
    function words(value) {
        return value === 0 ? none : value % 60 === 0 ? qsTr("%1 min").arg(value / 60) : value > 60 ? qsTr("%1 min %2 s").arg(Math.floor(value / 60)).arg(value % 60) : qsTr("%1 s").arg(value)
    }
    model: all.map(value => words(value))
    currentIndex: all.indexOf(seconds)
    onActivated: index => seconds = all[index]
    onSecondsChanged: currentIndex = Qt.binding(() => all.indexOf(seconds))
}
