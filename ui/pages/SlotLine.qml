// SPDX-License-Identifier: Apache-2.0
// What is left of a speaker's time, in words. Screen readers hear of it a minute and ten seconds before the end (SlotWatch).
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

UserText {
    property double until: 0
    readonly property int rest: until > 0 ? Math.max(0, Math.ceil((until - App.session.now) / 1000)) : 0
    visible: until > 0
    horizontalAlignment: Text.AlignHCenter
    text: rest > 0 ? qsTr("%1:%2 left").arg(Math.floor(rest / 60)).arg(String(rest % 60).padStart(2, "0")) : qsTr("time is over")
    color: rest > 10 ? Theme.muted : Theme.danger
    font.pixelSize: Theme.fontTiny
    font.weight: rest > 60 ? Font.Normal : Font.DemiBold
    wrapMode: Text.NoWrap
    silent: true
}
