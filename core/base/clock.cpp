// SPDX-License-Identifier: Apache-2.0
#include "core/base/clock.h"

namespace parlour::base {

TimePoint SystemClock::now() const {
    return TimePoint(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

WallTime SystemClock::wallNow() const {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace parlour::base
