// SPDX-License-Identifier: Apache-2.0
// Commands on standard input, one a line. Pure: a line and what is known of the room give an order or a refusal.
// WHO is a name as people see it, or # and an identity or the start of one; a name that fits several people is refused
// with the candidates. A word after `remove` or `ban` that starts with -- is an option unless somebody is called so.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/room/room_session.h"

namespace parlour::ctl {

/// The person's own mute switch.
struct MicrophoneOrder {
    bool open = false;
};
struct SayOrder {
    std::string text;
};
/// One reaction, by its place in api::kReactions.
struct ReactOrder {
    std::size_t reaction = 0;
};
/// A chat message: taken away, or said again after it was refused.
struct MessageOrder {
    std::string id;
    bool again = false;
};
/// What is not given stays; an empty link takes the pinned one away.
struct ChatRulesOrder {
    std::optional<int> slowS;
    std::optional<std::string> pinned;
};
/// A new invitation to this room.
struct InvitationOrder {
    api::Role role = api::Role::listener;
    std::optional<int> uses;
    std::optional<std::chrono::seconds> expires;
};
/// A request of the house about this room; its answer becomes an event.
struct RequestOrder {
    std::string word;    ///< of the command
    std::string what;    ///< "questions/3"
    std::string body;    ///< JSON; empty = a GET
    std::string event;   ///< "question"
};
/// How loud somebody is for us.
struct VolumeOrder {
    base::Identity who;
    int percent = 100;
};
/// Send music (two channels, no processing) or speech.
struct MusicOrder {
    bool on = false;
};
/// Where voices come from: 0 = off, 1 = headphones, 2 = loudspeakers.
struct SeatsOrder {
    int seats = 0;
};
/// Nobody is heard.
struct DeafenOrder {
    bool on = false;
};
struct LeaveOrder {};
/// An empty line.
struct NoOrder {};

using Order = std::variant<NoOrder, room::Command, MicrophoneOrder, SayOrder, ReactOrder, MessageOrder, ChatRulesOrder,
                           InvitationOrder, RequestOrder, LeaveOrder, VolumeOrder, DeafenOrder, SeatsOrder, MusicOrder>;

/// Longest line taken; a longer one is refused, not cut.
inline constexpr std::size_t kMaxCommandBytes = 8 * 1024;

/// Errors: invalidInput "bad_command", "who_missing", "who_unknown", "who_ambiguous" (the message names the candidates).
base::Result<Order> parseOrder(std::string_view line, const room::RoomState& state);

/// The first word of a line, for the report of a refusal.
std::string commandWord(std::string_view line);

base::Result<base::Identity> resolveWho(std::string_view who, const room::RoomState& state);

}  // namespace parlour::ctl
