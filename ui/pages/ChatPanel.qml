// SPDX-License-Identifier: Apache-2.0
// The room's chat: pinned link, messages, slow mode, the field. Words of others are shown as they are, never as markup or links.
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

FocusScope {
    id: root
    readonly property var chat: App.session.chat

    Column {
        id: head
        anchors { left: parent.left; right: parent.right; top: parent.top }
        PinnedLink {
            width: parent.width
            onOpenWanted: openSheet.open()
        }
        ActionButton {
            x: Theme.highContrast ? 16 : 10   // where its frame is seen, it stands in line with the messages
            visible: root.chat.moderator && root.chat.kept
            kind: "quiet"
            compact: true
            iconName: "settings"
            text: qsTr("Slow mode and pinned link…")
            onClicked: rulesSheet.open()
        }
    }
    ListView {
        id: list
        anchors { left: parent.left; right: parent.right; top: head.bottom; bottom: notice.top; topMargin: 4 }
        clip: true
        leftMargin: 16
        rightMargin: 16
        bottomMargin: 10
        model: root.chat
        activeFocusOnTab: true
        keyNavigationEnabled: true
        currentIndex: -1
        highlightMoveDuration: 0
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: ThinScrollBar { }
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Chat messages")
        property bool follow: true
        onCountChanged: if (follow) Qt.callLater(positionViewAtEnd)
        onHeightChanged: if (follow) Qt.callLater(positionViewAtEnd)
        onMovementEnded: follow = atYEnd
        onActiveFocusChanged: if (activeFocus && currentIndex < 0) currentIndex = count - 1
        Component.onCompleted: Qt.callLater(positionViewAtEnd)
        Keys.onUpPressed: event => {
            follow = false
            if (currentIndex === 0 && root.chat.earlier) earlier()
            else event.accepted = false
        }
        Keys.onDeletePressed: if (currentItem && currentItem.mayDelete) root.chat.remove(currentItem.messageId)
        Keys.onReturnPressed: if (currentItem) currentItem.openMenu()
        Keys.onMenuPressed: if (currentItem) currentItem.openMenu()
        function earlier() {
            follow = false
            root.chat.askEarlier()
        }
        header: Item {
            width: list.width - 32
            height: root.chat.earlier ? button.height + 14 : 0
            ActionButton {
                id: button
                anchors.horizontalCenter: parent.horizontalCenter
                y: 8
                visible: root.chat.earlier
                compact: true
                iconName: "again"
                text: root.chat.asking ? qsTr("Asking…") : qsTr("Earlier messages")
                onClicked: list.earlier()
                onActiveFocusChanged: if (activeFocus) { list.follow = false; list.positionViewAtBeginning() }
            }
        }
        Connections {
            target: root.chat
            function onEarlierShown(messages) {
                App.session.announced(qsTr("%1 earlier messages").arg(messages))
                // One goes on reading upwards from where one was.
                list.positionViewAtIndex(messages, ListView.Beginning)
                if (list.activeFocus) list.currentIndex = messages - 1
            }
        }
        section.property: "history"
        section.delegate: Item {
            required property string section
            width: list.width - 32
            height: section === "true" ? words.height + 14 : 9
            UserText {
                id: words
                y: 10
                visible: parent.section === "true"
                text: qsTr("While you were away")
                color: Theme.muted
                font.pixelSize: Theme.fontTiny
                role: Accessible.Heading
            }
            // Between what was said before and what one heard oneself; not at the beginning.
            readonly property real beginning: list.originY + (list.headerItem ? list.headerItem.height : 0)
            Divider { visible: parent.section !== "true" && parent.y > parent.beginning + 1; y: 8; width: parent.width }
        }
        delegate: ChatRow {
            width: list.width - 32
            framed: list.activeFocus && ListView.isCurrentItem
            onMenuWanted: menu.show(this)
            onSendAgain: root.chat.resend(messageId)
            onDeleteWanted: root.chat.remove(messageId)
        }
    }
    PopMenu {
        id: menu
        title: qsTr("Message")
        property string messageId: ""
        property bool failed: false
        function show(row) {
            messageId = row.messageId
            failed = row.reason !== ""
            popup(row, 42, row.height)
        }
        PopItem { text: qsTr("Send again"); iconName: "again"; wanted: menu.failed; onTriggered: root.chat.resend(menu.messageId) }
        PopItem {
            text: menu.failed ? qsTr("Discard") : qsTr("Delete message")
            iconName: "trash"
            risky: true
            onTriggered: root.chat.remove(menu.messageId)
        }
    }
    UserText {
        visible: list.count === 0
        anchors { left: parent.left; right: parent.right; top: head.bottom; margins: 16 }
        text: qsTr("Nothing written yet. Everybody in the room can read what you write.")
        color: Theme.muted
    }
    Rectangle {
        id: notice
        visible: root.chat.slowSeconds > 0
        anchors { left: parent.left; right: parent.right; bottom: footer.top }
        height: root.chat.slowSeconds > 0 ? slow.height + 14 : 0
        color: Theme.sunken
        UserText {
            id: slow
            anchors { left: parent.left; right: parent.right; leftMargin: 16; rightMargin: 16; top: parent.top; topMargin: 7 }
            font.pixelSize: Theme.fontLabel
            color: root.chat.waitSeconds > 0 ? Theme.handText : Theme.muted
            text: root.chat.waitSeconds > 0 ? qsTr("Slow mode: you can write again in %1 s.").arg(root.chat.waitSeconds)
                : root.chat.moderator ? qsTr("Slow mode: one message every %1 s, not for moderators.").arg(root.chat.slowSeconds)
                : qsTr("Slow mode: one message every %1 s.").arg(root.chat.slowSeconds)
        }
    }
    Item {
        id: footer
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        height: 64
        Divider { width: parent.width }
        function send() {
            if (field.text.trim() === "") return
            App.session.say(field.text)
            field.text = ""
            list.follow = true
        }
        TextInputField {
            id: field
            anchors { left: parent.left; right: sendButton.left; leftMargin: 16; rightMargin: 8; verticalCenter: parent.verticalCenter }
            label: qsTr("Message to the room")
            placeholderText: qsTr("Message to the room")
            maximumLength: 2000
            onAccepted: footer.send()
        }
        ActionButton {
            id: sendButton
            anchors { right: parent.right; rightMargin: 16; verticalCenter: parent.verticalCenter }
            kind: "primary"
            iconName: "send"
            iconOnly: true
            implicitWidth: 43
            spokenName: qsTr("Send")
            enabled: field.text.trim() !== ""
            onClicked: footer.send()
        }
    }
    ChatRulesSheet { id: rulesSheet }
    OpenLinkSheet { id: openSheet }
    // The offline twin: at the beginning of what is shown, or over the drawer, if the chat is in one.
    Timer { interval: 500; running: App.scene === "chat-earlier"; onTriggered: { list.follow = false; list.positionViewAtBeginning() } }
    Timer {
        interval: 300
        running: App.scene === "chat-rules" || App.scene === "chat-link"
        onTriggered: App.scene === "chat-link" ? openSheet.open() : rulesSheet.open()
    }
}
