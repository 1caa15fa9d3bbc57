// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Parlour.Theme

UserText {
    font.pixelSize: Theme.fontLabel
    font.weight: Font.DemiBold
    color: Theme.muted
}
