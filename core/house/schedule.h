// SPDX-License-Identifier: Apache-2.0
// A talk in the calendar: when it is, what may be changed about it, and what a change means for the calendars of people. Values
// and rules; pure. A single talk is an instant (UTC) that nothing but a person moves; a repeated one is a time on the wall of its
// zone, so it stays at 18:00 when the clocks change, and when a government changes how they do.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time_zone.h"
#include "core/house/recurrence.h"

namespace parlour::house {

inline constexpr int kMaxEventMinutes = 24 * 60;
inline constexpr int kUsualEventMinutes = 60;
inline constexpr int kMaxLateMinutes = 180;
inline constexpr std::size_t kMaxDetailCharacters = 4000;
inline constexpr std::size_t kMaxDetailLines = 100;
inline constexpr std::size_t kMaxDateOptions = 10;
inline constexpr std::size_t kMaxCohosts = 5;

/// scheduled -> live while people are in its room -> scheduled (it comes again) or done. cancelled stays.
enum class EventState { scheduled, live, done, cancelled };
std::string_view toString(EventState state);

/// A start both ways. For a single talk `at` rules, for a repeated one `wall`; the other is how it was when it was written down.
struct EventTime {
    base::UtcTime at{};
    base::LocalTime wall{};
    bool operator==(const EventTime&) const = default;
};

struct Event {
    std::string id;
    std::string uid;                        ///< of calendar files; never changes
    std::string title;
    std::string details;                    ///< lines
    base::Identity host;                    ///< empty = the administrator
    std::vector<base::Identity> cohosts;    ///< moderate its room and may change it, too
    std::string zone;                       ///< the host's
    EventTime start;                        ///< the first one
    int minutes = kUsualEventMinutes;
    std::optional<Recurrence> every;
    std::string colour;                     ///< "#rrggbb"; empty = none
    base::RoomId room;
    int sequence = 0;                       ///< raised by everything a calendar should notice
    bool cancelled = false;
    int lateMinutes = 0;                    ///< of the one that begins at lateFor
    base::UtcTime lateFor{};
    std::vector<base::UtcTime> dates;       ///< an open poll: the start is the first of them until the host moves it to one
    base::WallTime created{};
    base::WallTime changed{};
};

/// What a person wrote as a time: with an offset an instant, without one the clock of the zone. The first time that the rule
/// names at or after it. A time that the clock jumps over is as much later as the gap is long; then `gap` is set.
struct PlannedTime {
    EventTime time;
    bool gap = false;
};
base::Result<PlannedTime> plan(std::string_view iso, const base::TimeZone& zone, const std::optional<Recurrence>& every);

/// Beginnings, each with an end after `from`, before `to`; in order, at most `max`. An instant of a cancelled event counts too.
std::vector<base::UtcTime> occurrences(const Event& event, const base::TimeZone& zone, base::UtcTime from, base::UtcTime to,
                                       std::size_t max);
/// The one that runs at `now` or comes next; otherwise the last one.
base::UtcTime currentStart(const Event& event, const base::TimeZone& zone, base::UtcTime now);
/// `roomLive`: people are talking in its room. What was to begin is done a minute after its end, with the delay.
EventState stateOf(const Event& event, const base::TimeZone& zone, base::UtcTime now, bool roomLive);
/// The clock of the zone no longer shows what it showed when the event was written down: its rules were changed.
bool zoneChanged(const Event& event, const base::TimeZone& zone);

/// 1 to kMaxEventMinutes; invalidInput "bad_length".
base::Result<void> checkMinutes(int minutes);
/// "#rrggbb" in lower case, or empty; invalidInput "bad_colour".
base::Result<std::string> checkColour(std::string_view colour);
/// Lines of clean text. invalidInput "bad_details" over kMaxDetailCharacters or kMaxDetailLines.
base::Result<std::string> cleanDetails(std::string_view text);

// Changes. Each raises the sequence; conflict "event_cancelled" or "event_over" where nothing can be changed any more.
base::Result<void> mayChange(const Event& event, const base::TimeZone& zone, base::UtcTime now);
/// Also closes a poll; what was said about being late is forgotten. invalidInput "in_the_past" for a start more than an hour ago.
base::Result<void> move(Event& event, const PlannedTime& to, const base::TimeZone& zone, base::UtcTime now);
base::Result<void> cancel(Event& event, const base::TimeZone& zone, base::UtcTime now);
/// 0 = on time after all. Counts for the current one. invalidInput "bad_late".
base::Result<void> announceLate(Event& event, int minutes, const base::TimeZone& zone, base::UtcTime now);

}  // namespace parlour::house
