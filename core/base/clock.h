// SPDX-License-Identifier: Apache-2.0
// The real Clock: std::chrono's steady and system clocks. One of the few files that may ask the system for the time.
#pragma once

#include "core/base/doors/clock.h"

namespace parlour::base {

class SystemClock final : public Clock {
  public:
    TimePoint now() const override;
    WallTime wallNow() const override;
};

}  // namespace parlour::base
