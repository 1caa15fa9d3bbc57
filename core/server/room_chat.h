// SPDX-License-Identifier: Apache-2.0
// The chat of one room on the house thread: its rules, who wrote when, what waits for the next commit. Messages that come
// while one commit runs share the next.
#pragma once

#include <map>
#include <vector>

#include "core/house/rate_limit.h"
#include "core/house/store/chat_store.h"
#include "core/server/house_service.h"

namespace parlour::server {

struct RoomChat {
    static constexpr double kBurst = 5, kPerSecond = 1;   // of one person

    base::RoomSid session;          ///< the live session all this belongs to
    house::ChatRules rules;
    std::uint64_t last = 0;         ///< highest number of the room, of all sessions
    struct Author {
        house::RateLimit limit{kBurst, kPerSecond};
        base::TimePoint wrote = base::TimePoint::min();
    };
    std::map<base::Identity, Author> authors;

    struct Waiting {
        ChatPost post;
        house::ChatRow row;
        HouseService::Answer<std::uint64_t> answer;
    };
    std::vector<Waiting> waiting;
    bool flushPosted = false;
};

/// Plain text of a message: each line cleaned, empty ends cut, at most api::kMaxChatLines and kMaxChatBytes. Pure.
std::string cleanChat(std::string_view text);

}  // namespace parlour::server
