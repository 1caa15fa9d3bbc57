// SPDX-License-Identifier: Apache-2.0
#include "core/house/schedule.h"

#include <algorithm>

#include "core/house/display_name.h"

namespace parlour::house {

using base::ErrorKind;
using base::UtcTime;
using std::chrono::minutes;

namespace {

constexpr auto kPast = std::chrono::hours(1);
constexpr auto kEndGrace = minutes(1);
const UtcTime kForever{std::chrono::sys_days(std::chrono::year(base::kLastYear + 1) / 1 / 1)};

}  // namespace

std::string_view toString(EventState state) {
    switch (state) {
        case EventState::scheduled: return "scheduled";
        case EventState::live: return "live";
        case EventState::done: return "done";
        case EventState::cancelled: return "cancelled";
    }
    return {};
}

base::Result<PlannedTime> plan(std::string_view iso, const base::TimeZone& zone, const std::optional<Recurrence>& every) {
    auto parsed = base::parseIsoTime(iso);
    if (!parsed) return base::Unexpected(std::move(parsed).error());
    base::LocalTime wall = parsed->offset ? zone.toLocal(parsed->utc()) : parsed->local;
    if (every) {
        const auto first = Repeats(*every, wall, zone).next();
        if (!first)
            return base::fail(ErrorKind::invalidInput, "bad_rule", "This rule names no day at all.", "End it after the start, or leave the end out.");
        wall = *first;
    }
    PlannedTime out;
    const auto resolved = zone.toUtc(wall);
    out.gap = resolved.kind == base::TimeZone::Kind::gap;
    // An instant in the hour that comes twice stays the one that was written.
    out.time.at = parsed->offset && !every ? parsed->utc() : resolved.at;
    out.time.wall = every ? wall : zone.toLocal(out.time.at);
    return out;
}

std::vector<UtcTime> occurrences(const Event& event, const base::TimeZone& zone, UtcTime from, UtcTime to, std::size_t max) {
    std::vector<UtcTime> out;
    const auto takes = [&](UtcTime at) {
        if (at < to && at + minutes(event.minutes) > from) out.push_back(at);
        return at < to && out.size() < max;
    };
    if (max == 0) return out;
    if (!event.every) {
        takes(event.start.at);
        return out;
    }
    Repeats repeats(*event.every, event.start.wall, zone);
    while (const auto wall = repeats.next())
        if (!takes(zone.toUtc(*wall).at)) break;
    return out;
}

UtcTime currentStart(const Event& event, const base::TimeZone& zone, UtcTime now) {
    const auto next = occurrences(event, zone, now, kForever, 1);
    if (!next.empty()) return next.front();
    UtcTime last = event.start.at;
    if (!event.every) return last;
    Repeats repeats(*event.every, event.start.wall, zone);
    while (const auto wall = repeats.next()) last = zone.toUtc(*wall).at;
    return last;
}

EventState stateOf(const Event& event, const base::TimeZone& zone, UtcTime now, bool roomLive) {
    if (event.cancelled) return EventState::cancelled;
    if (roomLive) return EventState::live;
    const auto start = currentStart(event, zone, now);
    const auto late = event.lateFor == start ? minutes(event.lateMinutes) : minutes(0);
    return start + late + minutes(event.minutes) + kEndGrace < now ? EventState::done : EventState::scheduled;
}

bool zoneChanged(const Event& event, const base::TimeZone& zone) {
    return event.every ? zone.toUtc(event.start.wall).at != event.start.at : zone.toLocal(event.start.at) != event.start.wall;
}

base::Result<void> checkMinutes(int length) {
    if (length >= 1 && length <= kMaxEventMinutes) return {};
    return base::fail(ErrorKind::invalidInput, "bad_length", "A talk lasts from one minute to 24 hours.", "Give its length in minutes.");
}

base::Result<std::string> checkColour(std::string_view colour) {
    std::string out(colour);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) { return static_cast<char>(c >= 'A' && c <= 'F' ? c + 32 : c); });
    const bool good = out.empty() || (out.size() == 7 && out[0] == '#' && out.find_first_not_of("0123456789abcdef", 1) == std::string::npos);
    if (good) return out;
    return base::fail(ErrorKind::invalidInput, "bad_colour", "This is no colour.", "Write it like #3d5afe.");
}

base::Result<std::string> cleanDetails(std::string_view text) {
    const auto tooLong = base::fail(ErrorKind::invalidInput, "bad_details", "The details are too long.",
                                    "Use at most 4000 characters on 100 lines.");
    if (text.size() > kMaxDetailCharacters * 4 || countCharacters(text) > kMaxDetailCharacters) return tooLong;
    std::string out;
    std::size_t lines = 0;
    while (true) {
        const auto end = text.find('\n');
        const auto line = cleanText(text.substr(0, end), kMaxDetailCharacters, kMaxDetailCharacters * 4);
        if (!line.empty() || !out.empty()) {
            out += line + "\n";
            ++lines;
        }
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    while (!out.empty() && out.back() == '\n') {
        out.pop_back();
        if (!out.empty() && out.back() == '\n') --lines;
    }
    if (lines > kMaxDetailLines) return tooLong;
    return out;
}

base::Result<void> mayChange(const Event& event, const base::TimeZone& zone, UtcTime now) {
    if (event.cancelled)
        return base::fail(ErrorKind::conflict, "event_cancelled", "This talk was cancelled.", "Make a new one.");
    if (stateOf(event, zone, now, false) == EventState::done)
        return base::fail(ErrorKind::conflict, "event_over", "This talk is over.", "Make a new one.");
    return {};
}

base::Result<void> move(Event& event, const PlannedTime& to, const base::TimeZone& zone, UtcTime now) {
    if (auto may = mayChange(event, zone, now); !may) return may;
    if (to.time.at < now - kPast)
        return base::fail(ErrorKind::invalidInput, "in_the_past", "This time is over.", "Choose one that is still to come.");
    event.start = to.time;
    event.zone = zone.name();
    event.dates.clear();
    event.lateMinutes = 0;
    event.lateFor = {};
    ++event.sequence;
    return {};
}

base::Result<void> cancel(Event& event, const base::TimeZone& zone, UtcTime now) {
    if (auto may = mayChange(event, zone, now); !may) return may;
    event.cancelled = true;
    event.dates.clear();
    ++event.sequence;
    return {};
}

base::Result<void> announceLate(Event& event, int late, const base::TimeZone& zone, UtcTime now) {
    if (auto may = mayChange(event, zone, now); !may) return may;
    if (late < 0 || late > kMaxLateMinutes)
        return base::fail(ErrorKind::invalidInput, "bad_late", "A talk is late by at most three hours.", "Move it instead.");
    event.lateMinutes = late;
    event.lateFor = currentStart(event, zone, now);
    ++event.sequence;
    return {};
}

}  // namespace parlour::house
