// SPDX-License-Identifier: Apache-2.0
// Named adapter: the only place in audio/ that waits for time to pass. A thread that runs one body at a steady pace or when that says;
// the pump, the clocked backends and the device supervisor each own one. Tests call the bodies themselves on virtual
// time.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "audio/realtime.h"
#include "core/base/doors/clock.h"
#include "core/base/thread.h"
#include "core/base/time.h"

namespace parlour::audio {

class Pacer {
  public:
    static constexpr base::Duration kSoonest{200};

    /// Starts at once. After a stall the missed turns are left out: the body catches up by itself from the clock.
    Pacer(const base::Clock& clock, std::string name, base::ThreadPriority priority, base::Duration period,
          std::function<void()> body);
    /// Each turn says when the next one is; at once is no sooner than kSoonest.
    /// `got`: what a thread that asked for real time has of it at each turn is written there; outlives this.
    Pacer(const base::Clock& clock, std::string name, base::ThreadPriority priority, std::function<base::TimePoint()> body,
          std::atomic<Realtime>* got = nullptr);
    /// Waits for the running turn, then ends the thread. Not from the body.
    ~Pacer();
    /// The turn after the one that was due at `due`, `period` later; missed ones are left out.
    static base::TimePoint following(base::TimePoint due, base::TimePoint now, base::Duration period);
    /// Runs the body now instead of at the next turn. Any thread but a device callback.
    void wake();

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace parlour::audio
