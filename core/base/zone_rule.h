// SPDX-License-Identifier: Apache-2.0
// The rule by which a zone goes on for ever: the TZ string of POSIX with the extensions of RFC 8536 section 3.3, as it
// stands in the footer of a TZif file ("CET-1CEST,M3.5.0,M10.5.0/3"). Pure; any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/local_time.h"

namespace parlour::base {

/// A day of every year and a time on it.
struct YearlyTime {
    enum class Form {
        weekday,    ///< Mm.w.d: the w-th (5 = last) weekday d (0 = Sunday) of month m
        julian,     ///< Jn: day 1 to 365, 29 February is never counted
        zeroBased,  ///< n: day 0 to 365, 29 February is counted
    };
    Form form = Form::weekday;
    int month = 1, week = 1, weekday = 0;
    int day = 0;
    std::chrono::seconds time = std::chrono::hours(2);  ///< from midnight, -167 h to 167 h

    LocalTime in(int year) const;
    bool operator==(const YearlyTime&) const = default;
};

/// One half of the year. Not inside ZoneRule: an optional of a class that is not complete yet cannot be filled in place.
struct ZoneHalf {
    std::string name;               ///< "CET"
    std::chrono::seconds offset{};  ///< east of UTC
};

struct ZoneRule {
    using Half = ZoneHalf;
    Half standard;
    std::optional<Half> summer;      ///< none: the same all year
    YearlyTime summerBegins, summerEnds;

    /// At most 128 characters; nullopt when it is none.
    static std::optional<ZoneRule> parse(std::string_view text);
    UtcTime beginsIn(int year) const { return UtcTime((summerBegins.in(year) - standard.offset).time_since_epoch()); }
    UtcTime endsIn(int year) const { return UtcTime((summerEnds.in(year) - summer->offset).time_since_epoch()); }
};

}  // namespace parlour::base
