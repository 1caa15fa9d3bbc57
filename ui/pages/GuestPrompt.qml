// SPDX-License-Identifier: Apache-2.0
// For the guest: before the audience comes in there is the green room, afterwards the stage, to which the session moves by itself;
// a way to each for those who come or go meanwhile.
import QtQuick
import Parlour.Controls
import Parlour.Models

PromptCard {
    id: root
    property var watch            // GuestWatch of the room
    readonly property var guest: watch ? watch.value : ({})
    readonly property bool inGreen: watch !== undefined && watch !== null && watch.inGreen
    // The house tells the green room to moderators and to the guest.
    readonly property bool mine: App.session.joined && watch !== undefined && watch !== null && watch.here && !App.session.moderator && !!guest.green_room
    visible: mine && (inGreen || guest.started !== true)
    iconName: "guest"
    tone: inGreen && guest.started === true ? "hand" : "plain"
    words: !inGreen ? qsTr("The audience is not in yet. In the green room you, your delegate and the hosts hear each other.")
         : guest.started === true ? qsTr("The audience is in: they wait for you on stage.")
         : qsTr("The green room: you, your delegate and the hosts hear each other, the audience does not. It comes in when both sides are ready. Then you go on stage, muted.")
    ActionButton {
        visible: root.mine
        compact: true
        kind: root.inGreen && root.guest.started === true ? "primary" : "plain"
        iconName: "people"
        text: root.inGreen ? qsTr("Go to the stage") : qsTr("Go to the green room")
        onClicked: App.enterRoom(App.roomHouse.server, root.inGreen ? root.guest.room : root.guest.green_room)
    }
}
