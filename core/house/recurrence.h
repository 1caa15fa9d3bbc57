// SPDX-License-Identifier: Apache-2.0
// When something comes again: the part of iCalendar's RRULE (RFC 5545 section 3.3.10) that people use for talks. Everything is
// wall-clock time; the zone comes in later (schedule.h), so a rule does not care about summer time. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time_zone.h"

namespace parlour::house {

inline constexpr int kMaxInterval = 99;
inline constexpr int kMaxCount = 1000;

/// "TU" or, monthly, "2TU" (the second) and "-1TU" (the last).
struct RuleDay {
    std::chrono::weekday day{};
    int nth = 0;  ///< 1 to 5 or -1 to -5; 0 = every
    bool operator==(const RuleDay&) const = default;
};

struct Recurrence {
    enum class Every { day, week, month };
    struct Until {
        base::LocalTime time{};
        bool utc = false;  ///< written with a Z: an instant, not a wall-clock time
        bool operator==(const Until&) const = default;
    };
    Every every = Every::week;
    int interval = 1;
    std::optional<int> count;     ///< 1 to kMaxCount; never together with until
    std::optional<Until> until;   ///< inclusive
    std::vector<RuleDay> days;    ///< weekly: days of the week; monthly: days with nth. Empty: the day of the start
    std::chrono::weekday weekStart = std::chrono::Monday;

    bool endless() const { return !count && !until; }
    bool operator==(const Recurrence&) const = default;
};

/// "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=10", with or without "RRULE:" before it; at most 256 bytes. invalidInput
/// "bad_rule" with a sentence that names what is not understood.
base::Result<Recurrence> parseRecurrence(std::string_view text);
/// The same for each equal rule; parses back to it.
std::string toString(const Recurrence& rule);
/// For a calendar file: UNTIL as an instant, which RFC 5545 demands where times have a zone.
std::string toCalendarText(const Recurrence& rule, const base::TimeZone& zone);

/// The times of a rule one after the other, from its start on. The first is the first day at or after `start` that the rule
/// names: a start on another day of the week does not count as one. Ends by itself at COUNT, UNTIL or the year 2199.
class Repeats {
  public:
    Repeats(const Recurrence& rule, base::LocalTime start, const base::TimeZone& zone);
    std::optional<base::LocalTime> next();

  private:
    void fill();

    const Recurrence& m_rule;
    const base::TimeZone& m_zone;
    base::LocalTime m_start;
    std::chrono::local_days m_period;          ///< first day of the period that fill() takes next
    std::vector<base::LocalTime> m_ready;      ///< of one period, in order
    std::size_t m_at = 0;
    int m_given = 0;
    bool m_over = false;
};

}  // namespace parlour::house
