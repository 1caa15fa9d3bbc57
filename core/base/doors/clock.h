// SPDX-License-Identifier: Apache-2.0
// Door: time. Real: base::SystemClock. Fake: tests/support/manual_clock.h.
#pragma once

#include "core/base/time.h"

namespace parlour::base {

class Clock {
  public:
    virtual ~Clock() = default;
    /// Monotonic; any thread.
    virtual TimePoint now() const = 0;
    /// UTC; may jump. Only for tokens, expiry dates, schedules and display.
    virtual WallTime wallNow() const = 0;
};

}  // namespace parlour::base
