// SPDX-License-Identifier: Apache-2.0
// Chat and reactions through the house API: where the data channel is another server's (a house on LiveKit). Plain values.
#pragma once

#include <string>

#include "core/api/chat_types.h"

namespace parlour::api {

// POST rooms/{room}/chat : ChatWish -> ChatAnswer, with its number. For those in the room; refusals as over the data channel.
struct ChatWish {
    std::string id;     ///< chosen by the writer; the same one sent again is not written twice
    std::string text;
};

// POST rooms/{room}/reactions : ReactionsWish -> ReactionsAnswer. For those in the room. Everybody is told the totals as over the
// data channel (topic parlour.reactions). Refusals: "bad_field" (none, or more than kMaxReactionsAtOnce), "not_in_room",
// "reacting_too_fast" (none of them was counted), "reactions_by_data" (where the data channel is the house's they go there).
inline constexpr std::uint64_t kMaxReactionsAtOnce = 5;
struct ReactionsWish {
    ReactionCounts reactions;
};
struct ReactionsAnswer {
    int counted = 0;    ///< fewer than were sent: the person was too fast, or the whole room is
};

/// Topics of data that the house sends to everybody through LiveKit. The room goes on under another name there: come with a new token.
inline constexpr const char* kTopicMoved = "parlour.moved";
/// Nothing; whether it gets through says whether the room is alive.
inline constexpr const char* kTopicProbe = "parlour.probe";

/// Room metadata: "house" where chat is written and reactions are given by the API only.
inline constexpr const char* kMetaChat = "chat";
inline constexpr const char* kChatByHouse = "house";

}  // namespace parlour::api
