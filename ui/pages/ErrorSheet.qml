// SPDX-License-Identifier: Apache-2.0
// What happened, what to do, and details to copy into a report.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Sheet {
    id: root
    readonly property bool wanted: App.errorMessage !== ""
    preferredWidth: 480
    spokenTitle: App.errorMessage !== "" ? App.errorMessage : qsTr("Error")
    onWantedChanged: wanted ? open() : close()
    onClosed: if (wanted) App.dismissError()
    onOpened: closeButton.forceActiveFocus()

    Row {
        width: parent.width
        spacing: 14
        Icon { id: mark; name: "warning"; tint: Theme.danger; size: 28 }
        Column {
            width: parent.width - mark.width - 14
            spacing: 6
            UserText {
                width: parent.width
                text: App.errorMessage
                font.pixelSize: Theme.fontSection
                font.weight: Font.DemiBold
                role: Accessible.AlertMessage
            }
            Caption { width: parent.width; text: App.errorAdvice; visible: text !== "" }
            UserText {
                width: parent.width
                visible: App.errorDetails !== ""
                text: App.errorDetails
                color: Theme.muted
                font.pixelSize: Theme.fontTiny
                wrapMode: Text.WrapAnywhere
                maximumLineCount: 6
            }
        }
    }
    actions: [
        ActionButton { id: closeButton; kind: "primary"; text: qsTr("Close"); onClicked: App.dismissError() },
        ActionButton {
            visible: App.errorDetails !== ""
            text: qsTr("Copy details")
            iconName: "copy"
            onClicked: { App.copyText(App.errorDetails); text = qsTr("Copied") }
        }
    ]
}
