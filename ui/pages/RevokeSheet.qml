// SPDX-License-Identifier: Apache-2.0
// One invitation and its revocation: three scopes, and whom each would hit, before anything happens.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    preferredWidth: 520
    title: row.heading
    property var record: ({})
    property string problem: ""
    readonly property var scopes: ["link", "people", "subtree"]
    readonly property string scope: scopes[choice.currentIndex]
    readonly property bool revocable: record.state === "open" || record.state === "used"
    readonly property var people: reach.value.people || []

    function show(which) {
        record = which
        problem = ""
        choice.currentIndex = 0
        open()
    }
    // The words of the row serve the sheet too.
    InvitationRow { id: row; visible: false; record: root.record }
    HouseRecord { id: reach; path: root.opened && root.revocable ? "/invitations/" + root.record.id + "/reach?scope=" + root.scope : "" }

    Flow {
        width: parent.width
        spacing: 8
        Chip { text: row.stateWords; tone: root.record.state === "open" ? "live" : "plain" }
        Caption { text: row.details; height: 22; verticalAlignment: Text.AlignVCenter }
    }
    UserText { width: parent.width; visible: text !== ""; text: root.record.message || "" }
    Column {
        visible: root.revocable
        width: parent.width
        spacing: 8
        Divider { width: parent.width }
        FieldLabel { text: qsTr("Take it back") }
        Choice {
            id: choice
            width: parent.width
            label: qsTr("What is taken back")
            model: [qsTr("Only the link: nobody else comes in by it"), qsTr("The link and those who came by it"),
                    qsTr("The link, those who came, and everyone they brought")]
        }
        UserText {
            width: parent.width
            text: reach.problem !== "" ? reach.problem : !reach.loaded ? qsTr("Looking whom this hits…")
                : root.people.length === 0 ? qsTr("This hits nobody who is in the house now.")
                : root.people.length === 1 ? qsTr("This removes %1 from the house.").arg(root.people[0].name)
                : qsTr("This removes %1 people from the house:").arg(root.people.length)
            color: root.people.length > 0 ? Theme.danger : Theme.muted
            font.pixelSize: Theme.fontSmall
        }
        ListView {
            id: names
            visible: root.people.length > 1
            width: parent.width
            height: visible ? Math.min(contentHeight, 140) : 0
            clip: true
            model: root.people
            activeFocusOnTab: true
            boundsBehavior: Flickable.StopAtBounds
            T.ScrollBar.vertical: ThinScrollBar { }
            Accessible.role: Accessible.List
            Accessible.name: qsTr("Whom this hits, %1").arg(count)
            delegate: UserText {
                required property var modelData
                width: names.width
                height: 26
                text: modelData.name
                font.pixelSize: Theme.fontSmall
                role: Accessible.ListItem
            }
        }
    }
    UserText { width: parent.width; visible: root.problem !== ""; text: root.problem; color: Theme.danger; role: Accessible.AlertMessage }
    actions: [
        ActionButton {
            visible: root.revocable
            kind: "danger"
            enabled: reach.loaded
            text: qsTr("Revoke")
            onClicked: App.house.post("/invitations/" + root.record.id + "/revoke", {scope: root.scope}, (answer, error) => {
                if (error) root.problem = error.message + " " + error.advice
                else root.close()
            })
        },
        ActionButton { text: qsTr("Close"); onClicked: root.close() }
    ]
}
