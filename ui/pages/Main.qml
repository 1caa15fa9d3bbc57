// SPDX-License-Identifier: Apache-2.0
// The window: sets the theme, holds the shell and the sheets, hears the window-wide keys.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Window {
    id: window
    width: 1280
    height: 800
    minimumWidth: 480
    minimumHeight: 400
    title: App.session.joined && App.session.title !== "" ? qsTr("%1 – Parlour").arg(App.session.title) : qsTr("Parlour")
    color: Theme.background

    Binding { target: Theme; property: "dark"; value: App.dark }
    Binding { target: Theme; property: "highContrast"; value: App.highContrast }
    Binding { target: Theme; property: "reducedMotion"; value: App.preferences.reducedMotion }
    Binding { target: Theme; property: "textScale"; value: App.preferences.textScale }

    Connections {
        target: window
        enabled: !Theme.shown
        function onFrameSwapped() { Theme.shown = true }
    }

    Shell {
        id: shell
        anchors.fill: parent
        focus: true
        onLinkWanted: linkSheet.open()
        onRoomWanted: startSheet.open()
        onInviteWanted: inviteSheet.open()
        onOrderWanted: kind => orderSheet.show(kind)
        onFoundWanted: foundSheet.show()
    }

    LinkSheet { id: linkSheet; onServerWanted: serverSheet.open() }
    ServerSheet { id: serverSheet }
    StartRoomSheet { id: startSheet }
    JoinSheet { id: joinSheet }
    InviteSheet { id: inviteSheet }
    OrderSheet { id: orderSheet }
    FoundHouseSheet { id: foundSheet }
    ErrorSheet { id: errorSheet }
    LiveRegion { id: liveRegion }

    Connections {
        target: App.session
        function onAnnounced(words) { liveRegion.say(words) }
        function onJoinedNow() { shell.focusPage() }
    }
    Connections {
        target: App
        function onRaiseRequested() { window.show(); window.raise(); window.requestActivate() }
    }
    onActiveChanged: if (!active) App.session.holdToTalk(false)

    readonly property bool inRoom: App.page === "room" && App.session.joined
    Shortcut { sequences: ["Ctrl+L"]; onActivated: linkSheet.open() }
    Shortcut { sequences: ["Ctrl+,"]; onActivated: App.go("settings") }
    Shortcut { sequences: [StandardKey.Quit]; onActivated: window.close() }
    Shortcut { sequences: ["M"]; enabled: window.inRoom; autoRepeat: false; onActivated: App.session.toggleMicrophone() }
    Shortcut { sequences: ["D"]; enabled: window.inRoom; autoRepeat: false; onActivated: App.hearing.toggleDeafened() }
    Shortcut { sequences: ["H"]; enabled: window.inRoom; autoRepeat: false; onActivated: App.session.toggleHand() }
    ReactionKeys { enabled: window.inRoom && App.session.chat.kept }
    Shortcut { sequences: ["F6"]; enabled: window.inRoom; onActivated: shell.nextPane() }
    Shortcut { sequences: [StandardKey.Paste]; enabled: App.page === "hallway"; onActivated: {
        const link = App.linkInClipboard()
        if (link !== "") App.openLink(link)
    } }

    // The offline twin opens what its scene names.
    Component.onCompleted: {
        if (App.scene === "link" || App.scene === "join" || App.scene === "join-house") {
            App.openLink("https://talk.example.org/i/Evening2026#k=AAAAAAAAAAAAAAAAAAAAAA")
            if (App.scene !== "link") App.invitation.lookInside()
        }
        if (App.scene === "paste") linkSheet.open()
        if (App.scene === "server") serverSheet.open()
        if (App.scene === "start") startSheet.open()
        if (App.scene === "invite") { inviteSheet.open(); App.createInvitation("listener", 0, 0) }
        if (App.scene === "found") foundSheet.show()
        if (App.scene === "order") orderSheet.show("membership")
        shell.showScene(App.scene)
    }
}
