// SPDX-License-Identifier: Apache-2.0
#include "core/house/room_settings.h"

#include <array>
#include <utility>

namespace parlour::house {

namespace {
constexpr std::array<std::pair<HandPolicy, std::string_view>, 4> kPolicies{{{HandPolicy::off, "off"},
                                                                           {HandPolicy::members, "members"},
                                                                           {HandPolicy::invited, "invited"},
                                                                           {HandPolicy::everyone, "everyone"}}};
}  // namespace

std::string_view toString(HandPolicy policy) {
    for (const auto& [value, text] : kPolicies)
        if (value == policy) return text;
    return {};
}

std::optional<HandPolicy> parseHandPolicy(std::string_view text) {
    for (const auto& [value, name] : kPolicies)
        if (name == text) return value;
    return std::nullopt;
}

std::optional<RoomSettings> roomTemplate(std::string_view name) {
    RoomSettings settings;
    settings.preset = std::string(name);
    if (name == "open") return settings;
    if (name == "interview") {  // questions come one by one, each with two minutes
        settings.turnSeconds = 120;
        return settings;
    }
    if (name == "panel") {  // those who were asked to come talk; the room hears them out by turns
        settings.hands = HandPolicy::invited;
        settings.slotSeconds = 300;
        settings.slotIsSign = true;
        return settings;
    }
    if (name == "quiet") {
        settings.hands = HandPolicy::off;
        settings.stageOnly = true;
        return settings;
    }
    return std::nullopt;
}

base::Result<void> checkSettings(const RoomSettings& s) {
    const auto bad = [](const char* field, const char* advice) {
        return base::fail(base::ErrorKind::invalidInput, "bad_settings", "A setting of the room is not possible.", advice, field);
    };
    const auto outside = [](int value, int most) { return value < 0 || value > most; };
    if (!roomTemplate(s.preset)) return bad("preset", "The templates are open, interview, panel and quiet.");
    if (outside(s.slotSeconds, 3600)) return bad("slot_seconds", "Give 0 to 3600 seconds.");
    if (outside(s.turnSeconds, 3600)) return bad("turn_seconds", "Give 0 to 3600 seconds.");
    if (outside(s.joinsPerMinute, 1000)) return bad("joins_per_minute", "Give 0 to 1000 arrivals a minute.");
    if (outside(s.cap, 5000)) return bad("cap", "Give 0 to 5000 people.");
    if (outside(s.overflow, 1000)) return bad("overflow", "Give 0 to 1000 people in line; 0 opens no overflow room.");
    return {};
}

}  // namespace parlour::house
