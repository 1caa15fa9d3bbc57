// SPDX-License-Identifier: Apache-2.0
import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

T.ScrollBar {
    id: root
    implicitWidth: 8
    padding: 2
    minimumSize: 0.08
    visible: size < 1.0
    Accessible.ignored: true
    contentItem: Rectangle {
        implicitWidth: 4
        radius: 2
        color: Theme.track
    }
}
