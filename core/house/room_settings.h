// SPDX-License-Identifier: Apache-2.0
// How a room is run: who may raise hands, how long one speaks, who waits in front of the door. Survives the sessions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.h"

namespace parlour::house {

/// Whose hands are taken; moderators' always are.
enum class HandPolicy { off, members, invited, everyone };  // members: of the house and followed by somebody on stage
std::string_view toString(HandPolicy policy);               ///< "off", "members", "invited", "everyone"
std::optional<HandPolicy> parseHandPolicy(std::string_view text);

struct RoomSettings {
    std::string preset = "open";   ///< the template it was made from; for display
    HandPolicy hands = HandPolicy::everyone;
    int slotSeconds = 0;           ///< of whoever is invited to the stage, 0 = no limit, up to 3600
    int turnSeconds = 0;           ///< of whoever "next" calls up; 0 = as slotSeconds
    bool slotIsSign = false;       ///< at the end of the time the clients say so and nobody is moved
    bool waitingRoom = false;      ///< listeners wait until a moderator lets them in
    bool stageOnly = false;        ///< the audience listens: no hands, no chat
    int joinsPerMinute = 0;        ///< of listeners; 0 = no limit, up to 1000
    int cap = 0;                   ///< people inside; the others wait in line; 0 = the house's limit, up to 5000
    int overflow = 0;              ///< so many in line open an overflow room; 0 = none is opened, up to 1000
    bool audienceHeld = false;     ///< listeners wait until a guest and the host are ready; nobody lets them in before
    bool listenersWait() const { return waitingRoom || audienceHeld; }
    bool operator==(const RoomSettings&) const = default;
};

/// "open", "interview", "panel", "quiet"; nothing for any other name.
std::optional<RoomSettings> roomTemplate(std::string_view name);
/// invalidInput "bad_settings" with the field's name as detail.
base::Result<void> checkSettings(const RoomSettings& settings);

}  // namespace parlour::house
