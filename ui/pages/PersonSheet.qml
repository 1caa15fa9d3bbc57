// SPDX-License-Identifier: Apache-2.0
// One person: own volume for them, and what a moderator may do. Lists do not move while it is open.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    preferredWidth: 440
    spokenTitle: who.name || qsTr("Person")
    property string identity: ""
    property var who: ({})
    property var guest: ({})
    signal reportWanted(string identity, string name)
    signal removeWanted(string identity, bool ban)

    function show(which) {
        identity = which
        refresh()
        volume.refresh()
        if (who.name !== undefined) open()
    }
    function refresh() {
        const next = App.session.person(identity)
        if (next.name === undefined) { close(); return }
        who = next
    }
    function act(verb) { App.session.moderate(verb, identity); close() }
    onOpened: App.session.setListsFrozen(true)
    onClosed: App.session.setListsFrozen(false)
    Connections {
        target: App.session
        enabled: root.opened
        function onChanged() { root.refresh() }
    }
    readonly property bool other: who.isSelf !== true
    readonly property bool mod: App.session.moderator && other

    Row {
        width: parent.width
        spacing: 14
        Face {
            id: face
            size: 56
            initials: root.who.initials || ""
            colorIndex: root.who.colorIndex || 0
            identity: root.identity
            stamp: root.who.pictureMs || 0
            inRoom: true
        }
        Column {
            width: parent.width - face.width - 14
            anchors.verticalCenter: parent.verticalCenter
            spacing: 2
            UserText {
                width: parent.width
                text: root.who.name || ""
                font.pixelSize: Theme.fontSection
                font.weight: Font.DemiBold
                maximumLineCount: 2
                role: Accessible.Heading
            }
            Caption { width: parent.width; text: (root.who.spoken || "") + " · " + (root.who.handle || "") }
        }
    }
    Caption { width: parent.width; visible: text !== ""; text: root.other && root.opened ? (App.connection.lines, App.connection.soundOf(root.identity)) : "" }
    Caption { width: parent.width; visible: text !== ""; text: root.other && root.opened ? (App.connection.lines, App.connection.figuresOf(root.identity)) : "" }
    Row {
        visible: root.guest.identity === root.identity && !!root.guest.verified
        width: parent.width
        spacing: 8
        Icon { id: badge; name: root.guest.verified === "compared" ? "shield" : "guest"; tint: root.guest.verified === "compared" ? Theme.accentText : Theme.muted; size: 18 }
        UserText { width: parent.width - badge.width - 8; text: App.guests.verifiedWords(root.guest.verified || ""); font.pixelSize: Theme.fontSmall }
    }
    OwnVolume {
        id: volume
        visible: root.other && (root.who.onStage === true || muted)
        width: parent.width
        identity: root.identity
        name: root.who.name || ""
    }
    Flow {
        visible: root.mod
        width: parent.width
        spacing: 8
        ActionButton {
            visible: root.who.onStage === false && root.who.invited === false
            compact: true; kind: "primary"
            text: qsTr("Invite to speak")
            onClicked: root.act("invite")
        }
        ActionButton {
            visible: root.who.invited === true
            compact: true
            text: qsTr("Take the invitation back")
            onClicked: root.act("dismiss")
        }
        ActionButton {
            visible: root.who.handUp === true && root.who.invited === false
            compact: true
            text: qsTr("Lower the hand")
            onClicked: root.act("dismiss")
        }
        ActionButton {
            visible: root.who.onStage === true && root.who.muted === false
            compact: true
            iconName: "mic-off"
            text: qsTr("Mute this person")
            onClicked: root.act("mute")
        }
        ActionButton {
            visible: root.who.onStage === true && root.who.muted === true && root.who.held === false
            compact: true
            text: qsTr("Ask to unmute")
            onClicked: root.act("ask")
        }
        ActionButton {
            visible: root.who.onStage === true && root.who.below === true && root.who.held === false
            compact: true
            iconName: "lock"
            text: qsTr("Hold the microphone")
            hint: qsTr("Cannot unmute until you release it")
            onClicked: root.act("hold")
        }
        ActionButton {
            visible: root.who.held === true && root.who.below === true
            compact: true
            text: qsTr("Release the microphone")
            onClicked: root.act("release")
        }
        ActionButton {
            visible: root.who.onStage === true && root.who.below === true
            compact: true
            iconName: "down"
            text: qsTr("Move to the audience")
            onClicked: root.act("down")
        }
        ActionButton {
            visible: App.session.host && root.who.power === 0
            compact: true
            iconName: "star"
            text: qsTr("Make moderator")
            onClicked: root.act("promote")
        }
        ActionButton {
            visible: App.session.host && root.who.power === 1
            compact: true
            text: qsTr("No longer moderator")
            onClicked: root.act("demote")
        }
        ActionButton {
            visible: App.session.host && root.other
            compact: true
            text: qsTr("Hand over as host")
            onClicked: root.act("host")
        }
        ActionButton {
            visible: root.who.below === true
            compact: true; kind: "danger"
            text: qsTr("Remove…")
            onClicked: { root.close(); root.removeWanted(root.identity, false) }
        }
        ActionButton {
            visible: root.who.below === true
            compact: true; kind: "danger"
            text: qsTr("Ban…")
            onClicked: { root.close(); root.removeWanted(root.identity, true) }
        }
    }
    ActionButton {
        visible: App.session.mayHandChair && root.who.chair !== true && (root.who.onStage === true || root.mod)
        compact: true
        text: root.other ? qsTr("Hand over the chair") : qsTr("Take the chair")
        hint: root.who.onStage === true ? qsTr("This person asks the questions from now on; nobody's microphone changes")
                                        : qsTr("Offers the stage first; the chair comes with it")
        onClicked: root.act("chair")
    }
    HouseRecord { id: profile; inRoom: true; path: root.opened && root.other && App.roomHouse.member ? "/people/" + root.identity : "" }
    readonly property bool memberToo: profile.loaded && profile.value.id !== undefined
    UserText { width: parent.width; visible: root.memberToo && text !== ""; text: [profile.value.pronouns || "", profile.value.about || ""].filter(word => word !== "").join(" · "); font.pixelSize: Theme.fontSmall }
    Flow {
        visible: root.other
        width: parent.width
        spacing: 8
        ActionButton { visible: root.memberToo; compact: true; text: profile.value.followed ? qsTr("Unfollow") : qsTr("Follow"); onClicked: profile.post("/people/" + root.identity + "/relation", {follow: !profile.value.followed}) }
        ActionButton { visible: root.memberToo; compact: true; kind: "quiet"; text: profile.value.blocked ? qsTr("Unblock") : qsTr("Block"); hint: qsTr("You no longer see each other in the house"); onClicked: profile.post("/people/" + root.identity + "/relation", {block: !profile.value.blocked}) }
        ActionButton {
            compact: true
            kind: "quiet"
            iconName: "flag"
            text: qsTr("Report…")
            hint: qsTr("To the admins of the house")
            onClicked: { const name = root.who.name; root.close(); root.reportWanted(root.identity, name) }
        }
    }
    actions: [
        ActionButton { text: qsTr("Close"); onClicked: root.close() }
    ]
}
