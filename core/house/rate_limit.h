// SPDX-License-Identifier: Apache-2.0
// How often something may happen. Values; time comes as argument.
#pragma once

#include <algorithm>
#include <array>

#include "core/base/time.h"

namespace parlour::house {

/// A token bucket: `burst` at once, then `perSecond`.
class RateLimit {
  public:
    RateLimit(double burst, double perSecond) : m_burst(burst), m_perSecond(perSecond), m_left(burst) {}

    /// False, and nothing is taken, when less than `amount` is left.
    bool take(base::TimePoint now, double amount = 1.0) {
        if (m_last != base::TimePoint{}) {
            const double seconds = std::chrono::duration<double>(now - m_last).count();
            m_left = std::min(m_burst, m_left + seconds * m_perSecond);
        }
        m_last = now;
        if (m_left < amount) return false;
        m_left -= amount;
        return true;
    }
    bool full(base::TimePoint now) const {
        return m_left + std::chrono::duration<double>(now - m_last).count() * m_perSecond >= m_burst;
    }

  private:
    double m_burst;
    double m_perSecond;
    double m_left;
    base::TimePoint m_last{};
};

/// Attempts at one claim code: at most 10 in any minute, of everybody together. A delay, never a lockout.
class ClaimTries {
  public:
    static constexpr std::size_t kPerMinute = 10;

    /// Zero: this try counts and may go on; else how long to wait, and nothing is counted.
    base::Duration take(base::TimePoint now) {
        Try& oldest = m_tries[m_next];
        if (oldest.made && now - oldest.at < std::chrono::minutes(1)) return oldest.at + std::chrono::minutes(1) - now;
        oldest = {now, true};
        m_next = (m_next + 1) % kPerMinute;
        return base::Duration::zero();
    }

  private:
    struct Try {
        base::TimePoint at{};
        bool made = false;
    };
    std::array<Try, kPerMinute> m_tries{};
    std::size_t m_next = 0;
};

}  // namespace parlour::house
