// SPDX-License-Identifier: Apache-2.0
// The sheets of the moderators' desk, by name.
import QtQuick

Item {
    function show(part) { (part === "bans" ? bans : part === "raid" ? raid : settings).show() }
    RoomSettingsSheet { id: settings }
    BansSheet { id: bans }
    RaidSheet { id: raid }
}
