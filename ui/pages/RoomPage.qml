// SPDX-License-Identifier: Apache-2.0
// The room: who is on stage, who listens, what asks for an answer, the bar, the panel at the right.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

FocusScope {
    id: root
    signal inviteWanted()

    readonly property var session: App.session
    property real windowWidth: 1280
    readonly property bool wide: windowWidth >= Theme.foldWidth
    property bool panelWanted: session.moderator
    readonly property alias guest: guestWatch
    GuestWatch { id: guestWatch }
    property string tab: session.moderator ? "hands" : "chat"
    readonly property alias barHeight: bar.height
    readonly property alias sideWidth: panel.width
    readonly property bool panelShown: panelWanted && wide && session.joined

    function showPanel(which) {
        if (tab === which && (panelShown || drawer.opened)) { hidePanel(); return }
        tab = which
        panelWanted = true
        if (!wide) drawer.open()
    }
    function hidePanel() { panelWanted = false; drawer.close() }
    function nextPane() {
        if (panel.visible && !panel.activeFocus) panel.forceActiveFocus()
        else rest.forceActiveFocus()
    }
    Connections {
        target: root.session
        function onJoinedNow() { Qt.callLater(root.showScene, App.scene) }
    }
    function showScene(scene) {
        if (!session.joined) return
        if (scene === "chat" || scene === "people" || scene === "hands" || scene === "door" || scene === "questions") showPanel(scene)
        if (scene.startsWith("chat-")) showPanel("chat")
        if (scene === "react") bar.showReactions()
        if (scene === "ask") showPanel("questions")
        if (scene === "room-guest") showPanel("guest")
        if (scene === "ping") pingSheet.show()
        if (scene === "check") checkSheet.open()
        if (scene === "report") reportSheet.show("kenjiito", qsTr("Kenji Ito"))
        if (scene.startsWith("desk-")) desk.show(scene.slice(5))
        if (scene === "person") personSheet.show("kenjiito")
        if (scene === "remove") { personSheet.show("kenjiito"); removeSheet.show("kenjiito", false) }
    }

    // Hold Space to talk; a focused button keeps Space for itself.
    Keys.onPressed: event => {
        if (event.key === Qt.Key_Space) {
            if (!event.isAutoRepeat) session.holdToTalk(true)
            event.accepted = true
        }
    }
    Keys.onReleased: event => {
        if (event.key === Qt.Key_Space && !event.isAutoRepeat) {
            session.holdToTalk(false)
            event.accepted = true
        }
    }
    Component.onCompleted: session.setMetersShown(true)
    Component.onDestruction: { session.setMetersShown(false); session.setChatShown(false) }
    readonly property bool chatShown: tab === "chat" && (panelShown || drawer.opened)
    onChatShownChanged: session.setChatShown(chatShown)

    // Where the keyboard rests: no control, so that Space is for talking.
    Item { id: rest; focus: true }
    Item {
        id: main
        anchors { left: parent.left; top: parent.top; bottom: parent.bottom; right: panel.left }
        clip: true

        RoomHeader {
            id: header
            anchors { left: parent.left; right: parent.right; top: parent.top }
            narrow: main.width < 600 || main.height < 520
        }
        Column {
            id: prompts
            anchors { left: parent.left; right: parent.right; top: header.bottom; leftMargin: header.side; rightMargin: header.side; topMargin: height > 0 ? 10 : 0 }
            spacing: 8
            ReconnectBanner { width: parent.width }
            GuestPrompt { width: parent.width; watch: guestWatch }
            OfferPrompt { width: parent.width }
            UnmutePrompt { width: parent.width }
            WaitingPrompt { width: parent.width }
            OverflowPrompt { width: parent.width }
            BlockedPrompt { width: parent.width }
            SoundProblem { width: parent.width }
            SoundHint { width: parent.width }
            RecordingNote { width: parent.width }
            DeafPrompt { width: parent.width }
        }
        StageArea {
            id: stageArea
            anchors { left: parent.left; right: parent.right; top: prompts.bottom; bottom: bar.top }
            side: header.side
            guest: guestWatch.value
            opacity: root.session.reconnecting ? 0.5 : 1
            onPersonWanted: identity => personSheet.show(identity)
        }
        BottomBar {
            id: bar
            anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
            onInviteWanted: root.inviteWanted()
            onPanelRequested: which => root.showPanel(which)
            onNoteWanted: noteSheet.open()
            onEndWanted: endSheet.open()
            onDeskWanted: desk.show("settings")
            onPingWanted: pingSheet.show()
            onCheckWanted: checkSheet.open()
        }
        Entering {
            anchors { left: parent.left; right: parent.right; top: parent.top; bottom: parent.bottom }
            visible: root.session.connecting
        }
        WaitingPage {
            anchors.fill: parent
            visible: root.session.door.waiting
        }
    }

    SidePanel {
        id: panel
        visible: root.panelShown
        width: visible ? Theme.panelWidth : 0
        anchors { right: parent.right; top: parent.top; bottom: parent.bottom }
        tab: root.tab
        onTabWanted: which => root.tab = which
        onPersonWanted: identity => personSheet.show(identity)
        onClosed: root.hidePanel()
        onDeskWanted: part => desk.show(part)
        guest: guestWatch
    }
    Sheet {
        id: drawer
        drawer: true
        preferredWidth: 360
        leftPadding: 0
        rightPadding: 0
        topPadding: 0
        bottomPadding: 0
        spokenTitle: qsTr("Side panel")
        contentItem: SidePanel {
            inDrawer: true
            tab: root.tab
            onTabWanted: which => root.tab = which
            onPersonWanted: identity => { drawer.close(); personSheet.show(identity) }
            onClosed: drawer.close()
            onDeskWanted: part => { drawer.close(); desk.show(part) }
            guest: guestWatch
        }
    }
    onWideChanged: if (wide) drawer.close()

    PersonSheet {
        id: personSheet
        guest: guestWatch.value
        onReportWanted: (identity, name) => reportSheet.show(identity, name)
        onRemoveWanted: (identity, ban) => removeSheet.show(identity, ban)
    }
    RemoveSheet { id: removeSheet }
    ReportSheet { id: reportSheet }
    PingSheet { id: pingSheet }
    CheckSheet { id: checkSheet }
    NoteSheet { id: noteSheet }
    EndSheet { id: endSheet }
    DeskSheets { id: desk }
}
