// SPDX-License-Identifier: Apache-2.0
// When the people of a room may be told the next news of the roster: at most four times in any second. One of the four is for
// the first news of the stage from a person; the crowd, and whoever is in the news again, take the other three. So a mute is
// told at once however many hands go up, and nobody who flips on and off holds up the others. A value; times are handed in.
#pragma once

#include <algorithm>
#include <deque>

#include "core/base/ids.h"
#include "core/base/time.h"

namespace parlour::server {

class NewsPace {
  public:
    static constexpr std::size_t kMost = 4;                                     ///< in kWindow
    static constexpr base::Duration kWindow = std::chrono::seconds(1);
    static constexpr base::Duration kCrowdGap = std::chrono::milliseconds(400);  ///< after any news

    /// `now` or later.
    base::TimePoint due(bool stage, const base::Identity& who, base::TimePoint now) {
        while (!m_told.empty() && m_told.front().at + kWindow <= now) m_told.pop_front();
        const auto before = std::count_if(m_told.begin(), m_told.end(), [&](const Told& told) { return told.by == who; });
        if (stage && before == 0) return free(kMost, now);
        const auto at = free(kMost - 1, now);
        if ((stage && before == 1) || m_told.empty()) return at;
        return std::max(at, m_told.back().at + kCrowdGap);
    }
    /// `by`: whose change of the stage did not wait; empty = anything else.
    void told(const base::Identity& by, base::TimePoint now) { m_told.push_back({now, by}); }

  private:
    /// When fewer than `most` of the last second are left.
    base::TimePoint free(std::size_t most, base::TimePoint now) const {
        return m_told.size() < most ? now : std::max(now, m_told[m_told.size() - most].at + kWindow);
    }
    struct Told {
        base::TimePoint at;
        base::Identity by;
    };
    std::deque<Told> m_told;   // of the last second, oldest first
};

}  // namespace parlour::server
