// SPDX-License-Identifier: Apache-2.0
// Rules of repetition: read, written, and expanded the way a stock calendar does (libical is asked where it is installed).
#include "core/house/recurrence.h"

#include "core/base/zone_files.h"
#include "tests/support/catch.h"

#ifdef PARLOUR_HAVE_LIBICAL
#include <libical/ical.h>
#endif

using namespace parlour;
using namespace std::chrono;
using house::parseRecurrence;

namespace {

base::ZonePtr zone(const std::string& name) { return base::ZoneFiles().find(name).value(); }
base::LocalTime local(const std::string& text) { return base::parseIsoTime(text)->local; }

std::vector<std::string> expand(const std::string& rule, const std::string& start, std::size_t most, const std::string& zoneName = "UTC") {
    const auto parsed = parseRecurrence(rule);
    INFO(rule);
    REQUIRE(parsed);
    const auto z = zone(zoneName);
    house::Repeats repeats(*parsed, local(start), *z);
    std::vector<std::string> out;
    while (out.size() < most) {
        const auto time = repeats.next();
        if (!time) break;
        out.push_back(base::formatBasic(*time));
    }
    return out;
}

}  // namespace

TEST_CASE("a rule is read, written the same way, and read again", "[recurrence]") {
    struct Row { const char* given; const char* written; };
    for (const auto& row : {Row{"FREQ=DAILY", "FREQ=DAILY"}, Row{"RRULE:FREQ=WEEKLY;BYDAY=TU,TH;COUNT=10", "FREQ=WEEKLY;COUNT=10;BYDAY=TU,TH"},
                            Row{"freq=monthly;byday=2tu", "FREQ=MONTHLY;BYDAY=2TU"}, Row{"FREQ=MONTHLY;BYDAY=-1FR,+1MO", "FREQ=MONTHLY;BYDAY=-1FR,1MO"},
                            Row{"FREQ=WEEKLY;INTERVAL=2;UNTIL=20271231T180000Z", "FREQ=WEEKLY;INTERVAL=2;UNTIL=20271231T180000Z"},
                            Row{"FREQ=WEEKLY;UNTIL=20271231", "FREQ=WEEKLY;UNTIL=20271231T235959"},
                            Row{"FREQ=WEEKLY;WKST=SU;INTERVAL=2;BYDAY=SU,MO", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU"},
                            Row{"FREQ=DAILY;INTERVAL=99;COUNT=1000", "FREQ=DAILY;INTERVAL=99;COUNT=1000"}}) {
        const auto rule = parseRecurrence(row.given);
        INFO(row.given);
        REQUIRE(rule);
        CHECK(house::toString(*rule) == row.written);
        CHECK(parseRecurrence(house::toString(*rule)).value() == *rule);
    }
}

TEST_CASE("what is no rule, or none of ours, is refused with a sentence", "[recurrence]") {
    for (const char* text : {"", "weekly", "FREQ=", "FREQ=YEARLY", "FREQ=HOURLY", "COUNT=3", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=1001",
                             "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=100", "FREQ=DAILY;COUNT=2;UNTIL=20271231", "FREQ=WEEKLY;BYDAY=2TU",
                             "FREQ=WEEKLY;BYDAY=XX", "FREQ=WEEKLY;BYDAY=", "FREQ=WEEKLY;BYDAY=TU,", "FREQ=MONTHLY;BYDAY=6TU", "FREQ=MONTHLY;BYDAY=0TU",
                             "FREQ=MONTHLY;BYMONTHDAY=3", "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;UNTIL=tomorrow", "FREQ=DAILY;", "FREQ=DAILY;;COUNT=1",
                             "FREQ=DAILY;UNTIL=20271231T180000+0100", "FREQ=DAILY;COUNT=-1", "FREQ=DAILY;COUNT=9999999999999", "FREQ=DAILY\r\nX:Y"}) {
        INFO(text);
        const auto rule = parseRecurrence(text);
        REQUIRE_FALSE(rule);
        CHECK(rule.error().code == "bad_rule");
        CHECK(rule.error().message.size() > 10);
    }
    CHECK_FALSE(parseRecurrence("FREQ=DAILY;COUNT=" + std::string(240, '1')));
}

TEST_CASE("times come in order and end where the rule ends", "[recurrence]") {
    using List = std::vector<std::string>;
    CHECK(expand("FREQ=DAILY;COUNT=3", "2026-12-30T18:00", 9) == List{"20261230T180000", "20261231T180000", "20270101T180000"});
    CHECK(expand("FREQ=DAILY;INTERVAL=2;UNTIL=20270103", "2026-12-30T18:00", 9) == List{"20261230T180000", "20270101T180000", "20270103T180000"});
    CHECK(expand("FREQ=WEEKLY;BYDAY=TU,TH;COUNT=3", "2026-11-24T18:00", 9) == List{"20261124T180000", "20261126T180000", "20261201T180000"});
    CHECK(expand("FREQ=MONTHLY;BYDAY=2TU;COUNT=3", "2026-12-08T18:00", 9) == List{"20261208T180000", "20270112T180000", "20270209T180000"});
    CHECK(expand("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", "2026-11-27T18:00", 9) == List{"20261127T180000", "20261225T180000"});
    CHECK(expand("FREQ=MONTHLY;COUNT=3", "2027-01-31T18:00", 9) == List{"20270131T180000", "20270331T180000", "20270531T180000"});
    CHECK(expand("FREQ=WEEKLY;UNTIL=20261201T170000Z", "2026-11-24T18:00", 9, "Europe/Berlin").size() == 2);  // 18:00 there is 17:00 UTC
    CHECK(expand("FREQ=WEEKLY;UNTIL=20261201T165959Z", "2026-11-24T18:00", 9, "Europe/Berlin").size() == 1);
    CHECK(expand("FREQ=MONTHLY;BYDAY=5FR;COUNT=2", "2026-11-01T18:00", 9) == List{"20270129T180000", "20270430T180000"});
    // A start on another day is not one of the days.
    CHECK(expand("FREQ=WEEKLY;BYDAY=TU;COUNT=2", "2026-11-26T18:00", 9) == List{"20261201T180000", "20261208T180000"});
    CHECK(expand("FREQ=DAILY", "2199-12-30T18:00", 9).size() == 2);
    CHECK(expand("FREQ=DAILY;UNTIL=20200101", "2026-11-24T18:00", 9).empty());
}

#ifdef PARLOUR_HAVE_LIBICAL
TEST_CASE("a stock calendar library finds the same times", "[recurrence][oracle]") {
    for (const char* rule : {"FREQ=DAILY", "FREQ=DAILY;INTERVAL=3;COUNT=40", "FREQ=DAILY;BYDAY=MO,WE", "FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO",
                             "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU", "FREQ=WEEKLY;INTERVAL=5;BYDAY=FR,SA,SU;COUNT=30", "FREQ=MONTHLY",
                             "FREQ=MONTHLY;INTERVAL=2", "FREQ=MONTHLY;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=-1SU;INTERVAL=3", "FREQ=MONTHLY;BYDAY=2TU,-1FR",
                             "FREQ=MONTHLY;BYDAY=5WE", "FREQ=MONTHLY;BYDAY=TH", "FREQ=WEEKLY;UNTIL=20271231T235959Z"})
        for (const char* start : {"2026-11-24T18:00", "2027-01-31T09:30", "2028-02-29T23:59"}) {
            auto ours = expand(rule, start, 60);
            const auto theirRule = icalrecurrencetype_from_string(rule);
            icalrecur_iterator* it = icalrecur_iterator_new(theirRule, icaltime_from_string(base::formatBasic(local(start)).c_str()));
            std::vector<std::string> theirs;
            while (theirs.size() < ours.size() + 1) {
                const auto t = icalrecur_iterator_next(it);
                if (icaltime_is_null_time(t)) break;
                theirs.emplace_back(icaltime_as_ical_string(t));
            }
            icalrecur_iterator_free(it);
            if (theirs.size() > ours.size() && ours.size() == 60) theirs.pop_back();
            INFO(rule << " from " << start);
            CHECK(ours == theirs);
        }
}
#endif
