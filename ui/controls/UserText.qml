// SPDX-License-Identifier: Apache-2.0
// The only control that shows text, ours or a remote person's: always plain, never markup (security T26).
import QtQuick
import Parlour.Theme

Text {
    id: root
    property int role: Accessible.StaticText
    // Purely decorative text, or text that a parent's name already says.
    property bool silent: false

    textFormat: Text.PlainText
    color: Theme.text
    font.pixelSize: Theme.fontBody
    wrapMode: Text.WordWrap
    elide: Text.ElideRight
    Accessible.role: root.role
    Accessible.name: root.text
    Accessible.ignored: root.silent || root.text === ""
}
