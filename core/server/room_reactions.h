// SPDX-License-Identifier: Apache-2.0
// The reactions of one live session as a server counts them: who may give one, how fast, what everybody is told. The one place
// of these rules, for the built-in engine (media thread, over the data channel) and for a house whose sound is LiveKit's (house
// thread, by the house API) alike. That the person is in the room the caller has seen. A value; times are handed in.
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>

#include "core/api/chat_write.h"
#include "core/base/byte_io.h"
#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/house/rate_limit.h"
#include "core/server/media_engine.h"

namespace parlour::server {

class RoomReactions {
  public:
    static constexpr double kBurst = 5, kPerSecond = 2;       ///< of one person, whatever the number of connections
    static constexpr std::size_t kRoomPerSecond = 200;        ///< of all together, in any second
    static constexpr base::Duration kNews = std::chrono::milliseconds(250);   ///< totals are told so often at most
    static constexpr std::size_t kWatched = 1024;             ///< whose pace is remembered, before those at rest are forgotten
    static_assert(api::kMaxReactionsAtOnce == static_cast<std::uint64_t>(kBurst));

    enum class Taken {
        counted,
        noRight,    ///< may not send data here
        tooFast,    ///< the person
        crowded,    ///< the room as a whole; nobody is told so
    };
    /// One reaction, api::kReactions[which]; `which` below api::kReactionCount.
    Taken take(const base::Identity& who, const MediaRights& rights, std::size_t which, base::TimePoint now);

    const api::ReactionCounts& totals() const { return m_totals; }
    std::uint64_t count() const { return m_count; }           ///< of all kinds; what grows is to be told
    std::size_t watched() const { return m_people.size(); }
    /// What everybody is told: a data packet of the server's own with all totals (signal::kTopicReactions).
    base::Bytes packet() const;

  private:
    api::ReactionCounts m_totals;
    std::uint64_t m_count = 0;
    std::deque<base::TimePoint> m_lastSecond;                 // at most kRoomPerSecond
    std::unordered_map<base::Identity, house::RateLimit> m_people;
};

}  // namespace parlour::server
