// SPDX-License-Identifier: Apache-2.0
// Zones both ways, against the C library as a second opinion, and with files that nobody should have written.
#include "core/base/time_zone.h"

#include <cstdlib>
#include <ctime>

#include "core/base/zone_files.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace std::chrono;
using base::LocalTime;
using base::TimeZone;
using base::UtcTime;

namespace {

LocalTime local(const char* text) { return base::parseIsoTime(text)->local; }
UtcTime utc(const char* text) { return base::parseIsoTime(text)->utc(); }
base::ZonePtr zone(const std::string& name) {
    static base::ZoneFiles files;
    auto found = files.find(name);
    INFO(name << " (is tzdata installed?)");
    REQUIRE(found);
    return *found;
}

/// A version 2 file with the given changes; each type is {offset, summer}.
std::string file(const std::vector<std::pair<std::int64_t, int>>& changes, const std::vector<std::pair<int, int>>& types,
                 const std::string& footer) {
    base::ByteWriter out;
    const auto header = [&](std::size_t times) {
        out.text("TZif2");
        for (int i = 0; i < 15; ++i) out.u8(0);
        for (const auto n : {std::size_t{0}, std::size_t{0}, std::size_t{0}, times, times ? types.size() : 1, std::size_t{4}})
            out.u32(static_cast<std::uint32_t>(n));
    };
    header(0);
    for (int i = 0; i < 6; ++i) out.u8(0);
    out.text(std::string("TST\0", 4));
    header(changes.size());
    for (const auto& [at, type] : changes) out.u64(static_cast<std::uint64_t>(at));
    for (const auto& [at, type] : changes) out.u8(static_cast<std::uint8_t>(type));
    for (const auto& [offset, summer] : types) {
        out.u32(static_cast<std::uint32_t>(offset));
        out.u8(static_cast<std::uint8_t>(summer));
        out.u8(0);
    }
    out.text(std::string("TST\0", 4));
    out.text("\n" + footer + "\n");
    return std::string(base::asText(out.view()));
}

struct CLibraryZone {
    std::string before;
    explicit CLibraryZone(const std::string& name) : before(std::getenv("TZ") ? std::getenv("TZ") : "") {
        ::setenv("TZ", (":" + name).c_str(), 1);
        ::tzset();
    }
    ~CLibraryZone() {
        before.empty() ? ::unsetenv("TZ") : ::setenv("TZ", before.c_str(), 1);
        ::tzset();
    }
};

}  // namespace

TEST_CASE("a time is read in every usual ISO form and nothing else", "[local-time]") {
    struct Row { const char* text; const char* local; int offsetMinutes; };
    for (const auto& row : {Row{"2026-11-24T18:00", "2026-11-24T18:00:00", -1}, Row{"2026-11-24 18:00:05", "2026-11-24T18:00:05", -1},
                            Row{"2026-11-24T18:00Z", "2026-11-24T18:00:00", 0}, Row{"2026-11-24T18:00:00.250+01:00", "2026-11-24T18:00:00", 60},
                            Row{"2026-11-24T18:00-0330", "2026-11-24T18:00:00", -210}, Row{"2026-11-24T18:00+14", "2026-11-24T18:00:00", 840},
                            Row{"20261124T180000Z", "2026-11-24T18:00:00", 0}, Row{"2028-02-29T00:00", "2028-02-29T00:00:00", -1}}) {
        const auto read = base::parseIsoTime(row.text);
        INFO(row.text);
        REQUIRE(read);
        CHECK(base::formatIso(read->local) == row.local);
        CHECK(read->offset == (row.offsetMinutes == -1 ? std::nullopt : std::optional<seconds>(minutes(row.offsetMinutes))));
    }
    for (const char* text : {"", "tomorrow", "2026-11-24", "2026-11-24T", "2026-11-24T24:00", "2026-11-24T18:60", "2026-02-29T10:00",
                             "2026-13-01T10:00", "2026-11-24T18:00+25:00", "2026-11-24T18:00 ", "2026-11-24T18:00Zx", "1969-12-31T10:00",
                             "2200-01-01T10:00", "2026-11-24T1800", "20261124T18:00", "2026-1-2T10:00", "2026-11-24T18:00.",
                             "2026-11-24T18:00:00.123456789012345678901234567890"}) {
        INFO(text);
        const auto read = base::parseIsoTime(text);
        REQUIRE_FALSE(read);
        CHECK(read.error().code == "bad_time");
        CHECK(read.error().advice.find("2026-11-24T18:00") != std::string::npos);
    }
    CHECK(base::formatBasic(local("2026-01-02T03:04:05")) == "20260102T030405");
    CHECK(base::formatBasic(utc("2026-01-02T03:04:05Z")) == "20260102T030405Z");
    CHECK(base::parseIsoDate("20261231") == base::parseIsoDate("2026-12-31"));
    CHECK_FALSE(base::parseIsoDate("2026-12-32"));
}

TEST_CASE("a time that the clock jumps over lands as much later as the gap is long; one that comes twice is the first", "[zone]") {
    struct Row { const char* zone; const char* local; const char* utc; TimeZone::Kind kind; };
    using Kind = TimeZone::Kind;
    for (const auto& row : {
             Row{"Europe/Berlin", "2027-03-28T01:59:59", "2027-03-28T00:59:59Z", Kind::unique},
             Row{"Europe/Berlin", "2027-03-28T02:00:00", "2027-03-28T01:00:00Z", Kind::gap},      // shown as 03:00
             Row{"Europe/Berlin", "2027-03-28T02:30:00", "2027-03-28T01:30:00Z", Kind::gap},
             Row{"Europe/Berlin", "2027-03-28T03:00:00", "2027-03-28T01:00:00Z", Kind::unique},
             Row{"Europe/Berlin", "2026-10-25T01:59:59", "2026-10-24T23:59:59Z", Kind::unique},
             Row{"Europe/Berlin", "2026-10-25T02:00:00", "2026-10-25T00:00:00Z", Kind::overlap},
             Row{"Europe/Berlin", "2026-10-25T02:59:59", "2026-10-25T00:59:59Z", Kind::overlap},
             Row{"Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T02:00:00Z", Kind::unique},
             Row{"America/New_York", "2027-03-14T02:30:00", "2027-03-14T07:30:00Z", Kind::gap},
             Row{"America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00Z", Kind::overlap},
             Row{"Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03T15:45:00Z", Kind::gap},    // half an hour
             Row{"Australia/Lord_Howe", "2027-04-04T01:45:00", "2027-04-03T14:45:00Z", Kind::overlap},
             Row{"Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T22:00:00Z", Kind::gap},           // a day that never was
             Row{"Asia/Kolkata", "2026-11-24T18:00:00", "2026-11-24T12:30:00Z", Kind::unique},
             Row{"Asia/Gaza", "2090-11-24T18:00:00", "2090-11-24T16:00:00Z", Kind::unique},
             Row{"Europe/Berlin", "2090-07-01T18:00:00", "2090-07-01T16:00:00Z", Kind::unique},       // by the rule of the footer
             Row{"UTC", "2026-11-24T18:00:00", "2026-11-24T18:00:00Z", Kind::unique}}) {
        INFO(row.zone << " " << row.local);
        const auto got = zone(row.zone)->toUtc(local(row.local));
        CHECK(base::formatIso(got.at) == row.utc);
        CHECK(got.kind == row.kind);
    }
    CHECK(base::formatIso(zone("Europe/Berlin")->toLocal(utc("2027-03-28T01:30:00Z"))) == "2027-03-28T03:30:00");
}

TEST_CASE("offsets agree with the C library's through two centuries", "[zone]") {
    for (const char* name : {"Europe/Berlin", "Europe/Dublin", "America/New_York", "America/Sao_Paulo", "America/Nuuk", "Asia/Jerusalem",
                             "Asia/Tehran", "Africa/Casablanca", "Africa/Monrovia", "Australia/Lord_Howe", "Pacific/Apia",
                             "Pacific/Chatham", "Asia/Kathmandu", "Antarctica/Troll", "America/Caracas", "Etc/GMT+3", "UTC"}) {
        const auto z = zone(name);
        CLibraryZone c(name);
        int wrong = 0;
        for (std::int64_t t = -2'000'000'000; t < 5'000'000'000; t += 641'111) {
            const auto time = static_cast<std::time_t>(t);
            std::tm broken{};
            REQUIRE(::localtime_r(&time, &broken));
            const auto span = z->at(UtcTime(seconds(t)));
            if (span.offset.count() != broken.tm_gmtoff) ++wrong;
        }
        INFO(name);
        CHECK(wrong == 0);
    }
}

TEST_CASE("there and back again gives the same instant wherever the wall clock is not ambiguous", "[zone]") {
    for (const char* name : {"Europe/Berlin", "America/Nuuk", "Australia/Lord_Howe", "Asia/Jerusalem"}) {
        const auto z = zone(name);
        for (auto t = utc("2024-01-01T00:00Z"); t < utc("2044-01-01T00:00Z"); t += hours(5) + minutes(17)) {
            const auto back = z->toUtc(z->toLocal(t));
            REQUIRE(back.kind != TimeZone::Kind::gap);
            if (back.kind == TimeZone::Kind::unique) REQUIRE(back.at == t);
        }
    }
}

TEST_CASE("the changes of a zone are listed, those of the rule too", "[zone]") {
    const auto list = zone("Europe/Berlin")->transitions(utc("2036-01-01T00:00Z"), utc("2040-01-01T00:00Z"));
    REQUIRE(list.size() == 8);
    CHECK(base::formatIso(list.front().at) == "2036-03-30T01:00:00Z");
    CHECK(base::formatIso(list.back().at) == "2039-10-30T01:00:00Z");
    CHECK(list.back().before.abbreviation == "CEST");
    CHECK(list.back().after.abbreviation == "CET");
    CHECK(zone("Asia/Tokyo")->transitions(utc("2000-01-01T00:00Z"), utc("2100-01-01T00:00Z")).empty());
    CHECK(zone("Europe/Berlin")->transitions(utc("1970-01-01T00:00Z"), utc("2199-12-31T00:00Z")).size() <= 2000);
}

TEST_CASE("rules of all forms are understood", "[zone]") {
    const auto at = [](const char* rule, int year) {
        const auto r = base::ZoneRule::parse(rule);
        REQUIRE(r);
        REQUIRE(r->summer);
        return base::formatIso(r->beginsIn(year)) + " " + base::formatIso(r->endsIn(year));
    };
    CHECK(at("CET-1CEST,M3.5.0,M10.5.0/3", 2027) == "2027-03-28T01:00:00Z 2027-10-31T01:00:00Z");
    CHECK(at("IST-2IDT,M3.4.4/26,M10.5.0", 2027) == "2027-03-26T00:00:00Z 2027-10-30T23:00:00Z");
    CHECK(at("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2027) == "2027-03-28T01:00:00Z 2027-10-31T01:00:00Z");
    CHECK(at("AAA3BBB,J60,J365/23", 2028) == "2028-03-01T05:00:00Z 2029-01-01T01:00:00Z");
    CHECK(at("AAA3BBB2:30,59/0,364", 2028) == "2028-02-29T03:00:00Z 2028-12-30T04:30:00Z");
    for (const char* bad : {"", "C", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
                            "CET-1CEST,M3.5.7,M10.5.0", "CET-25", "<CET-1", "CET-1CEST,J0,J365", "CET-1CEST,M3.5.0,M10.5.0/168",
                            "CET-1CEST,M3.5.0,M10.5.0x", "<a>1"}) {
        INFO(bad);
        CHECK_FALSE(base::ZoneRule::parse(bad));
    }
}

TEST_CASE("a damaged zone file is refused with a sentence", "[zone]") {
    const auto good = file({{1000, 1}, {2000, 0}}, {{3600, 0}, {7200, 1}}, "TST-1");
    const auto read = TimeZone::parse("Test/Good", base::asBytes(good));
    REQUIRE(read);
    CHECK(read->at(UtcTime(seconds(999))).offset == hours(1));
    CHECK(read->at(UtcTime(seconds(1000))).offset == hours(2));
    CHECK(read->at(UtcTime(seconds(2000))).offset == hours(1));
    for (std::size_t size = 0; size < good.size(); ++size)
        CHECK_FALSE(TimeZone::parse("Test/Cut", base::asBytes(std::string_view(good).substr(0, size))));
    CHECK_FALSE(TimeZone::parse("Test/Order", base::asBytes(file({{2000, 1}, {1000, 0}}, {{3600, 0}, {7200, 1}}, "TST-1"))));
    CHECK_FALSE(TimeZone::parse("Test/Type", base::asBytes(file({{1000, 2}}, {{3600, 0}, {7200, 1}}, "TST-1"))));
    CHECK_FALSE(TimeZone::parse("Test/Offset", base::asBytes(file({{1000, 1}}, {{3600, 0}, {27 * 3600, 1}}, "TST-1"))));
    const auto rule = TimeZone::parse("Test/Rule", base::asBytes(file({{1000, 1}}, {{3600, 0}, {7200, 1}}, "nonsense")));
    REQUIRE_FALSE(rule);
    CHECK(rule.error().code == "bad_zone");
    CHECK_FALSE(TimeZone::parse("Test/Large", base::Bytes(256 * 1024 + 1)));
    // "Since the big bang" is how some writers say what was in force before anything else.
    const auto bang = TimeZone::parse("Test/Bang", base::asBytes(file({{INT64_MIN, 1}, {1000, 0}}, {{3600, 0}, {7200, 1}}, "TST-1")));
    REQUIRE(bang);
    CHECK(bang->at(UtcTime(seconds(0))).offset == hours(2));
}

TEST_CASE("names that are no zones find no files", "[zone]") {
    base::ZoneFiles files;
    for (const char* name : {"", "Europe/Nowhere", "../etc/passwd", "/etc/localtime", "Europe", "zone.tab", "posix/Europe/Berlin",
                             "right/Europe/Berlin", "Europe//Berlin", "Europe/Berlin/", "Europe/Berlin\n", "tzdata.zi", "Europe/../UTC"}) {
        INFO(name);
        const auto found = files.find(name);
        REQUIRE_FALSE(found);
        CHECK(found.error().code == "bad_zone");
    }
    CHECK_FALSE(base::isZoneName(std::string(65, 'a')));
    CHECK(base::isZoneName(std::string(64, 'a')));
    base::ZoneFiles nowhere({"/nonexistent"});
    CHECK(nowhere.find("UTC"));
    CHECK_FALSE(nowhere.find("Europe/Berlin"));
}

TEST_CASE("this machine's zone comes from TZ first", "[zone]") {
    {
        CLibraryZone tz("Asia/Tokyo");
        CHECK(base::machineZone() == "Asia/Tokyo");
    }
    {
        CLibraryZone tz("/usr/share/zoneinfo/Asia/Kolkata");
        CHECK(base::machineZone() == "Asia/Kolkata");
    }
    base::ZoneFiles files;
    CHECK(files.find(base::machineZone()));
}
