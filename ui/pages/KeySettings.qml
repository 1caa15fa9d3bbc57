// SPDX-License-Identifier: Apache-2.0
// Where the person's key lies, and the way from the file to the desktop's keychain and back.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

SettingsCard {
    id: root
    property var place: null
    readonly property bool inKeychain: place !== null && place.inKeychain
    title: qsTr("Your key")
    Caption {
        width: parent.width
        text: root.inKeychain ? qsTr("Your key lies in the keychain of this desktop, and opens with it.")
                              : qsTr("Your key lies in a file in your folder, which only your account can read.")
    }
    UserText { width: parent.width; visible: root.place !== null && !root.inKeychain; text: root.place ? root.place.folder : "" }
    Caption {
        width: parent.width
        visible: root.place !== null && !root.place.movable
        text: qsTr("This folder, or this build of Parlour, keeps keys in files only.")
    }
    UserText {
        width: parent.width
        visible: text !== ""
        text: root.place ? root.place.problem : ""
        color: Theme.danger
        role: Accessible.AlertMessage
    }
    ActionButton {
        visible: root.place !== null && root.place.movable
        text: root.inKeychain ? qsTr("Keep in a file") : qsTr("Move to keychain")
        onClicked: root.inKeychain ? root.place.keepInFile() : root.place.moveToKeychain()
    }
}
