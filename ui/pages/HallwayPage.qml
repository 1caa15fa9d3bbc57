// SPDX-License-Identifier: Apache-2.0
// Rooms of the known servers; join with a link; start a room.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

FocusScope {
    id: root
    signal linkWanted()
    signal roomWanted()
    signal foundWanted()
    readonly property bool narrow: width < 700
    readonly property int side: narrow ? 16 : 28

    Timer {
        interval: 10000
        running: root.visible
        repeat: true
        onTriggered: App.refreshHallway()
    }

    ListView {
        id: list
        anchors.fill: parent
        anchors.leftMargin: root.side
        anchors.rightMargin: root.side
        topMargin: 16
        bottomMargin: 24
        spacing: 14
        model: App.hallway
        boundsBehavior: Flickable.StopAtBounds
        property bool moved: false
        onMovementStarted: moved = true
        T.ScrollBar.vertical: ThinScrollBar { }
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Rooms")

        header: Column {
            width: list.width
            // A header that grows in a narrower window would push its own first line out of sight.
            onHeightChanged: if (!list.moved) Qt.callLater(() => list.contentY = list.originY - list.topMargin)
            spacing: 8
            bottomPadding: 16
            Item {
                width: parent.width
                height: root.narrow ? titles.height + buttons.height + 12 : Math.max(titles.height, buttons.height)
                Column {
                    id: titles
                    width: root.narrow ? parent.width : parent.width - buttons.width - 16
                    spacing: 2
                    Heading { text: qsTr("Hallway"); width: parent.width }
                    Caption { text: qsTr("Rooms that you can walk into now"); width: parent.width }
                }
                Row {
                    id: buttons
                    spacing: 8
                    anchors.right: root.narrow ? undefined : parent.right
                    y: root.narrow ? titles.height + 12 : 4
                    ActionButton {
                        text: qsTr("Join with a link")
                        iconName: "link"
                        hint: qsTr("Ctrl+L")
                        onClicked: root.linkWanted()
                    }
                    ActionButton {
                        text: qsTr("Start a room")
                        kind: "primary"
                        focus: true
                        onClicked: root.roomWanted()
                    }
                }
            }
            // An own link in the clipboard: an offer, never acted on by itself.
            Surface {
                id: offer
                property string link: ""
                visible: link !== ""
                width: parent.width
                height: visible ? offerRow.height + 24 : 0
                Row {
                    id: offerRow
                    anchors { left: parent.left; right: parent.right; leftMargin: 20; rightMargin: 20; verticalCenter: parent.verticalCenter }
                    spacing: 12
                    UserText {
                        width: parent.width - openOffer.width - 12
                        anchors.verticalCenter: parent.verticalCenter
                        text: qsTr("There is an invitation link in your clipboard.")
                    }
                    ActionButton {
                        id: openOffer
                        text: qsTr("Open it")
                        compact: true
                        onClicked: { App.openLink(offer.link); offer.link = "" }
                    }
                }
                Connections {
                    target: Qt.application
                    function onStateChanged() {
                        if (Qt.application.state === Qt.ApplicationActive) offer.link = App.linkInClipboard()
                    }
                }
            }
        }
        delegate: RoomCard {
            width: list.width
            onEntered: App.enterKnown(index)
        }
        footer: Surface {
            visible: App.hallway.loaded && App.hallway.count === 0
            width: list.width
            height: visible ? empty.height + 56 : 0
            Column {
                id: empty
                anchors { left: parent.left; right: parent.right; margins: 28; verticalCenter: parent.verticalCenter }
                spacing: 8
                Icon { name: "hallway"; size: 34; tint: Theme.accent }
                UserText {
                    width: parent.width
                    text: qsTr("It is quiet here")
                    font.pixelSize: Theme.fontSection
                    font.weight: Font.DemiBold
                }
                Caption {
                    width: parent.width
                    text: qsTr("Rooms appear here once you have been inside. Somebody sent you an invitation? Choose “Join with a link”, or start a room of your own and invite others.")
                }
                ActionButton { visible: !App.ownsHouse; compact: true; iconName: "house"; text: qsTr("Found a house on this computer…"); onClicked: root.foundWanted() }
            }
        }
    }
}
