// SPDX-License-Identifier: Apache-2.0
// The room's reactions as the server counts them, and how many of each came in the last few seconds. The first count after
// coming in is what was there before; one that starts over (a new live session) is not news. Pure: time is handed in.
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <string_view>

#include "core/base/time.h"
#include "core/room/room_state.h"

namespace parlour::room {

class ReactionWindow {
  public:
    static constexpr base::Duration kRecent = std::chrono::seconds(5);
    /// The server tells newcomers at once what there was; what comes later than this is news.
    static constexpr base::Duration kFirstCount = std::chrono::seconds(3);

    using Counts = std::array<ReactionCount, api::kReactionCount>;
    using Totals = std::array<std::uint64_t, api::kReactionCount>;

    /// What the server says (kTopicReactions), a JSON object; unknown and foreign members count as none. Nothing when it is no object.
    static std::optional<Totals> read(std::string_view json);

    /// Coming in: what was known is not.
    void begin(base::TimePoint now);
    void told(const Totals& totals, base::TimePoint now);
    /// What there is so far, as the history says it: no news before anything was told. An answer older than what is known changes
    /// nothing.
    void soFar(const Totals& totals, base::TimePoint now);
    /// What is older than kRecent no longer rises.
    void expire(base::TimePoint now);
    /// When expire() has something to do; kNever = nothing.
    base::TimePoint nextDue() const;
    const Counts& counts() const { return m_counts; }

  private:
    struct News {
        base::TimePoint at;
        std::array<std::uint32_t, api::kReactionCount> more;
    };
    Counts m_counts{};
    std::deque<News> m_news;
    base::TimePoint m_began{};
    bool m_known = false;
};

}  // namespace parlour::room
