// SPDX-License-Identifier: Apache-2.0
// The line, overflow rooms and the moderators' door as events, and letting in by name.
#include "app/ctl/state_events.h"
#include "app/ctl/stdin_commands.h"
#include "tests/ctl/room_fixture.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::ctl;
using parlour::tests::RoomFixture;
using room::SessionState;

namespace {

constexpr base::TimePoint kStart{std::chrono::seconds(1)};

struct Door : RoomFixture {
    StateEvents events;
    std::vector<Event> next() { return events.next(snapshot(), kStart); }
    void inLine(int place, int waiting) {
        state.session = SessionState::waiting;
        state.line = {place, waiting, 200, false, false, base::fromUnixMs(1000 * place)};
    }
    static const Event* find(const std::vector<Event>& events, const std::string& name) {
        for (const auto& e : events)
            if (e.name == name) return &e;
        return nullptr;
    }
};

}  // namespace

TEST_CASE("the line is told when it moves, then that one is inside", "[ctl][door]") {
    Door door;
    door.state.session = SessionState::waiting;
    CHECK(door.next().empty());   // not asked yet
    door.inLine(2, 5);
    auto told = door.next();
    REQUIRE(told.size() == 1);
    CHECK(told[0].name == "waiting");
    CHECK(told[0].fields["place"] == 2);
    CHECK(told[0].fields["next_ms"] == 2000);
    door.state.line.nextTry += std::chrono::seconds(3);
    CHECK(door.next().empty());
    door.inLine(1, 4);
    CHECK(door.next().size() == 1);
    door.state.session = SessionState::joined;
    CHECK(Door::find(door.next(), "joined") != nullptr);
}

TEST_CASE("who waits again after having been inside arrives anew", "[ctl][door]") {
    Door door;
    REQUIRE(Door::find(door.next(), "joined"));
    door.inLine(1, 1);
    CHECK(Door::find(door.next(), "waiting"));
    door.state.session = SessionState::joined;
    const auto told = door.next();
    CHECK(Door::find(told, "joined"));
    CHECK_FALSE(Door::find(told, "reconnected"));
}

TEST_CASE("an overflow room is told in words, at joining and when one is moved", "[ctl][door]") {
    Door door;
    door.state.overflow = 1;
    door.state.overflowOf = "Boats";
    auto told = door.next();
    const auto* there = Door::find(told, "overflow");
    REQUIRE(there);
    CHECK(there->fields["message"] == "You are in overflow 1 of Boats: you hear the stage; your hand reaches the main queue.");
    door.state.overflow = 0;
    told = door.next();
    REQUIRE(told.size() == 1);
    CHECK(told[0].fields["n"] == 0);
}

TEST_CASE("a hand from an overflow room says where it comes from", "[ctl][door]") {
    Door door;
    door.next();
    auto& ana = door.add("ana0000000000000000000000b", "Ana");
    ana.overflow = 2;
    ana.handKey = "k1";
    const auto told = door.next();
    const auto* hand = Door::find(told, "hand");
    REQUIRE(hand);
    CHECK(hand->fields["from"] == "overflow 2");
}

TEST_CASE("moderators are told about the door when it changes, and let in by name", "[ctl][door]") {
    Door door;
    door.me().power = api::Power::moderator;
    door.next();
    auto view = std::make_shared<room::DoorView>();
    view->waiting = {{base::Identity("w1"), "Walter"}, {base::Identity("w2"), "Twin"}, {base::Identity("w3"), "Twin"}};
    view->waitingCount = 3;
    view->words = "Room for 12 more.";
    door.state.door = view;
    const auto told = door.next();
    REQUIRE(told.size() == 1);
    CHECK(told[0].name == "door");
    CHECK(told[0].fields["names"].size() == 3);
    auto busier = std::make_shared<room::DoorView>(*view);
    busier->busyPercent = 3;   // changes all the time: no news by itself
    door.state.door = busier;
    CHECK(door.next().empty());

    const auto target = [&](const char* line) {
        auto order = parseOrder(line, door.state);
        return order ? std::get<room::Command>(*order).target.str() : order.error().code;
    };
    CHECK(target("admit Walter") == "w1");
    CHECK(target("admit Twin") == "who_unknown");   // two of them: by id
    CHECK(target("admit all").empty());
    CHECK(target("admit").empty());
}
