// SPDX-License-Identifier: Apache-2.0
#include "core/house/ics.h"

#include <algorithm>
#include <array>

namespace parlour::house {

using base::UtcTime;
using namespace std::chrono;

namespace {

constexpr std::size_t kFold = 75;   // octets of a line without its end
constexpr int kRulesUntil = 2060;   // a zone without a plain yearly rule is written down up to here

/// "NAME:value", folded where no character is cut.
class Lines {
  public:
    void add(std::string_view line) {
        std::size_t room = kFold;
        while (line.size() > room) {
            std::size_t cut = room;
            while (cut > 0 && (static_cast<unsigned char>(line[cut]) & 0xc0) == 0x80) --cut;
            if (cut == 0) cut = room;
            m_text.append(line.substr(0, cut)).append("\r\n ");
            line.remove_prefix(cut);
            room = kFold - 1;   // the blank counts
        }
        m_text.append(line).append("\r\n");
    }
    void add(std::string_view name, std::string_view value) { add(std::string(name) + ":" + std::string(value)); }
    void raw(std::string_view text) { m_text += text; }
    std::string take() { return std::move(m_text); }

  private:
    std::string m_text;
};

/// A parameter in quotes holds neither quotes nor control characters.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text)
        if (c != '"' && static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) out += c;
    return out + "\"";
}

std::string offsetText(seconds offset) {
    const hh_mm_ss parts{abs(offset)};
    const auto two = [](auto n) { return (n.count() < 10 ? "0" : "") + std::to_string(n.count()); };
    std::string out = (offset < seconds(0) ? "-" : "+") + two(parts.hours()) + two(parts.minutes());
    if (parts.seconds() != seconds(0)) out += two(parts.seconds());
    return out;
}

void addObservance(Lines& lines, const base::TimeZone::Transition& change, const std::string& rule) {
    const std::string kind = change.after.summer ? "DAYLIGHT" : "STANDARD";
    lines.add("BEGIN", kind);
    lines.add("DTSTART", base::formatBasic(base::LocalTime((change.at + change.before.offset).time_since_epoch())));
    lines.add("TZOFFSETFROM", offsetText(change.before.offset));
    lines.add("TZOFFSETTO", offsetText(change.after.offset));
    if (!change.after.abbreviation.empty()) lines.add("TZNAME", calendarText(change.after.abbreviation));
    if (!rule.empty()) lines.add("RRULE", rule);
    lines.add("END", kind);
}

/// "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"; empty where iCalendar cannot say it in a line that every calendar understands.
std::string yearlyRule(const base::YearlyTime& time) {
    if (time.form != base::YearlyTime::Form::weekday || time.time < seconds(0) || time.time >= hours(24)) return {};
    constexpr std::array<const char*, 7> kDays = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};
    return "FREQ=YEARLY;BYMONTH=" + std::to_string(time.month) + ";BYDAY=" + (time.week == 5 ? "-1" : std::to_string(time.week)) +
           kDays.at(static_cast<std::size_t>(time.weekday));
}

int yearOf(UtcTime time) { return static_cast<int>(year_month_day(floor<days>(time)).year()); }

/// The first year from which on all changes are those of the zone's rule.
int ruledFrom(const std::vector<base::TimeZone::Transition>& changes, const base::ZoneRule& rule, int first) {
    int from = first;
    for (int y = first; y < kRulesUntil; ++y) {
        std::vector<UtcTime> want = {rule.beginsIn(y), rule.endsIn(y)}, got;
        std::sort(want.begin(), want.end());
        for (const auto& change : changes)
            if (yearOf(change.at) == y) got.push_back(change.at);
        if (got != want) from = y + 1;
    }
    return from;
}

std::string described(const Event& event) {
    std::string out = event.details;
    const auto line = [&](const std::string& text) { out += (out.empty() ? "" : "\n\n") + text; };
    if (event.lateMinutes > 0) line("Late by about " + std::to_string(event.lateMinutes) + " minutes.");
    if (!event.dates.empty()) line("The date is not fixed yet: say on the page which ones suit you.");
    return out;
}

void addEvent(Lines& lines, const CalendarEntry& entry, const base::TimeZone* zone) {
    const Event& event = entry.event;
    lines.add("BEGIN", "VEVENT");
    lines.add("UID", calendarText(event.uid));
    lines.add("SEQUENCE", std::to_string(event.sequence));
    lines.add("DTSTAMP", base::formatBasic(base::toUtcTime(event.changed)));
    lines.add("CREATED", base::formatBasic(base::toUtcTime(event.created)));
    lines.add("LAST-MODIFIED", base::formatBasic(base::toUtcTime(event.changed)));
    if (event.every && zone && !zone->isUtc())
        lines.add("DTSTART;TZID=" + zone->name(), base::formatBasic(event.start.wall));
    else
        lines.add("DTSTART", base::formatBasic(event.start.at));
    lines.add("DURATION", "PT" + std::to_string(event.minutes) + "M");
    if (event.every && zone) lines.add("RRULE", toCalendarText(*event.every, *zone));
    lines.add("SUMMARY", calendarText(event.title));
    if (const auto text = described(event); !text.empty()) lines.add("DESCRIPTION", calendarText(text));
    if (!entry.page.empty()) {
        lines.add("URL", entry.page);
        lines.add("LOCATION", calendarText(entry.page));
    }
    // Calendars want an address that could get mail; this one never does (RFC 2606).
    lines.add("ORGANIZER;CN=" + quoted(entry.hostName.empty() ? "Parlour" : entry.hostName),
              "mailto:" + (event.host.empty() ? "house" : event.host.str()) + "@parlour.invalid");
    lines.add("STATUS", event.cancelled ? "CANCELLED" : event.dates.empty() ? "CONFIRMED" : "TENTATIVE");
    if (!event.cancelled) {
        lines.add("BEGIN", "VALARM");
        lines.add("ACTION", "DISPLAY");
        lines.add("TRIGGER", "-PT15M");
        lines.add("DESCRIPTION", calendarText(event.title));
        lines.add("END", "VALARM");
    }
    lines.add("END", "VEVENT");
}

}  // namespace

std::string calendarText(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\' || c == ';' || c == ',') out += '\\';
        if (c == '\n')
            out += "\\n";
        else if (c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f))
            out += c;
    }
    return out;
}

std::string zoneBlock(const base::TimeZone& zone, UtcTime from) {
    Lines lines;
    lines.add("BEGIN", "VTIMEZONE");
    lines.add("TZID", zone.name());
    // How it was before the first change: one that begins long ago.
    const UtcTime start = from - days(400);
    const auto span = zone.at(start);
    addObservance(lines, {start, span, span}, {});
    const auto changes = zone.transitions(start, UtcTime(sys_days(year(kRulesUntil) / 1 / 1)));
    std::string begins, ends;
    int ruled = kRulesUntil;
    if (const auto& rule = zone.rule(); rule && rule->summer) {
        begins = yearlyRule(rule->summerBegins);
        ends = yearlyRule(rule->summerEnds);
        if (!begins.empty() && !ends.empty()) ruled = ruledFrom(changes, *rule, yearOf(start) + 1);
    }
    bool first = false, second = false;   // their rules are written
    for (const auto& change : changes) {
        const int y = yearOf(change.at);
        if (y < ruled) {
            addObservance(lines, change, {});
            continue;
        }
        const bool beginning = change.at == zone.rule()->beginsIn(y);
        bool& written = beginning ? first : second;
        if (!written) addObservance(lines, change, beginning ? begins : ends);
        written = true;
    }
    lines.add("END", "VTIMEZONE");
    return lines.take();
}

std::string writeCalendar(const CalendarFile& file) {
    Lines lines;
    const bool withdraws = file.name.empty() && file.entries.size() == 1 && file.entries.front().event.cancelled;
    lines.add("BEGIN", "VCALENDAR");
    lines.add("VERSION", "2.0");
    lines.add("PRODID", "-//Parlour//Calendar//EN");
    lines.add("CALSCALE", "GREGORIAN");
    lines.add("METHOD", withdraws ? "CANCEL" : "PUBLISH");
    if (!file.name.empty()) {
        lines.add("NAME", calendarText(file.name));
        lines.add("X-WR-CALNAME", calendarText(file.name));
        lines.add("REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
        lines.add("X-PUBLISHED-TTL", "PT1H");
    }
    const auto zoneOf = [&](const Event& event) -> const base::TimeZone* {
        const auto found = event.every ? file.zones.find(event.zone) : file.zones.end();
        return found == file.zones.end() ? nullptr : found->second.get();
    };
    std::map<const base::TimeZone*, UtcTime> used;   // since when
    for (const auto& entry : file.entries)
        if (const auto* zone = zoneOf(entry.event); zone && !zone->isUtc()) {
            const auto [it, fresh] = used.try_emplace(zone, entry.event.start.at);
            if (!fresh) it->second = std::min(it->second, entry.event.start.at);
        }
    for (const auto& [name, zone] : file.zones)
        if (const auto it = used.find(zone.get()); it != used.end()) lines.raw(zoneBlock(*zone, it->second));
    for (const auto& entry : file.entries) addEvent(lines, entry, zoneOf(entry.event));
    lines.add("END", "VCALENDAR");
    return lines.take();
}

}  // namespace parlour::house
