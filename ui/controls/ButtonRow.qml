// SPDX-License-Identifier: Apache-2.0
// The answers at the end of a sheet, at the right, the main one declared first; they wrap where
// the window is narrow.
import QtQuick

Flow {
    width: parent ? parent.width : implicitWidth
    topPadding: 8
    spacing: 10
    layoutDirection: Qt.RightToLeft
}
