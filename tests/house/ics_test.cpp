// SPDX-License-Identifier: Apache-2.0
// Calendar files as they are written, and as a stock calendar reads them (libical is asked where it is installed).
#include "core/house/ics.h"

#include <set>
#include <sstream>

#include "tests/house/event_lab.h"

#ifdef PARLOUR_HAVE_LIBICAL
#include <libical/ical.h>
#endif

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono;

namespace {

std::string fileOf(const house::Event& event, const base::ZonePtr& zone, const std::string& name = {}) {
    return house::writeCalendar({name, {{event, "Ann \"A\" Äs", "https://house.example/e/event1"}}, {{event.zone, zone}}});
}
bool has(const std::string& file, const std::string& line) { return file.find("\r\n" + line + "\r\n") != std::string::npos; }
std::string unfolded(std::string text) {
    for (auto at = text.find("\r\n "); at != std::string::npos; at = text.find("\r\n ", at)) text.erase(at, 3);
    return text;
}

}  // namespace

TEST_CASE("a single talk is written as an instant with its uid, sequence, reminder and page", "[ics]") {
    const auto berlin = zoneNamed("Europe/Berlin");
    auto event = eventAt("2026-12-01T18:00", *berlin);
    event.sequence = 3;
    event.host = base::Identity("abc");
    const auto file = fileOf(event, berlin);
    CHECK(file.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"));
    CHECK(file.ends_with("END:VEVENT\r\nEND:VCALENDAR\r\n"));
    for (const char* line : {"METHOD:PUBLISH", "UID:event1@parlour", "SEQUENCE:3", "DTSTART:20261201T170000Z", "DURATION:PT60M", "SUMMARY:Talk",
                             "STATUS:CONFIRMED", "URL:https://house.example/e/event1", "TRIGGER:-PT15M", "ACTION:DISPLAY",
                             "ORGANIZER;CN=\"Ann A Äs\":mailto:abc@parlour.invalid"})
        CHECK(has(file, line));
    CHECK(file.find("VTIMEZONE") == std::string::npos);
}

TEST_CASE("a repeated talk is written in its zone, whose rules stand beside it, the end of the repetition as an instant", "[ics]") {
    const auto berlin = zoneNamed("Europe/Berlin");
    const auto file = fileOf(eventAt("2026-12-01T18:00", *berlin, "FREQ=WEEKLY;BYDAY=TU;UNTIL=20270601T180000"), berlin, "House");
    CHECK(has(file, "DTSTART;TZID=Europe/Berlin:20261201T180000"));
    CHECK(has(file, "RRULE:FREQ=WEEKLY;UNTIL=20270601T160000Z;BYDAY=TU"));
    CHECK(has(file, "TZID:Europe/Berlin"));
    CHECK(has(file, "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"));
    CHECK(has(file, "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"));
    CHECK(has(file, "X-WR-CALNAME:House"));
}

TEST_CASE("a cancelled talk withdraws itself alone and stays as cancelled in a feed, without a reminder", "[ics]") {
    const auto utc = zoneNamed("UTC");
    auto event = eventAt("2026-12-01T18:00", *utc);
    REQUIRE(house::cancel(event, *utc, utcTime("2026-11-01")));
    CHECK(has(fileOf(event, utc), "METHOD:CANCEL"));
    const auto feed = fileOf(event, utc, "House");
    CHECK(has(feed, "METHOD:PUBLISH"));
    CHECK(has(feed, "STATUS:CANCELLED"));
    CHECK(has(feed, "SEQUENCE:1"));
    CHECK(feed.find("VALARM") == std::string::npos);
}

TEST_CASE("an open poll is tentative, a delay is said in the description", "[ics]") {
    const auto utc = zoneNamed("UTC");
    auto event = eventAt("2026-12-01T18:00", *utc);
    event.dates = {event.start.at};
    CHECK(has(fileOf(event, utc), "STATUS:TENTATIVE"));
    event.dates.clear();
    REQUIRE(house::announceLate(event, 20, *utc, utcTime("2026-12-01")));
    CHECK(has(fileOf(event, utc), "DESCRIPTION:Late by about 20 minutes."));
}

TEST_CASE("what people write cannot add lines, and is escaped", "[ics]") {
    CHECK(house::calendarText("a\\b;c,d\ne\r\x01\x7f") == "a\\\\b\\;c\\,d\\ne");
    const auto utc = zoneNamed("UTC");
    auto event = eventAt("2026-12-01T18:00", *utc);
    event.title = "x\r\nATTENDEE:mailto:all@example.com";
    event.details = "one\nBEGIN:VEVENT";
    const auto file = unfolded(fileOf(event, utc));
    CHECK(file.find("\r\nATTENDEE") == std::string::npos);
    CHECK(has(file, "SUMMARY:x\\nATTENDEE:mailto:all@example.com"));
    CHECK(has(file, "DESCRIPTION:one\\nBEGIN:VEVENT"));
    house::CalendarFile quoted{{}, {{event, "a\"\r\nX:y", ""}}, {}};
    CHECK(has(house::writeCalendar(quoted), "ORGANIZER;CN=\"aX:y\":mailto:house@parlour.invalid"));
}

TEST_CASE("no line is longer than 75 octets, no character is cut, and unfolding brings the text back", "[ics]") {
    const auto utc = zoneNamed("UTC");
    auto event = eventAt("2026-12-01T18:00", *utc);
    for (std::size_t length = 60; length < 160; ++length) {
        event.title.assign(length % 4, 'x');
        for (std::size_t i = 0; i < length / 2; ++i) event.title += i % 3 ? "ä" : "🎙";
        const auto file = fileOf(event, utc);
        std::istringstream lines(file);
        for (std::string line; std::getline(lines, line);) {
            REQUIRE(line.ends_with('\r'));
            CHECK(line.size() <= 76);
            const auto first = static_cast<unsigned char>(line[line[0] == ' ' ? 1 : 0]);
            CHECK((first & 0xc0) != 0x80);
        }
        CHECK(has(unfolded(file), "SUMMARY:" + event.title));
    }
}

#ifdef PARLOUR_HAVE_LIBICAL
namespace {

struct Parsed {
    explicit Parsed(const std::string& text) : root(icalparser_parse_string(text.c_str())) {
        REQUIRE(root);
        icalcomponent_strip_errors(root);
        CHECK(icalcomponent_count_errors(root) == 0);
        if (auto* block = icalcomponent_get_first_component(root, ICAL_VTIMEZONE_COMPONENT)) {
            zone = icaltimezone_new();
            REQUIRE(icaltimezone_set_component(zone, icalcomponent_new_clone(block)));
        }
        event = icalcomponent_get_first_component(root, ICAL_VEVENT_COMPONENT);
        REQUIRE(event);
    }
    ~Parsed() {
        if (zone) icaltimezone_free(zone, 1);
        icalcomponent_free(root);
    }
    std::vector<base::UtcTime> expand(std::size_t most) {
        auto* start = icalcomponent_get_first_property(event, ICAL_DTSTART_PROPERTY);
        auto* rule = icalcomponent_get_first_property(event, ICAL_RRULE_PROPERTY);
        auto from = icalproperty_get_dtstart(start);
        if (zone) icaltime_set_timezone(&from, zone);
        std::vector<base::UtcTime> out;
        auto* repeats = icalrecur_iterator_new(icalproperty_get_rrule(rule), from);
        REQUIRE(repeats);
        while (out.size() < most) {
            const auto time = icalrecur_iterator_next(repeats);
            if (icaltime_is_null_time(time)) break;
            out.push_back(base::UtcTime(seconds(icaltime_as_timet_with_zone(time, zone ? zone : icaltimezone_get_utc_timezone()))));
        }
        icalrecur_iterator_free(repeats);
        return out;
    }
    icalcomponent* root = nullptr;
    icalcomponent* event = nullptr;
    icaltimezone* zone = nullptr;
};

}  // namespace

TEST_CASE("a stock calendar reads the same times from the file, in zones with all kinds of rules", "[ics]") {
    for (const char* name : {"UTC", "Europe/Berlin", "Europe/Dublin", "America/New_York", "America/Sao_Paulo", "Asia/Tokyo", "Asia/Kolkata",
                             "Australia/Lord_Howe", "Africa/Casablanca", "America/Nuuk", "Asia/Gaza", "Africa/Monrovia"}) {
        const auto zone = zoneNamed(name);
        for (const char* start : {"2026-12-01T18:00", "1980-05-01T09:30"}) {
            const auto event = eventAt(start, *zone, "FREQ=WEEKLY;COUNT=700");
            const auto ours = house::occurrences(event, *zone, base::UtcTime{}, utcTime("2100-01-01"), 700);
            const auto theirs = Parsed(fileOf(event, zone)).expand(700);
            INFO(name << " from " << start);
            REQUIRE(theirs.size() == ours.size());
            std::size_t same = 0;
            while (same < ours.size() && ours[same] == theirs[same]) ++same;
            INFO("differs at " << same);
            CHECK(same == ours.size());
        }
    }
}

TEST_CASE("a stock calendar finds uid, sequence, status and method of a withdrawn talk", "[ics]") {
    const auto utc = zoneNamed("UTC");
    auto event = eventAt("2026-12-01T18:00", *utc);
    event.title = "Räume; groß, \\ klein";
    REQUIRE(house::cancel(event, *utc, utcTime("2026-11-01")));
    const Parsed parsed(fileOf(event, utc));
    CHECK(icalcomponent_get_method(parsed.root) == ICAL_METHOD_CANCEL);
    CHECK(std::string(icalcomponent_get_uid(parsed.event)) == event.uid);
    CHECK(std::string(icalcomponent_get_summary(parsed.event)) == event.title);
    CHECK(icalcomponent_get_sequence(parsed.event) == 1);
    CHECK(icalcomponent_get_status(parsed.event) == ICAL_STATUS_CANCELLED);
}
#endif
