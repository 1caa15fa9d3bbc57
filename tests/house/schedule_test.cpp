// SPDX-License-Identifier: Apache-2.0
// Talks in the calendar: their times, their states, and what a change means.
#include "core/house/schedule.h"

#include "core/base/zone_files.h"
#include "tests/house/event_lab.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono;
using house::EventState;

namespace {

std::string starts(const house::Event& event, const base::TimeZone& zone, const std::string& from, const std::string& to, std::size_t max = 100) {
    std::string out;
    for (const auto at : house::occurrences(event, zone, utcTime(from), utcTime(to), max)) out += base::formatIso(at).substr(5, 11) + " ";
    return out;
}

}  // namespace

TEST_CASE("a time without an offset is one of the zone's clock, with an offset an instant", "[schedule]") {
    const auto berlin = zoneNamed("Europe/Berlin");
    const auto winter = house::plan("2026-12-01T18:00", *berlin, {}).value();
    CHECK(base::formatIso(winter.time.at) == "2026-12-01T17:00:00Z");
    CHECK(base::formatIso(winter.time.wall) == "2026-12-01T18:00:00");
    const auto summer = house::plan("2026-07-01T18:00+00:00", *berlin, {}).value();
    CHECK(base::formatIso(summer.time.at) == "2026-07-01T18:00:00Z");
    CHECK(base::formatIso(summer.time.wall) == "2026-07-01T20:00:00");
    CHECK(house::plan("tomorrow", *berlin, {}).error().code == "bad_time");
}

TEST_CASE("a time that the clock jumps over is said to be so and comes later; one that comes twice is the first, unless an offset says which", "[schedule]") {
    const auto berlin = zoneNamed("Europe/Berlin");
    const auto gap = house::plan("2027-03-28T02:30", *berlin, {}).value();
    CHECK(gap.gap);
    CHECK(base::formatIso(gap.time.at) == "2027-03-28T01:30:00Z");
    CHECK(base::formatIso(gap.time.wall) == "2027-03-28T03:30:00");
    const auto first = house::plan("2026-10-25T02:30", *berlin, {}).value();
    CHECK_FALSE(first.gap);
    CHECK(base::formatIso(first.time.at) == "2026-10-25T00:30:00Z");
    CHECK(base::formatIso(house::plan("2026-10-25T02:30+01:00", *berlin, {})->time.at) == "2026-10-25T01:30:00Z");
}

TEST_CASE("a repeated talk stays at its time of day when the clocks change, and skips no day over a gap", "[schedule]") {
    const auto berlin = zoneNamed("Europe/Berlin");
    auto event = eventAt("2027-03-27T02:30", *berlin, "FREQ=DAILY;COUNT=3");
    CHECK(starts(event, *berlin, "2027-01-01", "2028-01-01") == "03-27T01:30 03-28T01:30 03-29T00:30 ");
    event = eventAt("2026-11-23T18:00", *berlin, "FREQ=WEEKLY;BYDAY=TU");  // a Monday
    CHECK(base::formatIso(event.start.wall) == "2026-11-24T18:00:00");
    CHECK(starts(event, *berlin, "2027-03-20", "2027-04-01") == "03-23T17:00 03-30T16:00 ");
}

TEST_CASE("a window shows what runs into it, not what ends at its edge, and no more than asked for", "[schedule]") {
    const auto utc = base::TimeZone::utc();
    const auto event = eventAt("2026-12-01T18:00", utc, "FREQ=DAILY");
    CHECK(starts(event, utc, "2026-12-01T18:59:59", "2026-12-03T18:00") == "12-01T18:00 12-02T18:00 ");
    CHECK(starts(event, utc, "2026-12-01T19:00", "2026-12-03T18:00:01") == "12-02T18:00 12-03T18:00 ");
    CHECK(starts(event, utc, "2026-12-01", "2027-12-01", 2) == "12-01T18:00 12-02T18:00 ");
    CHECK(starts(event, utc, "2026-12-01", "2027-12-01", 0).empty());
}

TEST_CASE("the state of a talk follows from the clock, its room and whether it was cancelled", "[schedule]") {
    const auto utc = base::TimeZone::utc();
    auto once = eventAt("2026-12-01T18:00", utc);
    auto weekly = eventAt("2026-12-01T18:00", utc, "FREQ=WEEKLY;COUNT=2");
    auto late = once;
    REQUIRE(house::announceLate(late, 30, utc, utcTime("2026-12-01T17:00")));
    auto cancelled = once;
    REQUIRE(house::cancel(cancelled, utc, utcTime("2026-12-01T17:00")));
    struct Row { const house::Event& event; const char* now; bool live; EventState state; };
    for (const auto& row : {Row{once, "2026-12-01T17:00", false, EventState::scheduled}, Row{once, "2026-12-01T17:00", true, EventState::live},
                            Row{once, "2026-12-01T19:01:00", false, EventState::scheduled}, Row{once, "2026-12-01T19:01:01", false, EventState::done},
                            Row{once, "2026-12-01T21:00", true, EventState::live}, Row{late, "2026-12-01T19:31", false, EventState::scheduled},
                            Row{late, "2026-12-01T19:31:01", false, EventState::done}, Row{weekly, "2026-12-02T00:00", false, EventState::scheduled},
                            Row{weekly, "2026-12-08T19:01:01", false, EventState::done}, Row{cancelled, "2026-12-01T18:30", true, EventState::cancelled}}) {
        INFO(row.now << (row.live ? " live" : ""));
        CHECK(house::toString(house::stateOf(row.event, utc, utcTime(row.now), row.live)) == house::toString(row.state));
    }
}

TEST_CASE("moving and cancelling raise the sequence and keep the uid; a cancelled or finished talk stays as it is", "[schedule]") {
    const auto utc = base::TimeZone::utc();
    const auto now = utcTime("2026-11-26T12:00");
    auto event = eventAt("2026-12-01T18:00", utc);
    event.dates = {event.start.at, event.start.at + hours(24)};
    const auto uid = event.uid;
    REQUIRE(house::announceLate(event, 10, utc, now));
    REQUIRE(house::move(event, house::plan("2026-12-02T18:00", utc, {}).value(), utc, now));
    CHECK(event.sequence == 2);
    CHECK(event.uid == uid);
    CHECK(event.dates.empty());
    CHECK(event.lateMinutes == 0);
    CHECK(house::move(event, house::plan("2026-11-26T10:59:59", utc, {}).value(), utc, now).error().code == "in_the_past");
    CHECK(house::move(event, house::plan("2026-11-26T11:00", utc, {}).value(), utc, now));
    REQUIRE(house::cancel(event, utc, now));
    CHECK(event.sequence == 4);
    CHECK(house::cancel(event, utc, now).error().code == "event_cancelled");
    CHECK(house::move(event, house::plan("2026-12-03T18:00", utc, {}).value(), utc, now).error().code == "event_cancelled");
    auto old = eventAt("2026-11-01T18:00", utc);
    CHECK(house::cancel(old, utc, now).error().code == "event_over");
    CHECK(house::announceLate(old, 5, utc, now).error().code == "event_over");
    CHECK(old.sequence == 0);
}

TEST_CASE("when a zone changes its rules a single talk keeps its instant, a repeated one its time of day, and both say so", "[schedule]") {
    const auto before = zoneNamed("Europe/Berlin");
    const auto after = zoneNamed("Etc/GMT-2");  // as if summer time had become the only time
    const auto single = eventAt("2026-12-01T18:00", *before);
    const auto weekly = eventAt("2026-12-01T18:00", *before, "FREQ=WEEKLY");
    CHECK_FALSE(house::zoneChanged(single, *before));
    CHECK_FALSE(house::zoneChanged(weekly, *before));
    CHECK(house::zoneChanged(single, *after));
    CHECK(house::zoneChanged(weekly, *after));
    CHECK(starts(single, *after, "2026-12-01", "2026-12-02") == "12-01T17:00 ");
    CHECK(starts(weekly, *after, "2026-12-01", "2026-12-02") == "12-01T16:00 ");
}

TEST_CASE("lengths, delays, colours and details are taken at their limits and refused beyond", "[schedule]") {
    const auto utc = base::TimeZone::utc();
    CHECK_FALSE(house::checkMinutes(0));
    CHECK(house::checkMinutes(1));
    CHECK(house::checkMinutes(24 * 60));
    CHECK(house::checkMinutes(24 * 60 + 1).error().code == "bad_length");
    auto event = eventAt("2026-12-01T18:00", utc);
    const auto now = utcTime("2026-12-01T12:00");
    CHECK(house::announceLate(event, 180, utc, now));
    CHECK(house::announceLate(event, 181, utc, now).error().code == "bad_late");
    CHECK(house::announceLate(event, -1, utc, now).error().code == "bad_late");
    CHECK(house::checkColour("#3D5AFE").value() == "#3d5afe");
    CHECK(house::checkColour("").value().empty());
    for (const char* bad : {"3d5afe", "#3d5af", "#3d5afe0", "#3d5afg", "red;"}) CHECK(house::checkColour(bad).error().code == "bad_colour");
    CHECK(house::cleanDetails("\n\n one \n\n two\x01\n\n").value() == "one\n\ntwo");
    CHECK(house::cleanDetails(std::string(4000, 'x')));
    CHECK(house::cleanDetails(std::string(4001, 'x')).error().code == "bad_details");
    std::string lines;
    for (int i = 0; i < 100; ++i) lines += "x\n";
    CHECK(house::cleanDetails(lines));
    CHECK(house::cleanDetails(lines + "x").error().code == "bad_details");
}
