// SPDX-License-Identifier: Apache-2.0
import QtQuick
import Parlour.Theme
import Parlour.Controls
import Parlour.Models

Column {
    spacing: 14
    SettingsCard {
        title: qsTr("Colours")
        Choice {
            readonly property var keys: ["system", "light", "dark"]
            width: parent.width
            label: qsTr("Colours")
            model: [qsTr("As the system"), qsTr("Light"), qsTr("Dark")]
            currentIndex: Math.max(0, keys.indexOf(App.preferences.theme))
            onActivated: index => App.preferences.theme = keys[index]
        }
        Toggle {
            width: parent.width
            text: qsTr("High contrast")
            explanation: App.systemContrast ? qsTr("Your system asks for it, so it is on") : qsTr("Stronger lines and text; also on when your system asks for it")
            checked: App.preferences.highContrast || App.systemContrast
            enabled: !App.systemContrast
            onToggled: App.preferences.highContrast = checked
        }
        Toggle {
            width: parent.width
            text: qsTr("Less motion")
            explanation: qsTr("Nothing slides or fades")
            checked: App.preferences.reducedMotion
            onToggled: App.preferences.reducedMotion = checked
        }
    }
    SettingsCard {
        title: qsTr("Size of text")
        Choice {
            readonly property var scales: [0.9, 1.0, 1.15, 1.3, 1.5]
            width: parent.width
            label: qsTr("Size of text")
            model: [qsTr("Small"), qsTr("Normal"), qsTr("Large"), qsTr("Larger"), qsTr("Largest")]
            currentIndex: {
                for (let i = 0; i < scales.length; ++i)
                    if (Math.abs(scales[i] - App.preferences.textScale) < 0.01) return i
                return 1
            }
            onActivated: index => App.preferences.textScale = scales[index]
        }
    }
}
