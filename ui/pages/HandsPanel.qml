// SPDX-License-Identifier: Apache-2.0
// The line of raised hands as moderators see it: notes, waiting time, invite to speak, lower, pin and move; the way to their desk.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

FocusScope {
    id: root

    signal deskWanted(string part)   // settings, bans, raid
    property string menuOf: ""       // whose hand the menu is about
    readonly property string ruleWords: App.session.handsRule === "off" ? qsTr("Hands are off in this room")
        : App.session.handsRule === "members" ? qsTr("Members whom the stage follows may raise a hand")
        : App.session.handsRule === "invited" ? qsTr("Who was invited by name may raise a hand") : qsTr("Everyone may raise a hand")

    Toggle {
        id: open
        anchors { left: parent.left; right: parent.right; top: parent.top; leftMargin: 16; rightMargin: 16 }
        text: root.ruleWords
        checked: !App.session.handsLocked && App.session.handsRule !== "off"
        enabled: App.session.handsRule !== "off"
        onToggled: { App.session.lockHands(!checked); checked = Qt.binding(() => !App.session.handsLocked && App.session.handsRule !== "off") }
    }
    Row {
        id: tools
        anchors { left: parent.left; right: parent.right; top: open.bottom; leftMargin: 16; rightMargin: 16; topMargin: 6 }
        spacing: 8
        ActionButton {
            compact: true
            text: qsTr("Next")
            spokenName: qsTr("Next: invite the first in line, and whoever was called up before steps down")
            enabled: list.count > 0
            onClicked: App.session.moderate("next")
        }
        ActionButton {
            id: clear
            property bool sure: false
            compact: true
            text: sure ? qsTr("Yes, lower all") : qsTr("Lower all…")
            enabled: list.count > 0
            onEnabledChanged: sure = false
            onClicked: { if (sure) App.session.moderate("clear_hands"); sure = !sure }
        }
        ActionButton {
            id: deskButton
            compact: true
            iconName: "shield"
            text: qsTr("Desk")
            spokenName: qsTr("Moderators' desk")
            onClicked: desk.popup(deskButton, 0, deskButton.height + 4)
        }
    }
    PopMenu {
        id: desk
        title: qsTr("Moderators' desk")
        PopItem { text: qsTr("Room settings…"); iconName: "settings"; onTriggered: root.deskWanted("settings") }
        PopItem {
            text: App.session.doorLocked ? qsTr("Open the door") : qsTr("Lock the door")
            iconName: "lock"
            onTriggered: App.session.manage("lock_door", {on: !App.session.doorLocked})
        }
        PopItem { text: qsTr("Stop a raid…"); iconName: "warning"; onTriggered: root.deskWanted("raid") }
        PopItem { text: qsTr("Bans…"); iconName: "shield"; onTriggered: root.deskWanted("bans") }
    }
    PopMenu {
        id: handMenu
        property int place: 0
        property bool pinned: false
        property string note: ""
        title: qsTr("Place in the line")
        onClosed: App.session.setListsFrozen(false)
        PopItem {
            text: handMenu.pinned ? qsTr("No longer pinned") : qsTr("Pin in front")
            iconName: "pin"
            onTriggered: App.session.manage("pin", {who: root.menuOf, on: !handMenu.pinned})
        }
        PopItem {
            text: qsTr("Make it a question")
            iconName: "info"
            wanted: handMenu.note !== ""
            onTriggered: App.roomHouse.post("/rooms/" + App.session.room + "/questions", {hand: root.menuOf})
        }
        PopItem { text: qsTr("Move up"); wanted: handMenu.place > 1; onTriggered: App.session.manage("move", {who: root.menuOf, place: handMenu.place - 1}) }
        PopItem { text: qsTr("Move down"); wanted: handMenu.place < list.count; onTriggered: App.session.manage("move", {who: root.menuOf, place: handMenu.place + 1}) }
        PopItem { text: qsTr("To the front"); wanted: handMenu.place > 2; onTriggered: App.session.manage("move", {who: root.menuOf, place: 1}) }
    }
    ListView {
        id: list
        anchors { left: parent.left; right: parent.right; top: tools.bottom; bottom: footer.top; topMargin: 10 }
        clip: true
        leftMargin: 16
        rightMargin: 16
        model: App.session.hands
        spacing: 4
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: ThinScrollBar { }
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Raised hands, %1").arg(count)
        delegate: Item {
            id: row
            required property string identity
            required property string name
            required property string handle
            required property string initials
            required property string note
            required property string waiting
            required property int colorIndex
            required property int place
            required property bool invited
            required property string origin
            required property bool pinned
            required property double pictureMs
            width: list.width - 32
            height: words.height + buttons.height + 26
            Accessible.role: Accessible.ListItem
            Accessible.name: handle === "" ? name : name + " " + handle
            Accessible.description: qsTr("place %1, %2").arg(place).arg(waiting) + (pinned ? ", " + qsTr("pinned") : "") + (origin === "" ? "" : ", " + origin) + (note === "" ? "" : ", " + note)
            Face {
                id: face
                y: 4
                size: 44
                initials: row.initials
                colorIndex: row.colorIndex
                identity: row.identity
                stamp: row.pictureMs
                inRoom: true
            }
            Column {
                id: words
                anchors { left: face.right; right: more.left; leftMargin: 12; top: parent.top; topMargin: 4 }
                spacing: 1
                UserText {
                    width: parent.width
                    text: row.handle === "" ? row.name : row.name + " " + row.handle
                    font.weight: Font.DemiBold
                    wrapMode: Text.NoWrap
                    silent: true
                }
                Caption {
                    width: parent.width
                    text: (row.pinned ? qsTr("pinned") + " · " : "") + (row.invited ? qsTr("invited, no answer yet") : row.waiting) + (row.origin === "" ? "" : " · " + row.origin)
                    silent: true
                }
                UserText {
                    width: parent.width
                    visible: row.note !== ""
                    text: row.note
                    font.pixelSize: Theme.fontSmall
                    maximumLineCount: 4
                    silent: true
                }
            }
            ActionButton {
                id: more
                anchors { right: parent.right; top: parent.top; topMargin: 2 }
                kind: "quiet"
                compact: true
                iconOnly: true
                implicitWidth: 34
                iconName: row.pinned ? "pin" : "more"
                spokenName: qsTr("Place of %1 in the line").arg(row.name)
                onClicked: {
                    root.menuOf = row.identity
                    handMenu.place = row.place
                    handMenu.pinned = row.pinned
                    handMenu.note = row.note
                    App.session.setListsFrozen(true)
                    handMenu.popup(more, more.width - handMenu.implicitWidth, more.height)
                }
            }
            Row {
                id: buttons
                anchors { left: words.left; top: words.bottom; topMargin: 8 }
                spacing: 8
                ActionButton {
                    compact: true
                    kind: "primary"
                    text: qsTr("Invite to speak")
                    spokenName: qsTr("Invite %1 to speak").arg(row.name)
                    visible: !row.invited
                    onClicked: App.session.moderate("invite", row.identity)
                }
                ActionButton {
                    compact: true
                    text: row.invited ? qsTr("Take back") : qsTr("Lower")
                    spokenName: row.invited ? qsTr("Take the invitation of %1 back").arg(row.name) : qsTr("Lower the hand of %1").arg(row.name)
                    onClicked: App.session.moderate("dismiss", row.identity)
                }
            }
        }
    }
    UserText {
        visible: list.count === 0
        anchors { left: parent.left; right: parent.right; top: list.top; margins: 16 }
        text: App.session.handsLocked ? qsTr("Hands are closed. Those already raised stay.") : qsTr("Nobody has raised a hand.")
        color: Theme.muted
    }
    Item {
        id: footer
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        height: 64
        Divider { width: parent.width }
        ActionButton {
            anchors { left: parent.left; right: parent.right; margins: 16; verticalCenter: parent.verticalCenter }
            text: qsTr("Mute everyone but hosts")
            onClicked: App.session.moderate("mute_all")
        }
    }
}
