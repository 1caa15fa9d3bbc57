// SPDX-License-Identifier: Apache-2.0
// How the others sound here.
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

SettingsCard {
    title: qsTr("Voices of others")
    Toggle {
        width: parent.width
        text: qsTr("Even loudness")
        explanation: qsTr("Brings quiet and loud speakers to one loudness, slowly; music stays as it is")
        checked: App.preferences.levelling
        onToggled: App.preferences.levelling = checked
    }
    FieldLabel { text: qsTr("Seats around you") }
    Choice {
        width: parent.width
        label: qsTr("Seats around you")
        model: [qsTr("Off"), qsTr("Headphones"), qsTr("Loudspeakers")]
        currentIndex: App.preferences.seats
        onActivated: index => App.preferences.seats = index
    }
    Caption {
        width: parent.width
        text: qsTr("Speakers are heard from different sides and keep their place. Needs an output with two channels.")
    }
}
