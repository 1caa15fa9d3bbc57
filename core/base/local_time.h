// SPDX-License-Identifier: Apache-2.0
// Wall-clock time as people write it, without a zone, and its ISO 8601 text. Pure; any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/base/time.h"

namespace parlour::base {

/// What a clock on the wall shows; means an instant only together with a TimeZone.
using LocalTime = std::chrono::local_seconds;
using UtcTime = std::chrono::sys_seconds;

/// Years that are understood; everything outside is a typing error.
inline constexpr int kFirstYear = 1970;
inline constexpr int kLastYear = 2199;

struct IsoTime {
    LocalTime local{};
    std::optional<std::chrono::seconds> offset;  ///< east of UTC; absent = no zone was written

    /// Only with an offset.
    UtcTime utc() const { return UtcTime(local.time_since_epoch() - offset.value_or(std::chrono::seconds(0))); }
};

/// "2026-11-24T18:00[:SS][Z|±HH[:MM]]", a space for the T, or iCalendar's basic form "20261124T180000[Z]". Fractions of a
/// second are cut. invalidInput "bad_time" with a sentence that shows the form.
Result<IsoTime> parseIsoTime(std::string_view text);
/// "2026-11-24" or "20261124".
std::optional<LocalTime> parseIsoDate(std::string_view text);

/// "2026-11-24T18:00:00"; sorts as text. Of parseIsoTime's range.
std::string formatIso(LocalTime time);
/// "2026-11-24T18:00:00Z".
std::string formatIso(UtcTime time);
/// iCalendar: "20261124T180000", and with a Z.
std::string formatBasic(LocalTime time);
std::string formatBasic(UtcTime time);

inline UtcTime toUtcTime(WallTime t) { return std::chrono::floor<std::chrono::seconds>(t); }
inline WallTime toWallTime(UtcTime t) { return WallTime(t.time_since_epoch()); }

}  // namespace parlour::base
