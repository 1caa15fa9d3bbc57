// SPDX-License-Identifier: Apache-2.0
// The chat of a room: plain text, kept by the house for the live session. Messages are sent over the data channel (stock
// LiveKit clients do the same); what the house refuses reaches nobody. Plain values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"

namespace parlour::api {

inline constexpr std::size_t kMaxChatBytes = 4 * 1024;
inline constexpr std::size_t kMaxChatLines = 40;       ///< lines of one message
inline constexpr std::size_t kMaxChatId = 64;
inline constexpr std::uint64_t kChatKept = 2000;       ///< messages of a room
inline constexpr int kMaxChatPage = 200;
inline constexpr int kMaxSlowSeconds = 3600;
inline constexpr std::size_t kMaxPinnedBytes = 512;

struct ChatLine {
    std::uint64_t n = 0;            ///< grows; per room
    std::string id;                 ///< as sent over the data channel
    base::Identity author;
    std::string name;
    std::int64_t atMs = 0;
    std::string text;               ///< empty when deleted
    bool deleted = false;
};
/// The six reactions, in the order they are shown.
inline constexpr const char* kReactions[] = {"clap", "heart", "laugh", "wow", "agree", "thanks"};
inline constexpr std::size_t kReactionCount = 6;
/// How many of each. In JSON an object of its words, {"clap":12,"heart":1}; what is not there is 0.
struct ReactionCounts {
    std::array<std::uint64_t, kReactionCount> of{};
};

struct ChatRules {
    int slowS = 0;                  ///< seconds between two messages of a person without power; 0 = off
    std::string pinned;             ///< https link or empty
    base::Identity pinnedBy;
};
// GET rooms/{room}/chat?after=N&limit=L -> ChatPage: oldest first; before=N: those before it; neither: the last ones. For those
// in the room.
struct ChatPage {
    std::vector<ChatLine> lines;
    bool more = false;              ///< there are later ones; with `before` and with neither, earlier ones
    ChatRules rules;
    std::optional<ReactionCounts> reactions{};   ///< so far, where the house counts them; else the data channel tells
};
// POST rooms/{room}/chat/{id}/delete: moderators, and authors their own. The words go for everybody, the place stays.
// POST rooms/{room}/chat/rules (ChatRulesWish -> ChatRules): moderators.
struct ChatRulesWish {
    std::optional<int> slowS;
    std::optional<std::string> pinned;   ///< "" takes the pinned link away
};

/// What the house answers to the sender of a message, as the payload of topic kTopicChatAnswer: its number or why not.
struct ChatAnswer {
    std::string id;
    std::uint64_t n = 0;            ///< 0 = refused
    std::string code;
    std::string message;
    std::string advice;
};

}  // namespace parlour::api
