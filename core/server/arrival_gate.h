// SPDX-License-Identifier: Apache-2.0
// The front door under a burst: only a few arrivals are with the house at a time, so that commands of those inside never
// stand behind a thousand of them; some more wait here, and who would wait too long is told when to come again. The pace is
// measured, not configured. Commands, resumes and everything of a talk that runs go past it. Thread: net.
#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "core/base/doors/clock.h"
#include "core/base/error.h"

namespace parlour::server {

struct ArrivalStats {
    std::uint64_t passed = 0;
    std::uint64_t delayed = 0;   ///< waited here first
    std::uint64_t refused = 0;   ///< told to come again
};

class ArrivalGate {
  public:
    /// Called exactly once, on the net thread, when the arrival is dealt with.
    using Finished = std::function<void()>;
    using Work = std::function<void(Finished)>;

    static constexpr std::size_t kWithHouse = 3;                              ///< at a time
    static constexpr base::Duration kLongestWait = std::chrono::seconds(2);   ///< here; beyond it: come again
    static constexpr double kFirstPace = 100;                                 ///< a second, before anything was measured
    static constexpr std::size_t kSample = 16;                                ///< arrivals in a row that make a measurement

    explicit ArrivalGate(const base::Clock& clock);
    ~ArrivalGate();

    /// Now or soon; or never, and "arriving" (unavailable) with the seconds to wait as detail.
    base::Result<void> enter(Work work);

    double pace() const { return m_pace; }        ///< arrivals a second while there are more than enough
    ArrivalStats stats() const { return m_stats; }

  private:
    void begin(Work work);
    void finished();

    const base::Clock& m_clock;
    std::deque<Work> m_waiting;
    std::size_t m_withHouse = 0;
    double m_pace = kFirstPace;
    std::size_t m_counted = 0;           // finished since m_since while others waited
    base::TimePoint m_since{};
    std::uint64_t m_promised = 0;        // sent away and not back yet: they come after those who wait
    ArrivalStats m_stats;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

/// The seconds of "arriving"; 0 for every other error.
int retryAfterOf(const base::Error& error);

}  // namespace parlour::server
