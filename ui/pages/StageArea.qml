// SPDX-License-Identifier: Apache-2.0
// The stage above, the audience below it as a grid that draws only what is seen. Arrows walk the audience, Enter opens a person.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

FocusScope {
    id: root
    property int side: 28
    property var guest: ({})     // of this room, when it has one
    readonly property bool narrow: width < 600
    signal personWanted(string identity)

    GridView {
        id: grid
        focus: true
        anchors.fill: parent
        anchors.leftMargin: root.side - 8
        anchors.rightMargin: root.side - 8
        clip: true
        activeFocusOnTab: true
        keyNavigationEnabled: true
        cellWidth: root.narrow ? 88 : 100
        cellHeight: (root.narrow ? 84 : 86) + Theme.fontTiny + 4
        model: App.session.audience
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: ThinScrollBar { }
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Listening, %1").arg(App.session.audienceCount)
        Keys.onReturnPressed: if (currentItem) root.personWanted(currentItem.identity)
        highlight: Item {
            z: 5
            Rectangle {
                anchors.fill: parent
                anchors.margins: 2
                radius: Theme.radius
                color: Theme.none
                border.width: Theme.focusWidth
                border.color: Theme.focus
                visible: grid.activeFocus && root.keyboard
            }
        }
        highlightMoveDuration: 0
        // The stage grows above the audience: stay at the top until somebody scrolls.
        property bool scrolled: false
        onMovementStarted: scrolled = true
        onHeaderHeightChanged: if (!scrolled) Qt.callLater(positionViewAtBeginning)
        readonly property real headerHeight: headerItem ? headerItem.height : 0

        header: Column {
            width: grid.width
            topPadding: root.narrow ? 12 : 22
            Item {
                width: parent.width
                height: rising.height
                FieldLabel {
                    x: 8
                    anchors.verticalCenter: parent.verticalCenter
                    text: qsTr("On stage · %1").arg(App.session.stageCount)
                    role: Accessible.Heading
                }
                RisingReactions {
                    id: rising
                    anchors { right: parent.right; rightMargin: 8 }
                }
            }
            Flow {
                width: parent.width
                topPadding: 10
                spacing: 0
                Accessible.role: Accessible.List
                Accessible.name: qsTr("On stage, %1").arg(App.session.stageCount)
                Repeater {
                    model: App.session.stage
                    StageTile {
                        size: root.narrow ? 68 : 88
                        verified: root.guest.identity === identity ? root.guest.verified || "" : ""
                        verifiedWords: verified !== "" ? App.guests.verifiedWords(verified) : ""
                        onOpened: root.personWanted(identity)
                    }
                }
            }
            UserText {
                visible: App.session.joined && App.session.stageCount === 0
                x: 8
                width: parent.width - 16
                topPadding: 6
                text: qsTr("The stage is empty.")
                color: Theme.muted
            }
            FieldLabel {
                x: 8
                topPadding: 14
                bottomPadding: 10
                text: qsTr("Listening · %1").arg(Number(App.session.audienceCount).toLocaleString(Qt.locale(), "f", 0))
                role: Accessible.Heading
            }
            AudienceSearch {
                x: 8
                width: parent.width - 16
                bottomPadding: 10
            }
        }
        delegate: AudienceTile {
            width: grid.cellWidth
            height: grid.cellHeight
            onOpened: root.personWanted(identity)
        }
        footer: Item {
            width: grid.width
            height: App.session.audience.hidden > 0 ? Theme.fontBody * 2 + 24 : 16
            UserText {
                id: more
                visible: App.session.audience.hidden > 0
                x: 8
                y: 4
                width: parent.width - 16
                text: qsTr("and %1 more").arg(Number(App.session.audience.hidden).toLocaleString(Qt.locale(), "f", 0))
                color: Theme.muted
            }
        }
        Keys.onPressed: event => { if (event.key !== Qt.Key_Space) root.keyboard = true }
    }
    // The frame around the current listener shows only for those who use the keyboard.
    property bool keyboard: false
}
