// SPDX-License-Identifier: Apache-2.0
// For hosts beside the stage: who the guest is and how that is known, both lights, who is in the green room, what was agreed and
// what is not talked about.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Flickable {
    id: root
    property var watch
    readonly property var guest: watch ? watch.value : ({})
    readonly property var terms: guest.terms || ({})
    readonly property var inGreen: guest.in_green_room || []
    property string problem: ""
    contentHeight: column.implicitHeight + 32
    clip: true
    boundsBehavior: Flickable.StopAtBounds
    T.ScrollBar.vertical: ThinScrollBar { }
    function light(on) {
        App.roomHouse.post("/guests/" + guest.guest + "/ready", {on: on}, (answer, error) => {
            root.problem = error ? error.message + " " + error.advice : ""
            root.watch.refresh()
        })
    }

    FollowFocus { view: root }
    Column {
        id: column
        x: 16
        y: 4
        width: root.width - 32
        spacing: 10
        UserText { width: parent.width; text: root.guest.name || ""; font.pixelSize: Theme.fontSection; font.weight: Font.DemiBold; maximumLineCount: 2; role: Accessible.Heading }
        Row {
            width: parent.width
            spacing: 8
            Icon { id: shield; name: root.guest.verified === "compared" ? "shield" : "guest"; tint: root.guest.verified === "compared" ? Theme.accentText : Theme.muted; size: 18 }
            Caption { width: parent.width - shield.width - 8; text: App.guests.verifiedWords(root.guest.verified || "") }
        }
        Divider { width: parent.width }
        Caption { width: parent.width; text: root.guest.guest_ready === true ? qsTr("The guest is ready.") : qsTr("The guest is not ready yet.") }
        Toggle {
            width: parent.width
            visible: !!root.guest.guest
            text: qsTr("The host is ready")
            explanation: qsTr("The guest's side sees this light")
            checked: root.guest.host_ready === true
            onToggled: { root.light(checked); checked = Qt.binding(() => root.guest.host_ready === true) }
        }
        Caption { width: parent.width; visible: !root.guest.guest; text: root.guest.host_ready === true ? qsTr("The host is ready.") : qsTr("The host is not ready yet.") }
        FieldLabel { visible: !!root.guest.green_room; text: qsTr("In the green room") }
        UserText {
            visible: !!root.guest.green_room
            width: parent.width
            font.pixelSize: Theme.fontSmall
            color: root.inGreen.length > 0 ? Theme.text : Theme.muted
            text: root.inGreen.length > 0 ? root.inGreen.join(", ") : qsTr("Nobody. Guest, delegate and hosts hear each other there; the audience does not.")
        }
        ActionButton {
            visible: !!root.guest.green_room
            compact: true
            iconName: "people"
            text: root.watch && root.watch.inGreen ? qsTr("Go to the stage") : qsTr("Go to the green room")
            onClicked: App.enterRoom(App.roomHouse.server, root.watch.inGreen ? root.guest.room : root.guest.green_room)
        }
        UserText { width: parent.width; visible: root.problem !== ""; text: root.problem; color: Theme.danger; role: Accessible.AlertMessage }
        Divider { width: parent.width }
        Caption { width: parent.width; visible: !(root.watch && root.watch.agreed); text: qsTr("Nothing is agreed yet: once both sides have signed, topic, questions and what is not talked about stand here.") }
        Column {
            visible: root.watch && root.watch.agreed
            width: parent.width
            spacing: 8
            FieldLabel { text: qsTr("Agreed topic") }
            UserText { width: parent.width; text: root.terms.topic || "" }
            Rectangle {
                visible: (root.terms.excluded || []).length > 0
                width: parent.width
                height: visible ? not.implicitHeight + 24 : 0
                radius: Theme.radius
                color: Theme.dangerSoft
                border.width: Theme.highContrast ? Theme.lineWidth : 0
                border.color: Theme.line
                Column {
                    id: not
                    anchors { left: parent.left; right: parent.right; margins: 12; verticalCenter: parent.verticalCenter }
                    spacing: 4
                    FieldLabel { text: qsTr("Not talked about"); color: Theme.danger }
                    Repeater {
                        model: root.terms.excluded || []
                        UserText { required property string modelData; width: not.width; text: modelData; color: Theme.danger }
                    }
                }
            }
            FieldLabel { visible: questions.count > 0; text: qsTr("Agreed questions") }
            Repeater {
                id: questions
                model: root.terms.questions || []
                UserText { required property string modelData; required property int index; width: column.width; text: qsTr("%1. %2").arg(index + 1).arg(modelData); font.pixelSize: Theme.fontSmall }
            }
            FieldLabel { text: qsTr("Also agreed") }
            Caption {
                width: parent.width
                text: [root.terms.format || "", root.terms.length_minutes ? qsTr("%1 minutes").arg(root.terms.length_minutes) : "", root.terms.language || "",
                       root.terms.recording ? qsTr("may be recorded") : qsTr("not recorded"),
                       (root.terms.stage || []).length > 0 ? qsTr("also on stage: %1").arg(root.terms.stage.join(", ")) : ""].filter(word => word !== "").join(" · ")
            }
        }
    }
}
