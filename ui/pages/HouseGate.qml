// SPDX-License-Identifier: Apache-2.0
// Why a page of the house has nothing to show: no house known, not reached, not a member. Hidden when one is a member.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

EmptyNote {
    id: root
    signal foundWanted()
    property bool mayFound: false     // the page has the sheet for it
    readonly property bool shut: App.house.server === "" || App.house.problem !== "" || (App.house.known && !App.house.member)
    visible: shut
    iconName: "hallway"
    problem: App.house.problem
    title: App.house.server === "" ? qsTr("No house yet") : qsTr("You are not a member here")
    text: App.house.server === ""
        ? qsTr("A house is where people you know hold rooms. Open an invitation link, or start a room on this computer.")
        : qsTr("You may listen in %1, but its members, invitations and talks are for members. A membership invitation lets you in.").arg(App.house.name)
    actions: [
        ActionButton {
            visible: root.mayFound && App.house.problem === "" && !App.ownsHouse
            compact: true
            kind: "primary"
            iconName: "house"
            text: qsTr("Found a house on this computer…")
            onClicked: root.foundWanted()
        },
        ActionButton {
            visible: App.house.problem !== ""
            compact: true
            text: qsTr("Try again")
            onClicked: App.house.refresh()
        }
    ]
}
