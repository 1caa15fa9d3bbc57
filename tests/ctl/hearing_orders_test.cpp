// SPDX-License-Identifier: Apache-2.0
#include "app/ctl/hearing_orders.h"
#include "tests/ctl/room_fixture.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::ctl;
using namespace parlour::tests;

TEST_CASE("volume and deafen are orders about the own ears", "[ctl][hearing]") {
    RoomFixture room;
    room.add("ada0000000000000000000000a", "Ada von B");
    const auto ada = std::get<VolumeOrder>(*parseOrder("volume 150 Ada von B", room.state));
    CHECK(ada.who.str() == "ada0000000000000000000000a");
    CHECK(ada.percent == 150);
    CHECK(std::get<VolumeOrder>(*parseOrder("volume 0 #ada", room.state)).percent == 0);
    CHECK(std::get<DeafenOrder>(*parseOrder("deafen on", room.state)).on);
    CHECK_FALSE(std::get<DeafenOrder>(*parseOrder("deafen off", room.state)).on);
    CHECK(std::get<SeatsOrder>(*parseOrder("seats headphones", room.state)).seats == 1);
    CHECK(std::get<SeatsOrder>(*parseOrder("seats off", room.state)).seats == 0);
    for (const char* line : {"seats", "seats around", "volume", "volume 50", "volume Ada von B", "volume 201 Ada von B", "volume -1 Ada von B", "volume 50 Me", "deafen",
                             "deafen maybe"}) {
        INFO(line);
        const auto order = parseOrder(line, room.state);
        REQUIRE_FALSE(order);
        CHECK(order.error().code == "bad_command");
        CHECK_FALSE(order.error().advice.empty());
    }
    CHECK(parseOrder("volume 50 Nobody", room.state).error().code == "who_unknown");
}
