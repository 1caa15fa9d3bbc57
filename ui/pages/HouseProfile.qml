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
    property string pictureProblem: ""
    function takePicture(path) {
        const read = pictures.read(path)
        pictureProblem = read.problem || ""
        if (pictureProblem === "") own.post("/profile/picture", {data: read.data})
    }
    FollowFocus { view: root }
    PictureFile { id: pictures }
    FileSheet { id: fileSheet; title: qsTr("Choose a picture"); endings: ["png", "jpg", "jpeg", "webp"]; onChosen: path => root.takePicture(path) }
    property string handle: App.house.me.handle || ""
    HouseRecord {
        id: own
        path: App.house.member && App.house.me.id ? "/people/" + App.house.me.id : ""
        onChanged: if (loaded && !busy && problem === "") {
            nameField.text = value.name || ""
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
            Item {
                width: parent.width
                height: 84
                Avatar { id: face; size: 84; initials: App.house.initials(own.value.name || App.house.me.name || ""); colorIndex: App.house.colorOf(App.house.me.id || "") }
                Portrait { id: portrait; anchors.fill: face; identity: App.house.me.id || ""; stamp: own.value.picture_ms || 0 }
                Column {
                    anchors { left: face.right; right: parent.right; leftMargin: 16; verticalCenter: parent.verticalCenter }
                    spacing: 6
                    Flow {
                        width: parent.width
                        spacing: 8
                        ActionButton { compact: true; iconName: "picture"; text: qsTr("Choose a picture…"); onClicked: fileSheet.show() }
                        ActionButton { compact: true; kind: "quiet"; visible: own.value.picture_ms > 0; text: qsTr("Remove the picture"); onClicked: own.post("/profile/picture", {data: ""}) }
                    }
                    Caption { width: parent.width; text: qsTr("PNG, JPEG or WebP; the house makes a small square of it. Or drop a file here.") }
                }
                DropArea {
                    anchors.fill: parent
                    keys: ["text/uri-list"]
                    onDropped: drop => { if (drop.hasUrls) root.takePicture(App.share.localPath(drop.urls[0])) }
                    FocusRing { shown: parent.containsDrag; gap: 4 }
                }
            }
            UserText { width: parent.width; visible: root.pictureProblem !== ""; text: root.pictureProblem; color: Theme.danger; role: Accessible.AlertMessage }
            FieldLabel { text: qsTr("Name in the house") }
            TextInputField { id: nameField; width: Math.min(parent.width, 380); label: qsTr("Name in the house"); maximumLength: 64 }
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
                onClicked: own.post("/profile", {name: nameField.text.trim() || undefined, about: about.text.trim(), pronouns: pronouns.text.trim(), links: links.text.split("\n").map(line => line.trim()).filter(line => line !== "")})
            }
            Divider { width: parent.width }
            FieldLabel { text: qsTr("Your id in this house; whoever knows it can make an invitation that only you can use") }
            Flow {
                width: parent.width
                spacing: 8
                TextInputField { width: Math.min(parent.width, 320); readOnly: true; label: qsTr("Your id in this house"); text: App.house.me.id || "" }
                ActionButton { id: copyId; property bool copied: false; text: copied ? qsTr("Copied") : qsTr("Copy"); spokenName: qsTr("Copy your id"); onClicked: { App.copyText(App.house.me.id); copied = true } }
            }
            FieldLabel { text: qsTr("You follow") }
            Caption { visible: (relations.value.follows || []).length === 0; width: parent.width; text: qsTr("Nobody yet. Follow somebody on their sheet.") }
            FollowList { width: parent.width; label: qsTr("People you follow"); people: relations.value.follows || [] }
            FieldLabel { text: qsTr("You block") }
            Caption { visible: (relations.value.blocks || []).length === 0; width: parent.width; text: qsTr("Nobody.") }
            FollowList {
                width: parent.width
                label: qsTr("People you block")
                people: relations.value.blocks || []
                action: qsTr("Unblock %1")
                onWanted: identity => App.house.post("/people/" + identity + "/relation", {block: false}, () => relations.refresh())
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
