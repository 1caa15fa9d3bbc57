// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Parlour.Theme

UserText {
    role: Accessible.Heading
    font.pixelSize: Theme.fontTitle
    font.weight: Font.DemiBold
    color: Theme.text
}
