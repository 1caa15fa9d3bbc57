// SPDX-License-Identifier: Apache-2.0
// A guest on agreed terms beside the stage, and reports about people in the room.
#include <QTest>

#include "core/api/guest_types.h"
#include "core/api/house_json.h"
#include "core/api/report_types.h"
#include "tests/support/catch.h"
#include "tests/ui/room_window.h"

using namespace parlour;
using namespace parlour::tests;

TEST_CASE("hosts see what is agreed and what is not talked about", "[ui][room-guest][a11y]") {
    RoomWindow w("room-guest");
    REQUIRE(w.until([&] { return w.has("Guest", QAccessible::PageTab) && said(w, "Rockets that come back"); }));
    CHECK(said(w, "questions on markets"));
    CHECK(said(w, "1. What does a second flight"));
    CHECK(said(w, "The guest is ready."));
    CHECK(said(w, "Victor Tamm, Dmitri Aalto"));   // in the green room
    CHECK(w.press("The host is ready"));
    CHECK(w.until([&] { return w.client.houses.roomGuest->hostReady; }));
    CHECK(w.press("Go to the green room"));
    CHECK(w.until([&] { return w.client.entered == "green"; }));
}

TEST_CASE("listeners see a verified guest and how that is known, but not the terms", "[ui][room-guest][a11y]") {
    RoomWindow w("listener-guest");
    REQUIRE(w.until([&] { return said(w, "Verified guest: a host compared the safety code"); }));
    CHECK_FALSE(w.has("Guest", QAccessible::PageTab));
    CHECK_FALSE(w.has("Go to the green room"));
    CHECK(w.press("Victor Tamm"));
    CHECK(w.until([&] { return w.has("Report…"); }));
}

TEST_CASE("the guest finds the green room before the audience is in, and the stage from there", "[ui][room-guest][a11y]") {
    RoomWindow w("as-guest");
    REQUIRE(w.until([&] { return said(w, "The audience is not in yet."); }));
    CHECK(w.press("Go to the green room"));
    REQUIRE(w.until([&] { return w.client.entered == "green"; }));
    auto there = w.client.state();
    there.room = base::RoomId("green");
    w.client.show(std::move(there));
    REQUIRE(w.until([&] { return said(w, "It comes in when both sides are ready."); }));
    w.client.houses.roomGuest->started = true;
    REQUIRE(w.until([&] { return said(w, "they wait for you on stage"); }));
    CHECK(w.press("Go to the stage"));
    CHECK(w.until([&] { return w.client.entered == "a"; }));
}

TEST_CASE("a room without a guest shows neither badge nor card", "[ui][room-guest]") {
    RoomWindow w("moderator");
    CHECK_FALSE(w.has("Guest", QAccessible::PageTab));
    CHECK_FALSE(said(w, "erified guest"));
}

TEST_CASE("somebody in the room is reported, with a word on what is kept", "[ui][report]") {
    RoomWindow w("person");
    REQUIRE(w.until([&] { return w.has("Report…"); }));
    CHECK(w.press("Report…"));
    REQUIRE(w.until([&] { return w.has("Report Kenji Ito", QAccessible::Dialog); }));
    CHECK(said(w, "the last 20 lines of its chat"));
    const auto before = w.client.houses.reports.size();
    w.type("Shouts at people");
    CHECK(w.press("Send the report"));
    REQUIRE(w.until([&] { return w.client.houses.reports.size() == before + 1; }));
    CHECK(w.client.houses.reports.front().reported.str() == "kenjiito");
    CHECK(w.client.houses.reports.front().text == "Shouts at people");
    CHECK(w.until([&] { return w.has("Thank you", QAccessible::Dialog); }));
}

TEST_CASE("a refused report says why and keeps the words", "[ui][report]") {
    RoomWindow w("report");
    REQUIRE(w.until([&] { return w.has("Report Kenji Ito", QAccessible::Dialog); }));
    w.type("Again");
    w.client.houses.failure = base::Error{base::ErrorKind::exhausted, "too_many_reports", "You have reported five times within an hour.", "Wait a little.", {}};
    CHECK(w.press("Send the report"));
    CHECK(w.until([&] { return said(w, "You have reported five times within an hour. Wait a little."); }));
    CHECK(w.has("Report Kenji Ito", QAccessible::Dialog));
}
