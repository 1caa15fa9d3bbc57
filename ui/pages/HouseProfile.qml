// SPDX-License-Identifier: Apache-2.0
// How one shows oneself in the house: handle, about, pronouns, links; whom one follows and blocks; leaving.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Flickable {
    id: root
    contentHeight: column.implicitHeight + 50
    clip: true
    boundsBehavior: Flickable.StopAtBounds
    T.ScrollBar.vertical: ThinScrollBar { }
    property string problem: ""
    property string handle: App.house.me.handle || ""
    HouseRecord {
        id: own
        path: App.house.member && App.house.me.id ? "/people/" + App.house.me.id : ""
        onChanged: if (loaded && !busy && problem === "") {
            about.text = value.about || ""
            pronouns.text = value.pronouns || ""
            links.text = (value.links || []).join("\n")
        }
        onSaved: App.house.refused(qsTr("Your profile is saved."))
    }
    HouseRecord { id: relations; path: App.house.member ? "/relations" : "" }
    Surface {
        width: root.width
        height: column.implicitHeight + 44
        Column {
            id: column
            anchors { left: parent.left; right: parent.right; top: parent.top; margins: 22 }
            spacing: 10
            FieldLabel { text: qsTr("Handle, unique in the house") }
            Row {
                width: parent.width
                spacing: 8
                TextInputField { id: handleField; width: Math.min(parent.width - take.width - 8, 280); label: qsTr("Handle"); text: root.handle; maximumLength: 24; validator: RegularExpressionValidator { regularExpression: /[a-z0-9_]*/ } }
                ActionButton {
                    id: take
                    text: qsTr("Take it")
                    spokenName: qsTr("Take this handle")
                    enabled: handleField.text.length >= 2 && handleField.text !== root.handle
                    onClicked: App.house.post("/handle", {handle: handleField.text}, (answer, error) => {
                        root.problem = error ? error.message + " " + error.advice : ""
                        if (!error) App.house.refresh()
                    })
                }
            }
            FieldLabel { text: qsTr("About you") }
            TextBox { id: about; width: parent.width; lines: 3; label: qsTr("About you"); maximumLength: 500 }
            FieldLabel { text: qsTr("Pronouns") }
            TextInputField { id: pronouns; width: Math.min(parent.width, 280); label: qsTr("Pronouns"); maximumLength: 40 }
            FieldLabel { text: qsTr("Links, one a line, at most 5; they are shown and never opened by themselves") }
            TextBox { id: links; width: parent.width; lines: 2; label: qsTr("Links, one a line"); maximumLength: 1000 }
            UserText { width: parent.width; visible: text !== ""; text: root.problem !== "" ? root.problem : own.problem; color: Theme.danger; role: Accessible.AlertMessage }
            ActionButton {
                kind: "primary"
                text: qsTr("Save profile")
                enabled: !own.busy
                onClicked: own.post("/profile", {about: about.text.trim(), pronouns: pronouns.text.trim(), links: links.text.split("\n").map(line => line.trim()).filter(line => line !== "")})
            }
            Divider { width: parent.width }
            FieldLabel { text: qsTr("You follow") }
            Caption { width: parent.width; text: (relations.value.follows || []).map(one => one.name).join(", ") || qsTr("Nobody yet. Follow somebody on their sheet.") }
            FieldLabel { text: qsTr("You block") }
            Caption { visible: (relations.value.blocks || []).length === 0; width: parent.width; text: qsTr("Nobody.") }
            Repeater {
                model: relations.value.blocks || []
                ActionButton {
                    required property var modelData
                    compact: true
                    text: qsTr("Unblock %1").arg(modelData.name)
                    onClicked: App.house.post("/people/" + modelData.id + "/relation", {block: false}, () => relations.refresh())
                }
            }
            Divider { width: parent.width; visible: leave.visible }
            ActionButton {
                id: leave
                property bool sure: false
                visible: App.house.member && !App.house.owner
                compact: true
                kind: "danger"
                text: sure ? qsTr("Yes, leave %1").arg(App.house.name) : qsTr("Leave the house…")
                hint: qsTr("Your place in the tree stays, your membership ends")
                onClicked: { if (sure) App.house.post("/members/leave", {}, (answer, error) => { root.problem = error ? error.message : ""; App.house.refresh() }); sure = !sure }
            }
        }
    }
}
