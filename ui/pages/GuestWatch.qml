// SPDX-License-Identifier: Apache-2.0
// The guest of the room one is in, or of its green room: asked again every few seconds, because lights go on and off.
import QtQuick
import Parlour.Models

HouseRecord {
    id: root
    inRoom: true
    path: App.session.room !== "" ? "/rooms/" + App.session.room + "/guest" : ""
    readonly property bool here: loaded && value.name !== undefined
    readonly property bool inGreen: here && value.green_room === App.session.room
    readonly property bool agreed: here && value.terms !== undefined && value.terms !== null
    readonly property Timer again: Timer { interval: 4000; running: root.here; repeat: true; onTriggered: if (!root.busy) root.refresh() }
}
