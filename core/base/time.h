// SPDX-License-Identifier: Apache-2.0
// Two kinds of time that never mix: a monotonic one for every timer, a wall clock for tokens, expiry and what people read.
#pragma once

#include <chrono>
#include <cstdint>

namespace parlour::base {

using Duration = std::chrono::microseconds;
using namespace std::chrono_literals;

/// Tag of the monotonic clock; has no now(): time is handed in (Clock door).
struct Monotonic {
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<Monotonic, Duration>;
    static constexpr bool is_steady = true;
};
using TimePoint = Monotonic::time_point;

/// "Never": no timer is running.
inline constexpr TimePoint kNever = TimePoint::max();

/// Milliseconds since the Unix epoch, UTC.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

inline std::int64_t toUnixMs(WallTime t) { return t.time_since_epoch().count(); }
inline std::int64_t toUnixSeconds(WallTime t) { return t.time_since_epoch().count() / 1000; }
inline WallTime fromUnixMs(std::int64_t ms) { return WallTime(std::chrono::milliseconds(ms)); }
inline std::int64_t toMs(Duration d) { return std::chrono::duration_cast<std::chrono::milliseconds>(d).count(); }

}  // namespace parlour::base
