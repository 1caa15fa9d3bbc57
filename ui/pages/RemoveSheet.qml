// SPDX-License-Identifier: Apache-2.0
// Remove for this live session, or ban; both offer to close the link that the person came by.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    preferredWidth: 480
    property string identity: ""
    property string name: ""
    property bool ban: false
    readonly property var minutes: [10, 60, 1440, 0]

    function show(which, asBan) {
        const who = App.session.person(which)
        if (who.name === undefined) return
        identity = which
        name = who.name
        ban = asBan
        closeLink.checked = false
        open()
    }
    title: ban ? qsTr("Ban %1?").arg(name) : qsTr("Remove %1?").arg(name)
    intro: ban ? qsTr("They leave at once and cannot come back for the time you choose.")
               : qsTr("They leave at once and cannot come back while this live session lasts.")
    Choice {
        id: span
        visible: root.ban
        width: parent.width
        label: qsTr("For how long")
        model: [qsTr("10 minutes"), qsTr("1 hour"), qsTr("1 day"), qsTr("For good")]
        currentIndex: 1
    }
    Toggle {
        id: closeLink
        width: parent.width
        text: qsTr("Also close the link they came by")
        explanation: qsTr("Everybody inside stays. While a link with many uses is open, the same person can come back through it under a new identity.")
    }
    actions: [
        ActionButton {
            kind: "danger"
            text: root.ban ? qsTr("Ban") : qsTr("Remove")
            onClicked: {
                if (root.ban) App.session.ban(root.identity, root.minutes[span.currentIndex], closeLink.checked)
                else App.session.remove(root.identity, closeLink.checked)
                root.close()
            }
        },
        ActionButton { text: qsTr("Cancel"); onClicked: root.close() }
    ]
}
