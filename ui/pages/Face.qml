// SPDX-License-Identifier: Apache-2.0
// Somebody's picture where they have one, their initials otherwise.
import QtQuick
import Parlour.Controls
import Parlour.Models

Avatar {
    id: root
    property string identity: ""
    property double stamp: 0        // when the picture was set; 0 = none
    property bool inRoom: false     // asks the house of the room
    Loader {
        anchors.fill: parent
        active: root.stamp > 0 && root.identity !== ""
        sourceComponent: Portrait { identity: root.identity; stamp: root.stamp; inRoom: root.inRoom }
    }
}
