// SPDX-License-Identifier: Apache-2.0
// Who is banned from the room, people and links, and until when; a ban is lifted here.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    preferredWidth: 520
    title: qsTr("Bans")
    intro: qsTr("Who cannot come into this room. A banned link keeps out everyone who came by it.")
    property string problem: ""
    function show() { problem = ""; open() }
    function linkWords(id) {
        const one = (links.value.invitations || []).find(link => link.id === id)
        if (!one) return qsTr("Everyone who came by a link that is gone")
        const kind = one.kind === "speaker" ? qsTr("speaker link") : one.kind === "moderator" ? qsTr("moderator link") : one.kind === "listener" ? qsTr("listener link") : qsTr("link")
        return one.inviter ? qsTr("Everyone who came by a %1 of %2").arg(kind).arg(one.inviter) : qsTr("Everyone who came by a %1").arg(kind)
    }

    HouseRecord { id: record; inRoom: true; path: root.opened ? "/rooms/" + App.session.room + "/bans" : "" }
    HouseRecord { id: links; inRoom: true; path: root.opened ? "/rooms/" + App.session.room + "/invitations" : "" }

    UserText { width: parent.width; visible: text !== ""; text: root.problem !== "" ? root.problem : record.problem; color: Theme.danger; role: Accessible.AlertMessage }
    EmptyNote {
        width: parent.width
        visible: record.loaded && list.count === 0
        iconName: "shield"
        title: qsTr("Nobody is banned")
        text: qsTr("Whoever you ban, for minutes or for good, stands here and can be let in again.")
    }
    ListView {
        id: list
        width: parent.width
        height: Math.min(contentHeight, 360)
        clip: true
        model: record.value.bans || []
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: ThinScrollBar { }
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Bans, %1").arg(count)
        delegate: Item {
            id: row
            required property var modelData
            readonly property string who: modelData.identity ? modelData.name || qsTr("Somebody without a name") : root.linkWords(modelData.link)
            readonly property string until: modelData.until_ms > 0 ? qsTr("until %1").arg(App.house.moment(modelData.until_ms)) : qsTr("for good")
            width: list.width
            height: Math.max(56, words.implicitHeight + 16)
            Accessible.role: Accessible.ListItem
            Accessible.name: who
            Accessible.description: until
            Column {
                id: words
                anchors { left: parent.left; right: lift.left; rightMargin: 10; verticalCenter: parent.verticalCenter }
                UserText { width: parent.width; text: row.who; maximumLineCount: 2; silent: true }
                Caption { width: parent.width; text: row.until; silent: true }
            }
            ActionButton {
                id: lift
                anchors { right: parent.right; rightMargin: 10; verticalCenter: parent.verticalCenter }
                compact: true
                text: qsTr("Lift")
                spokenName: qsTr("Lift the ban: %1").arg(row.who)
                onClicked: App.roomHouse.post("/rooms/" + App.session.room + "/bans/lift",
                                              row.modelData.identity ? {identity: row.modelData.identity} : {link: row.modelData.link}, (answer, error) => {
                    root.problem = error ? error.message + " " + error.advice : ""
                    record.refresh()
                })
            }
        }
    }
    actions: [ ActionButton { text: qsTr("Close"); onClicked: root.close() } ]
}
