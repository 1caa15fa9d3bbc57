// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Parlour.Theme

Rectangle {
    implicitHeight: Theme.lineWidth
    color: Theme.line
    Accessible.ignored: true
}
