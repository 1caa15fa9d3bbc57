// SPDX-License-Identifier: Apache-2.0
// Always in this order: leave, more, own state in words, react, chat, invite, hand or microphone.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Rectangle {
    id: root
    readonly property var session: App.session
    readonly property bool narrow: width < 640
    readonly property bool tight: width < 760
    readonly property int side: narrow ? 12 : tight ? 16 : 28
    signal inviteWanted()
    signal panelRequested(string which)
    signal noteWanted()
    signal endWanted()
    function showReactions() { reactionBar.open() }
    signal deskWanted()
    signal pingWanted()
    signal checkWanted()

    height: narrow ? 104 : 76
    color: Theme.surface
    Accessible.role: Accessible.ToolBar
    Accessible.name: qsTr("Room controls")
    Divider { width: parent.width }

    Row {
        id: left
        x: root.side
        y: root.narrow ? 46 : (parent.height - height) / 2
        spacing: 10
        ActionButton {
            text: qsTr("Leave")
            hint: qsTr("Quietly: nobody is told")
            kind: "danger"
            iconName: "leave"
            onClicked: root.session.leave()
        }
        ActionButton {
            id: moreButton
            spokenName: qsTr("More")
            iconName: "more"
            iconOnly: true
            onClicked: menu.popup(moreButton, 0, -menu.implicitHeight - 8)
        }
    }
    // The person's own state, in words.
    Rectangle {
        id: stateChip
        readonly property string tone: root.session.microphoneLive ? "live" : root.session.handUp || root.session.invited ? "hand" : "plain"
        readonly property color ink: tone === "live" ? Theme.accentText : tone === "hand" ? Theme.handText : Theme.muted
        x: root.narrow ? root.side : left.x + left.width + 12
        y: root.narrow ? 8 : (parent.height - height) / 2
        width: Math.min(stateRow.implicitWidth + 22, root.narrow ? root.width - 2 * root.side : right.x - x - 12)
        height: 30
        radius: 15
        clip: true
        visible: root.session.joined && width > 60
        readonly property real free: (root.narrow ? root.width - root.side : right.x - 12) - x
        readonly property bool bare: word.width + 46 > free    // then the word stands alone, without the icon
        TextMetrics { id: word; font: stateText.font; text: root.session.stateWord }
        color: tone === "live" ? Theme.accentSoft : tone === "hand" ? Theme.handBackground : Theme.sunken
        Row {
            id: stateRow
            x: 11
            anchors.verticalCenter: parent.verticalCenter
            spacing: 7
            Icon {
                visible: !stateChip.bare
                anchors.verticalCenter: parent.verticalCenter
                name: root.session.microphoneLive ? "mic" : root.session.held ? "lock" : root.session.onStage ? "mic-off"
                    : root.session.handUp ? "hand" : "speaker"
                tint: stateChip.ink
                size: 16
            }
            UserText {
                anchors.verticalCenter: parent.verticalCenter
                // Where there is little room, one word; the whole sentence is still read out.
                text: fits ? root.session.stateWords : root.session.stateWord
                readonly property bool fits: root.narrow || whole.width + 60 < right.x - stateChip.x
                TextMetrics { id: whole; font: stateText.font; text: root.session.stateWords }
                id: stateText
                Accessible.name: root.session.stateWords
                color: stateChip.ink
                font.pixelSize: Theme.fontLabel
                font.weight: Font.DemiBold
                wrapMode: Text.NoWrap
                width: Math.min(Math.ceil(implicitWidth), Math.max(20, stateChip.free - (stateChip.bare ? 22 : 46)))
            }
        }
    }
    Row {
        id: right
        anchors { right: parent.right; rightMargin: root.side }
        y: root.narrow ? 46 : (parent.height - height) / 2
        spacing: root.tight ? 6 : 10
        ActionButton {
            id: reactButton
            visible: root.session.chat.kept
            iconName: "smile"
            iconOnly: true
            implicitWidth: root.tight ? 44 : 54
            pressedIn: reactionBar.opened
            spokenName: qsTr("React")
            hint: qsTr("Keys 1 to 6")
            onClicked: reactionBar.opened ? reactionBar.close() : reactionBar.open()
            ReactionBar {
                id: reactionBar
                x: Math.round((reactButton.width - width) / 2)
                y: -height - 10
            }
        }
        ActionButton {
            iconName: "chat"
            iconOnly: true
            implicitWidth: root.tight ? 44 : 54
            spokenName: qsTr("Chat")
            hint: root.session.unreadChat > 0 ? qsTr("%1 unread").arg(root.session.unreadChat) : ""
            onClicked: root.panelRequested("chat")
            Rectangle {
                visible: root.session.unreadChat > 0
                anchors { right: parent.right; top: parent.top; margins: 5 }
                width: Math.max(16, unread.implicitWidth + 8)
                height: 16
                radius: 8
                color: Theme.accent
                UserText {
                    id: unread
                    anchors.centerIn: parent
                    text: root.session.unreadChat > 9 ? "9+" : String(root.session.unreadChat)
                    color: Theme.accentInk
                    font.pixelSize: 10
                    font.weight: Font.DemiBold
                    silent: true
                }
            }
        }
        ActionButton {
            visible: root.session.moderator
            text: qsTr("Invite")
            iconName: "link"
            iconOnly: root.width < 880
            implicitWidth: !iconOnly ? 34 + words : root.tight ? 44 : 54
            readonly property real words: contentItem.implicitWidth
            spokenName: qsTr("Invite")
            onClicked: root.inviteWanted()
        }
        ActionButton {
            visible: root.session.moderator
            text: String(root.session.handCount)
            iconName: "hand"
            spokenName: qsTr("Raised hands")
            hint: String(root.session.handCount)
            onClicked: root.panelRequested("hands")
        }
        ActionButton {
            visible: root.session.joined && !root.session.plainServer && (!root.session.onStage || root.session.held)
            enabled: root.session.handUp || !root.session.handsLocked
            text: root.session.handUp ? qsTr("Lower hand") : qsTr("Raise hand")
            kind: root.session.handUp ? "hand" : root.session.held ? "plain" : "primary"
            iconName: "hand"
            hint: root.session.handUp && root.session.handPlace > 0 ? qsTr("%1 in line").arg(root.session.handPlaceWords)
                : root.session.handsLocked ? qsTr("Moderators have closed the line") : qsTr("Key H")
            onClicked: root.session.toggleHand()
        }
        ActionButton {
            visible: root.session.joined && root.session.onStage
            enabled: !root.session.held
            text: root.session.microphoneWanted ? qsTr("Mute") : qsTr("Unmute")
            kind: "primary"
            iconName: root.session.microphoneWanted ? "mic" : "mic-off"
            hint: qsTr("Key M; hold Space to talk while muted")
            onClicked: root.session.toggleMicrophone()
        }
    }
    PopMenu {
        id: menu
        title: qsTr("More")
        PopItem {
            text: qsTr("Raise hand with a note…")
            iconName: "hand"
            wanted: !root.session.plainServer && !root.session.onStage && !root.session.handUp && !root.session.handsLocked
            onTriggered: root.noteWanted()
        }
        PopItem {
            text: qsTr("Take the stage")
            iconName: "mic"
            wanted: root.session.moderator && !root.session.onStage
            onTriggered: root.session.stepUp()
        }
        PopItem {
            text: qsTr("Step down to the audience")
            iconName: "down"
            wanted: root.session.onStage && !root.session.plainServer
            onTriggered: root.session.stepDown()
        }
        PopItem { text: qsTr("People"); iconName: "people"; onTriggered: root.panelRequested("people") }
        PopItem { text: qsTr("Call a member in…"); iconName: "bell"; wanted: App.roomHouse.member; onTriggered: root.pingWanted() }
        PopItem { text: qsTr("Room settings…"); iconName: "shield"; wanted: root.session.moderator; onTriggered: root.deskWanted() }
        PopItem { text: qsTr("Connection and sound…"); iconName: "speaker"; onTriggered: root.checkWanted() }
        PopItem {
            text: App.recorder.recording ? qsTr("Stop recording my microphone") : qsTr("Record my microphone")
            iconName: "record"
            onTriggered: App.recorder.recording ? App.recorder.stop() : App.recorder.start()
        }
        PopItem {
            text: App.hearing.deafened ? qsTr("Hear again") : qsTr("Hear nobody")
            iconName: "speaker"
            onTriggered: App.hearing.toggleDeafened()
        }
        PopItem { text: qsTr("Sound settings"); iconName: "settings"; onTriggered: App.go("settings") }
        PopItem {
            text: qsTr("End the room for everybody…")
            iconName: "close"
            risky: true
            wanted: root.session.host
            onTriggered: root.endWanted()
        }
    }
}
