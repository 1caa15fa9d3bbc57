// SPDX-License-Identifier: Apache-2.0
// Where one can go: hallway, the room one is in, known servers, oneself.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Rectangle {
    id: root
    property bool folded: false
    readonly property int side: folded ? 10 : 12

    color: Theme.sunken
    Accessible.role: Accessible.Pane
    Accessible.name: qsTr("Navigation")

    Rectangle {
        anchors { right: parent.right; top: parent.top; bottom: parent.bottom }
        width: Theme.lineWidth
        color: Theme.line
    }
    Row {
        id: brand
        x: root.folded ? (root.width - 24) / 2 : 21
        y: 20
        spacing: 11
        Icon { name: "parlour"; tint: Theme.accent; size: 24; anchors.verticalCenter: parent.verticalCenter }
        UserText {
            visible: !root.folded
            text: qsTr("Parlour")
            font.pixelSize: Theme.fontSection
            font.weight: Font.DemiBold
            anchors.verticalCenter: parent.verticalCenter
        }
    }
    Column {
        anchors { left: parent.left; right: parent.right; top: brand.bottom; margins: root.side; topMargin: 18 }
        spacing: 4
        NavItem {
            width: parent.width
            folded: root.folded
            text: qsTr("Hallway")
            iconName: "hallway"
            side: App.hallway.liveCount > 0 ? qsTr("%1 live").arg(App.hallway.liveCount) : ""
            current: App.page === "hallway"
            onClicked: App.go("hallway")
        }
        NavItem {
            width: parent.width
            folded: root.folded
            text: qsTr("Upcoming")
            iconName: "calendar"
            current: App.page === "upcoming" || App.page === "event"
            onClicked: App.go("upcoming")
        }
        NavItem {
            width: parent.width
            folded: root.folded
            text: qsTr("Guests")
            iconName: "guest"
            current: App.page === "guests" || App.page === "guest"
            onClicked: App.go("guests")
        }
        NavItem {
            width: parent.width
            folded: root.folded
            text: qsTr("Invitations")
            iconName: "ticket"
            side: App.house.leftWords
            current: App.page === "invitations"
            onClicked: App.go("invitations")
        }
        NavItem {
            width: parent.width
            folded: root.folded
            text: qsTr("Notices")
            iconName: "bell"
            side: App.notices.unread > 99 ? "99+" : App.notices.unread > 0 ? qsTr("%1 new").arg(App.notices.unread) : ""
            marked: App.notices.unread > 0
            current: App.page === "notices"
            onClicked: App.go("notices")
        }
        NavItem {
            width: parent.width
            folded: root.folded
            text: qsTr("House")
            iconName: "house"
            current: App.page === "house"
            onClicked: App.go("house")
        }
        Item { width: 1; height: 6; visible: App.session.active }
        FieldLabel {
            visible: App.session.active && !root.folded
            x: 10
            text: qsTr("IN THIS ROOM")
            font.weight: Font.Normal
            font.pixelSize: Theme.fontTiny
            font.letterSpacing: 0.6
            bottomPadding: 4
        }
        NavItem {
            visible: App.session.active
            width: parent.width
            folded: root.folded
            text: App.session.title !== "" ? App.session.title : qsTr("Entering…")
            iconName: "people"
            current: App.page === "room"
            onClicked: App.go("room")
        }
        Item { width: 1; height: 6; visible: servers.count > 0 && !root.folded }
        FieldLabel {
            visible: servers.count > 0 && !root.folded
            x: 10
            text: qsTr("SERVERS")
            font.weight: Font.Normal
            font.pixelSize: Theme.fontTiny
            font.letterSpacing: 0.6
            bottomPadding: 4
        }
        Repeater {
            id: servers
            model: App.hallway.servers
            Item {
                required property var modelData
                visible: !root.folded
                width: parent ? parent.width : 0
                height: 38
                UserText {
                    anchors { left: parent.left; leftMargin: 10; right: mark.left; rightMargin: 6; verticalCenter: parent.verticalCenter }
                    text: parent.modelData.host
                    color: Theme.muted
                    wrapMode: Text.NoWrap
                    Accessible.description: parent.modelData.reachable ? qsTr("reachable") : qsTr("cannot be reached now")
                }
                UserText {
                    id: mark
                    anchors { right: parent.right; rightMargin: 10; verticalCenter: parent.verticalCenter }
                    text: parent.modelData.reachable ? (parent.modelData.thisComputer ? qsTr("running") : "") : qsTr("away")
                    font.pixelSize: Theme.fontTiny
                    color: Theme.muted
                    silent: true
                }
            }
        }
    }
    Pressable {
        id: self
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom; margins: root.side; bottomMargin: 16 }
        height: 54
        spokenName: qsTr("Settings")
        spokenState: App.selfName
        onClicked: App.go("settings")
        HouseRecord { id: profile; path: App.house.member ? "/people/" + App.house.me.id : "" }
        Connections { target: App.house; function onTouched() { profile.refresh() } }
        contentItem: Item {
            Face {
                id: face
                x: root.folded ? (parent.width - width) / 2 : 8
                anchors.verticalCenter: parent.verticalCenter
                size: 38
                initials: App.selfInitials
                colorIndex: App.selfColor
                identity: App.house.me.id || ""
                stamp: profile.value.picture_ms || 0
            }
            Column {
                visible: !root.folded
                anchors { left: face.right; leftMargin: 10; right: parent.right; verticalCenter: parent.verticalCenter }
                UserText {
                    width: parent.width
                    text: App.selfName !== "" ? App.selfName : qsTr("No name yet")
                    font.weight: Font.DemiBold
                    wrapMode: Text.NoWrap
                    silent: true
                }
                Caption { text: qsTr("Settings"); silent: true }
            }
        }
    }
}
