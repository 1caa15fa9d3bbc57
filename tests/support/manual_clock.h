// SPDX-License-Identifier: Apache-2.0
// Virtual time: stands still until a test moves it.
#pragma once

#include <atomic>

#include "core/base/doors/clock.h"

namespace parlour::tests {

class ManualClock final : public base::Clock {
  public:
    base::TimePoint now() const override { return base::TimePoint(base::Duration(m_now.load())); }
    base::WallTime wallNow() const override { return base::fromUnixMs(m_wallStart + m_now.load() / 1000 + m_wallShift); }
    void advance(base::Duration d) { m_now += d.count(); }
    void set(base::TimePoint t) { m_now = t.time_since_epoch().count(); }
    /// Moves only the wall clock, as an administrator would.
    void jumpWall(std::chrono::milliseconds d) { m_wallShift += d.count(); }

  private:
    std::atomic<std::int64_t> m_now{1'000'000};
    std::int64_t m_wallStart = 1'795'000'000'000;
    std::atomic<std::int64_t> m_wallShift{0};
};

}  // namespace parlour::tests
