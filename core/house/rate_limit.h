// SPDX-License-Identifier: Apache-2.0
// A token bucket: `burst` at once, then `perSecond`. A value; time comes as argument.
#pragma once

#include <algorithm>

#include "core/base/time.h"

namespace parlour::house {

class RateLimit {
  public:
    RateLimit(double burst, double perSecond) : m_burst(burst), m_perSecond(perSecond), m_left(burst) {}

    bool take(base::TimePoint now) {
        if (m_last != base::TimePoint{}) {
            const double seconds = std::chrono::duration<double>(now - m_last).count();
            m_left = std::min(m_burst, m_left + seconds * m_perSecond);
        }
        m_last = now;
        if (m_left < 1.0) return false;
        m_left -= 1.0;
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

}  // namespace parlour::house
