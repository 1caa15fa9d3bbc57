// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Parlour.Theme

UserText {
    font.pixelSize: Theme.fontSmall
    font.weight: Font.Normal
    color: Theme.muted
}
