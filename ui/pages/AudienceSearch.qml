// SPDX-License-Identifier: Apache-2.0
// In a large audience most are counted and not drawn: here they are searched.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Column {
    id: root
    readonly property var audience: App.session.audience
    visible: audience.large
    height: visible ? implicitHeight : 0
    spacing: 6
    TextInputField {
        width: Math.min(parent.width, 360)
        label: qsTr("Search the audience")
        placeholderText: qsTr("Search the audience by name")
        maximumLength: 64
        text: root.audience.search
        onTextEdited: root.audience.search = text
        Keys.onEscapePressed: event => {
            event.accepted = text !== ""
            root.audience.search = ""
        }
    }
    Caption {
        width: parent.width
        readonly property string shown: Number(root.audience.found - root.audience.hidden).toLocaleString(Qt.locale(), "f", 0)
        text: root.audience.search.trim() === "" ? qsTr("Hands, moderators and people you know first, %1 shown. Everybody is found by name.").arg(shown)
            : root.audience.found === 0 ? qsTr("Nobody in the audience has this name.")
            : root.audience.hidden > 0 ? qsTr("%1 found, the first %2 shown.").arg(Number(root.audience.found).toLocaleString(Qt.locale(), "f", 0)).arg(shown)
            : qsTr("%1 found.").arg(shown)
    }
}
