// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    preferredWidth: 460
    title: qsTr("End the room for everybody?")
    intro: qsTr("Everybody leaves. The room itself and its links stay; you can open it again.")
    actions: [
        ActionButton { kind: "danger"; text: qsTr("End the room"); onClicked: { App.session.endRoom(); root.close() } },
        ActionButton { text: qsTr("Cancel"); onClicked: root.close() }
    ]
}
