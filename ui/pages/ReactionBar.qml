// SPDX-License-Identifier: Apache-2.0
// The six reactions, over the bar at the bottom. It stays open: one claps more than once. Arrows walk, Esc closes.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

T.Popup {
    id: root
    readonly property var reactions: App.session.reactions
    padding: 6
    margins: 8
    focus: true
    implicitWidth: row.implicitWidth + 2 * padding
    implicitHeight: row.implicitHeight + 2 * padding
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutsideParent
    enter: Transition { NumberAnimation { property: "opacity"; from: 0; to: 1; duration: Theme.quick } }
    onOpened: buttons.itemAt(0).forceActiveFocus(Qt.PopupFocusReason)
    background: Surface { depth: 4 }
    contentItem: FocusScope {
        implicitWidth: row.implicitWidth
        implicitHeight: row.implicitHeight
        Accessible.role: Accessible.ToolBar
        Accessible.name: qsTr("Reactions")
        Row {
            id: row
            Repeater {
                id: buttons
                model: root.reactions
                T.Button {
                    id: button
                    required property int index
                    required property string name
                    required property string iconName
                    required property string spoken
                    required property string keys
                    readonly property string spokenName: name
                    implicitWidth: Math.max(60, word.implicitWidth + 14)
                    implicitHeight: 58
                    hoverEnabled: true
                    focusPolicy: Qt.TabFocus
                    Accessible.role: Accessible.Button
                    Accessible.name: name
                    Accessible.description: spoken
                    Accessible.onPressAction: clicked()
                    Keys.onReturnPressed: clicked()
                    Keys.onLeftPressed: buttons.itemAt((index + buttons.count - 1) % buttons.count).forceActiveFocus(Qt.TabFocusReason)
                    Keys.onRightPressed: buttons.itemAt((index + 1) % buttons.count).forceActiveFocus(Qt.TabFocusReason)
                    onClicked: root.reactions.react(index)
                    background: Rectangle {
                        radius: Theme.radiusSmall
                        color: button.hovered || button.down ? Theme.sunken : Theme.none
                        FocusRing { shown: button.visualFocus; gap: -4; radius: Theme.radiusSmall }
                    }
                    contentItem: Item {
                        Icon {
                            anchors { horizontalCenter: parent.horizontalCenter; top: parent.top; topMargin: 4 }
                            name: button.iconName
                            size: 24
                        }
                        UserText {
                            id: word
                            anchors { horizontalCenter: parent.horizontalCenter; bottom: parent.bottom; bottomMargin: 2 }
                            text: button.name
                            color: Theme.muted
                            font.pixelSize: Theme.fontTiny
                            wrapMode: Text.NoWrap
                            silent: true
                        }
                    }
                }
            }
        }
    }
}
