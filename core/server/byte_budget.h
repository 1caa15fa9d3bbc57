// SPDX-License-Identifier: Apache-2.0
// So many bytes a second, and so many at once: a token bucket. Pure.
#pragma once

#include <algorithm>
#include <chrono>

#include "core/base/time.h"

namespace parlour::server {

class ByteBudget {
  public:
    ByteBudget(double burst, double perSecond) : m_burst(burst), m_perSecond(perSecond), m_left(burst) {}

    /// False, and nothing is taken, when less is left. `now` does not go backwards.
    bool take(double bytes, base::TimePoint now) {
        m_left = std::min(m_burst, m_left + std::chrono::duration<double>(now - m_at).count() * m_perSecond);
        m_at = now;
        if (m_left < bytes) return false;
        m_left -= bytes;
        return true;
    }

  private:
    double m_burst;
    double m_perSecond;
    double m_left;
    base::TimePoint m_at{};
};

}  // namespace parlour::server
