// SPDX-License-Identifier: Apache-2.0
// One of our own drawings (resources/icons), tinted. Never a picture from the wire.
import QtQuick
import Parlour.Theme

Image {
    property string name: ""
    property color tint: Theme.text
    property int size: 20

    width: size
    height: size
    sourceSize: Qt.size(size, size)
    source: name === "" ? "" : "image://icons/" + name + "/" + tint.toString().substring(1)
    Accessible.ignored: true
}
