// SPDX-License-Identifier: Apache-2.0
#include "core/house/recurrence.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace parlour::house {

namespace {

using namespace std::chrono;
using base::ErrorKind;
using base::LocalTime;

constexpr std::size_t kMaxText = 256;
/// A monthly rule may name a fifth Friday; more empty periods in a row than this do not happen.
constexpr int kMaxEmptyPeriods = 2500;
constexpr std::array<std::string_view, 7> kDays{"SU", "MO", "TU", "WE", "TH", "FR", "SA"};

base::Unexpected<base::Error> bad(std::string why, std::string_view detail) {
    return base::fail(ErrorKind::invalidInput, "bad_rule", std::move(why),
                      "Write it like FREQ=WEEKLY;BYDAY=TU;COUNT=10 or FREQ=MONTHLY;BYDAY=2TU.", std::string(detail.substr(0, 60)));
}

std::optional<int> number(std::string_view text, int min, int max) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < min || value > max) return std::nullopt;
    return value;
}

std::optional<weekday> dayOf(std::string_view text) {
    const auto it = std::find(kDays.begin(), kDays.end(), text);
    if (it == kDays.end()) return std::nullopt;
    return weekday(static_cast<unsigned>(it - kDays.begin()));
}

std::optional<RuleDay> ruleDay(std::string_view text) {
    if (text.size() < 2 || text.size() > 4) return std::nullopt;
    const auto day = dayOf(text.substr(text.size() - 2));
    if (!day) return std::nullopt;
    text.remove_suffix(2);
    if (text.empty()) return RuleDay{*day, 0};
    if (text.front() == '+') text.remove_prefix(1);
    const auto nth = number(text, -5, 5);
    if (!nth || *nth == 0) return std::nullopt;
    return RuleDay{*day, *nth};
}

std::optional<Recurrence::Until> untilOf(std::string_view text) {
    if (const auto date = base::parseIsoDate(text)) return Recurrence::Until{*date + days(1) - seconds(1), false};
    const auto time = base::parseIsoTime(text);
    if (!time || (time->offset && time->offset->count() != 0)) return std::nullopt;
    return Recurrence::Until{time->local, time->offset.has_value()};
}

std::string upper(std::string_view text) {
    std::string out(text);
    for (auto& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    return out;
}

std::string textOf(const RuleDay& day) {
    return (day.nth ? std::to_string(day.nth) : std::string()) + std::string(kDays[day.day.c_encoding()]);
}

std::string textOf(const Recurrence& rule, const std::string& until) {
    std::string out = rule.every == Recurrence::Every::day    ? "FREQ=DAILY"
                      : rule.every == Recurrence::Every::week ? "FREQ=WEEKLY"
                                                              : "FREQ=MONTHLY";
    if (rule.interval != 1) out += ";INTERVAL=" + std::to_string(rule.interval);
    if (rule.count) out += ";COUNT=" + std::to_string(*rule.count);
    if (!until.empty()) out += ";UNTIL=" + until;
    if (!rule.days.empty()) {
        out += ";BYDAY=";
        for (std::size_t i = 0; i < rule.days.size(); ++i) out += (i ? "," : "") + textOf(rule.days[i]);
    }
    if (rule.weekStart != Monday) out += ";WKST=" + std::string(kDays[rule.weekStart.c_encoding()]);
    return out;
}

/// Which days of the month starting at `first` a monthly rule names.
std::vector<local_days> monthDays(const Recurrence& rule, local_days first, unsigned dayOfStart) {
    const year_month_day ymd(first);
    const year_month month = ymd.year() / ymd.month();
    std::vector<local_days> out;
    if (rule.days.empty()) {
        const auto day = month / std::chrono::day(dayOfStart);
        if (day.ok()) out.push_back(local_days(day));  // a month without a 31st is left out (RFC 5545)
        return out;
    }
    const local_days last(month / std::chrono::last);
    for (const auto& one : rule.days) {
        std::vector<local_days> all;
        for (auto d = first + (one.day - weekday(first)); d <= last; d += days(7)) all.push_back(d);
        const auto size = static_cast<int>(all.size());
        if (one.nth == 0)
            out.insert(out.end(), all.begin(), all.end());
        else if (one.nth > 0 && one.nth <= size)
            out.push_back(all[static_cast<std::size_t>(one.nth - 1)]);
        else if (one.nth < 0 && -one.nth <= size)
            out.push_back(all[static_cast<std::size_t>(size + one.nth)]);
    }
    return out;
}

}  // namespace

base::Result<Recurrence> parseRecurrence(std::string_view given) {
    if (given.size() > kMaxText) return bad("The rule of repetition is too long.", {});
    const std::string whole = upper(given);
    std::string_view text = whole;
    if (text.starts_with("RRULE:")) text.remove_prefix(6);
    Recurrence rule;
    std::vector<std::string_view> seen;
    bool frequency = false;
    while (!text.empty()) {
        const auto end = text.find(';');
        const auto part = text.substr(0, end);
        if (end != std::string_view::npos && end + 1 == text.size()) return bad("The rule of repetition ends too early.", given);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        const auto equals = part.find('=');
        if (equals == std::string_view::npos) return bad("A part of the rule of repetition has no value.", part);
        const auto name = part.substr(0, equals), value = part.substr(equals + 1);
        if (std::find(seen.begin(), seen.end(), name) != seen.end()) return bad("The rule of repetition says one thing twice.", part);
        seen.push_back(name);
        if (name == "FREQ") {
            frequency = true;
            if (value == "DAILY")
                rule.every = Recurrence::Every::day;
            else if (value == "WEEKLY")
                rule.every = Recurrence::Every::week;
            else if (value == "MONTHLY")
                rule.every = Recurrence::Every::month;
            else
                return bad("Rooms repeat daily, weekly or monthly.", part);
        } else if (name == "INTERVAL") {
            const auto n = number(value, 1, kMaxInterval);
            if (!n) return bad("The interval is a number from 1 to 99.", part);
            rule.interval = *n;
        } else if (name == "COUNT") {
            rule.count = number(value, 1, kMaxCount);
            if (!rule.count) return bad("The count is a number from 1 to 1000.", part);
        } else if (name == "UNTIL") {
            rule.until = untilOf(value);
            if (!rule.until) return bad("The last day of the repetition cannot be understood.", part);
        } else if (name == "WKST") {
            const auto day = dayOf(value);
            if (!day) return bad("The first day of the week cannot be understood.", part);
            rule.weekStart = *day;
        } else if (name == "BYDAY") {
            std::string_view rest = value;
            while (true) {
                const auto comma = rest.find(',');
                const auto day = ruleDay(rest.substr(0, comma));
                if (!day || rule.days.size() >= 35) return bad("A day of the repetition cannot be understood.", part);
                if (std::find(rule.days.begin(), rule.days.end(), *day) == rule.days.end()) rule.days.push_back(*day);
                if (comma == std::string_view::npos) break;
                rest.remove_prefix(comma + 1);
            }
        } else {
            return bad("This part of the rule of repetition is not known here.", part);
        }
    }
    if (!frequency) return bad("The rule of repetition does not say how often.", given);
    if (rule.count && rule.until) return bad("A repetition ends by its count or by a day, not by both.", given);
    const bool nth = std::any_of(rule.days.begin(), rule.days.end(), [](const RuleDay& d) { return d.nth != 0; });
    if (nth && rule.every != Recurrence::Every::month) return bad("Only months have a second Tuesday.", given);
    return rule;
}

std::string toString(const Recurrence& rule) {
    if (!rule.until) return textOf(rule, {});
    return textOf(rule, base::formatBasic(rule.until->time) + (rule.until->utc ? "Z" : ""));
}

std::string toCalendarText(const Recurrence& rule, const base::TimeZone& zone) {
    if (!rule.until) return textOf(rule, {});
    const auto at = rule.until->utc ? base::UtcTime(rule.until->time.time_since_epoch()) : zone.toUtc(rule.until->time).at;
    return textOf(rule, base::formatBasic(at));
}

Repeats::Repeats(const Recurrence& rule, LocalTime start, const base::TimeZone& zone) : m_rule(rule), m_zone(zone), m_start(start) {
    const auto day = floor<days>(start);
    if (rule.every == Recurrence::Every::week)
        m_period = day - (weekday(day) - rule.weekStart);
    else if (rule.every == Recurrence::Every::month) {
        const year_month_day ymd(day);
        m_period = local_days(ymd.year() / ymd.month() / 1);
    } else
        m_period = day;
}

void Repeats::fill() {
    const auto first = floor<days>(m_start);
    const auto clock = m_start - first;
    std::vector<local_days> found;
    switch (m_rule.every) {
        case Recurrence::Every::day: {
            const auto named = [&](const RuleDay& d) { return d.day == weekday(m_period); };
            if (m_rule.days.empty() || std::any_of(m_rule.days.begin(), m_rule.days.end(), named)) found.push_back(m_period);
            m_period += days(m_rule.interval);
            break;
        }
        case Recurrence::Every::week:
            if (m_rule.days.empty()) found.push_back(m_period + (weekday(first) - m_rule.weekStart));
            for (const auto& day : m_rule.days) found.push_back(m_period + (day.day - m_rule.weekStart));
            m_period += days(7 * m_rule.interval);
            break;
        case Recurrence::Every::month: {
            found = monthDays(m_rule, m_period, static_cast<unsigned>(year_month_day(first).day()));
            const year_month_day ymd(m_period);
            m_period = local_days((ymd.year() / ymd.month() + months(m_rule.interval)) / 1);
            break;
        }
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    m_ready.clear();
    m_at = 0;
    for (const auto day : found)
        if (day + clock >= m_start) m_ready.push_back(day + clock);
}

std::optional<LocalTime> Repeats::next() {
    for (int empty = 0; !m_over && m_at >= m_ready.size(); ++empty) {
        m_over = empty > kMaxEmptyPeriods || static_cast<int>(year_month_day(m_period).year()) > base::kLastYear;
        if (!m_over) fill();
    }
    if (m_over || (m_rule.count && m_given >= *m_rule.count)) return std::nullopt;
    const auto time = m_ready[m_at];
    if (m_rule.until) {
        const bool late = m_rule.until->utc ? m_zone.toUtc(time).at.time_since_epoch() > m_rule.until->time.time_since_epoch()
                                            : time > m_rule.until->time;
        if (late) {
            m_over = true;
            return std::nullopt;
        }
    }
    ++m_at;
    ++m_given;
    return time;
}

}  // namespace parlour::house
