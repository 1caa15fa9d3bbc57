// SPDX-License-Identifier: Apache-2.0
// All colours, sizes and durations of the app; the only file with colour values. Every variant answers the same names.
pragma Singleton
import QtQuick

QtObject {
    // Set once by the window from the person's choice and the system's.
    property bool dark: false
    property bool highContrast: false
    property bool reducedMotion: false
    property real textScale: 1.0
    // False until the first picture: the colours of the start are simply there, nothing fades into them.
    property bool shown: false

    readonly property QtObject colors: highContrast ? (dark ? contrastDark : contrastLight) : (dark ? night : day)

    readonly property color background: colors.background
    readonly property color surface: colors.surface
    readonly property color sunken: colors.sunken
    readonly property color line: colors.line
    readonly property color text: colors.text
    readonly property color muted: colors.muted
    readonly property color accent: colors.accent
    readonly property color accentHover: colors.accentHover
    readonly property color accentInk: colors.accentInk
    readonly property color accentSoft: colors.accentSoft
    readonly property color accentText: colors.accentText
    readonly property color speaking: colors.speaking
    readonly property color danger: colors.danger
    readonly property color dangerSoft: colors.dangerSoft
    readonly property color hand: colors.hand
    readonly property color handText: colors.handText
    readonly property color handBackground: colors.handBackground
    readonly property color focus: colors.focus
    readonly property color scrim: colors.scrim
    readonly property color shadow: colors.shadow
    readonly property color track: colors.track
    readonly property color knob: colors.knob
    readonly property color avatarInk: colors.avatarInk
    readonly property color qrDark: "#000000"
    readonly property color qrLight: "#ffffff"
    readonly property color none: "transparent"

    // A person's colour; the index comes from the identity, so it is the same in every window.
    readonly property var avatarColors: ["#3f6d8c", "#6b5b95", "#a0522d", "#2f7d68", "#a86032",
        "#4f5d95", "#7d3c64", "#587a38", "#936718", "#8c5a44"]
    function avatarColor(index) { return avatarColors[((index % avatarColors.length) + avatarColors.length) % avatarColors.length] }

    // Grid unit 4.
    readonly property int unit: 4
    readonly property int radiusSmall: 10
    readonly property int radius: 12
    readonly property int radiusLarge: 18
    readonly property int hit: 40
    readonly property int focusWidth: highContrast ? 3 : 2
    readonly property int lineWidth: highContrast ? 2 : 1

    readonly property int fontTitle: Math.round(24 * textScale)
    readonly property int fontSection: Math.round(18 * textScale)
    readonly property int fontBody: Math.round(15 * textScale)
    readonly property int fontSmall: Math.round(14 * textScale)
    readonly property int fontLabel: Math.round(13 * textScale)
    readonly property int fontTiny: Math.round(12 * textScale)

    readonly property int quick: reducedMotion || !shown ? 0 : 120
    readonly property int calm: reducedMotion || !shown ? 0 : 180

    // Layout steps.
    readonly property int foldWidth: 900
    readonly property int sidebarWidth: 260
    readonly property int sidebarFolded: 64
    readonly property int panelWidth: 320

    property QtObject day: QtObject {
        property color background: "#f6f3ee"
        property color surface: "#ffffff"
        property color sunken: "#eee9e1"
        property color line: "#e0d9ce"
        property color text: "#211d1a"
        property color muted: "#6b635b"
        property color accent: "#1f6b57"
        property color accentHover: "#195a49"
        property color accentInk: "#ffffff"
        property color accentSoft: "#e3f0eb"
        property color accentText: "#1f6b57"
        property color speaking: "#23a06b"
        property color danger: "#b23a2b"
        property color dangerSoft: "#fbeae7"
        property color hand: "#c98a0b"
        property color handText: "#7d5500"
        property color handBackground: "#fbefd3"
        property color focus: "#1f6b57"
        property color scrim: "#e6f6f3ee"
        property color shadow: "#063b2f1e"
        property color track: "#dcd5c8"
        property color knob: "#ffffff"
        property color avatarInk: "#ffffff"
    }
    property QtObject night: QtObject {
        property color background: "#161412"
        property color surface: "#211e1b"
        property color sunken: "#2b2723"
        property color line: "#3a342e"
        property color text: "#f2ede7"
        property color muted: "#aba197"
        property color accent: "#6fc7a8"
        property color accentHover: "#82d3b6"
        property color accentInk: "#10241d"
        property color accentSoft: "#1d2f29"
        property color accentText: "#6fc7a8"
        property color speaking: "#4fd596"
        property color danger: "#f07f6c"
        property color dangerSoft: "#3a221e"
        property color hand: "#f0b840"
        property color handText: "#f0b840"
        property color handBackground: "#3a2f17"
        property color focus: "#6fc7a8"
        property color scrim: "#e0161412"
        property color shadow: "#24000000"
        property color track: "#4a433b"
        property color knob: "#f2ede7"
        property color avatarInk: "#ffffff"
    }
    property QtObject contrastLight: QtObject {
        property color background: "#ffffff"
        property color surface: "#ffffff"
        property color sunken: "#f0f0f0"
        property color line: "#000000"
        property color text: "#000000"
        property color muted: "#262626"
        property color accent: "#00402f"
        property color accentHover: "#002e22"
        property color accentInk: "#ffffff"
        property color accentSoft: "#e4f2ec"
        property color accentText: "#00402f"
        property color speaking: "#006b3f"
        property color danger: "#8c1004"
        property color dangerSoft: "#fdeceb"
        property color hand: "#6b4800"
        property color handText: "#4d3300"
        property color handBackground: "#fff3d6"
        property color focus: "#0033cc"
        property color scrim: "#b3000000"
        property color shadow: "#00000000"
        property color track: "#5a5a5a"
        property color knob: "#ffffff"
        property color avatarInk: "#ffffff"
    }
    property QtObject contrastDark: QtObject {
        property color background: "#000000"
        property color surface: "#000000"
        property color sunken: "#1a1a1a"
        property color line: "#ffffff"
        property color text: "#ffffff"
        property color muted: "#e0e0e0"
        property color accent: "#8ff0cc"
        property color accentHover: "#b4f7df"
        property color accentInk: "#000000"
        property color accentSoft: "#0f2b22"
        property color accentText: "#8ff0cc"
        property color speaking: "#6dffb4"
        property color danger: "#ff9d8c"
        property color dangerSoft: "#33100a"
        property color hand: "#ffd15c"
        property color handText: "#ffd15c"
        property color handBackground: "#332600"
        property color focus: "#ffff00"
        property color scrim: "#d9000000"
        property color shadow: "#00000000"
        property color track: "#8a8a8a"
        property color knob: "#ffffff"
        property color avatarInk: "#ffffff"
    }
}
