// SPDX-License-Identifier: Apache-2.0
// Overflow rooms: the rules over numbers, and over a stage.
#include "core/house/overflow.h"

#include "core/house/room_load.h"
#include "tests/house/stage_lab.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

/// A room for two besides the host; one person in line opens an overflow room.
struct OverflowLab : StageLab {
    explicit OverflowLab(int cap = 3, int openAt = 1) {
        REQUIRE(arrive("H", Role::moderator, Power::host));
        house::RoomSettings rules;
        rules.cap = cap;
        rules.overflow = openAt;
        settle(rules);
    }
    void settle(const house::RoomSettings& rules) { REQUIRE(put(house::Settle{Identity("H"), false, rules})); }
    void come(std::initializer_list<const char*> all) {
        for (const char* who : all) REQUIRE(arrive(who));
    }
    int roomOf(const std::string& who) const { return at(who)->seat == Seat::waiting ? -1 : at(who)->overflow; }
};

}  // namespace

TEST_CASE("where the first in line goes follows from the numbers alone", "[overflow]") {
    struct Row {
        const char* what;
        house::Places places;
        int room;
    };
    const Row rows[] = {
        {"nobody in line", {10, 10, {}, 0, 1}, 0},
        {"switched off", {10, 10, {}, 50, 0}, 0},
        {"switched off while one is open", {10, 10, {1}, 5, 0}, 0},
        {"the line is not long enough", {10, 10, {}, 2, 3}, 0},
        {"it is", {10, 10, {}, 3, 3}, 1},
        {"an open one with a place takes the first at once", {10, 10, {4}, 1, 3}, 1},
        {"the first with a place", {10, 10, {10, 9}, 1, 3}, 2},
        {"all full, line too short", {10, 10, {10, 10}, 2, 3}, 0},
        {"all full, line long enough", {10, 10, {10, 10}, 3, 3}, 3},
        {"there are no more of them", {1, 1, std::vector<int>(house::kMaxOverflowRooms, 1), 99, 1}, 0},
    };
    for (const auto& row : rows) {
        INFO(row.what);
        CHECK(house::overflowFor(row.places) == row.room);
    }
}

TEST_CASE("free places are filled from the overflow rooms, and an empty one closes only when there is a place", "[overflow]") {
    CHECK(house::freePlaces({10, 7, {5, 5}, 0, 1}) == 3);
    CHECK(house::freePlaces({10, 7, {1, 1}, 0, 1}) == 2);
    CHECK(house::freePlaces({10, 12, {5}, 0, 1}) == 0);
    CHECK(house::lastIsIdle({10, 9, {3, 0}, 0, 1}));
    CHECK_FALSE(house::lastIsIdle({10, 10, {3, 0}, 0, 1}));
    CHECK_FALSE(house::lastIsIdle({10, 9, {0, 3}, 0, 1}));
    CHECK_FALSE(house::lastIsIdle({10, 9, {}, 0, 1}));
}

TEST_CASE("beyond the cap listeners are let into an overflow room of the same size", "[overflow][stage]") {
    OverflowLab lab;
    lab.come({"a", "b", "c", "d", "e", "f"});
    CHECK(lab.roomOf("b") == 0);
    CHECK(lab.roomOf("c") == 1);
    CHECK(lab.roomOf("e") == 1);
    CHECK(lab.roomOf("f") == 2);
    CHECK(lab.stage.session.overflowRooms == 2);
}

TEST_CASE("without overflow rooms, and with a line that is short enough, one waits", "[overflow][stage]") {
    OverflowLab off(2, 0), later(2, 3);
    for (auto* lab : {&off, &later}) lab->come({"a", "b", "c"});
    CHECK(off.roomOf("c") == -1);
    CHECK(later.roomOf("c") == -1);
    later.come({"d"});
    CHECK(later.roomOf("b") == 1);
    CHECK(later.roomOf("d") == -1);   // that room is full with two, and the line is short again
    later.come({"e", "f"});
    CHECK(later.roomOf("d") == 2);
}

TEST_CASE("where a moderator lets people in, nobody is let into an overflow room by itself", "[overflow][stage]") {
    OverflowLab lab;
    auto rules = lab.stage.settings;
    rules.waitingRoom = true;
    lab.settle(rules);
    lab.come({"a"});
    CHECK(lab.roomOf("a") == -1);
    CHECK(lab.stage.session.overflowRooms == 0);
}

TEST_CASE("a hand from an overflow room stands in the one queue, and who accepts is in the main room", "[overflow][stage]") {
    OverflowLab lab;
    lab.come({"a", "b", "c"});
    REQUIRE(lab.raise("a"));
    REQUIRE(lab.raise("c"));
    CHECK(lab.queue() == "a c");
    REQUIRE(lab.order("H", StageVerb::invite, "c"));
    CHECK(lab.roomOf("c") == 1);
    REQUIRE(lab.order("c", StageVerb::accept));
    CHECK(lab.roomOf("c") == 0);
    CHECK(lab.at("c")->seat == Seat::stage);
    CHECK(lab.last.told == std::vector<Identity>{Identity("c")});
}

TEST_CASE("when a seat frees up, whoever has waited longest moves to the main room", "[overflow][stage]") {
    OverflowLab lab;
    lab.come({"a", "b", "c", "d"});
    REQUIRE(lab.go("c"));   // not here at the moment
    REQUIRE(lab.put(house::Leave{Identity("a")}));
    CHECK(lab.roomOf("d") == 0);
    CHECK(lab.roomOf("c") == 1);
    REQUIRE(lab.put(house::Leave{Identity("b")}));
    CHECK(lab.roomOf("c") == 1);
    REQUIRE(lab.back("c"));
    CHECK(lab.roomOf("c") == 0);
}

TEST_CASE("a larger cap, a power and a moderator's word move people to the main room", "[overflow][stage]") {
    OverflowLab lab(2);
    lab.come({"a", "b", "c", "d"});
    REQUIRE(lab.order("H", StageVerb::promote, "d"));
    CHECK(lab.roomOf("d") == 0);
    REQUIRE(lab.order("H", StageVerb::admit, "c"));
    CHECK(lab.roomOf("c") == 0);
    auto rules = lab.stage.settings;
    rules.cap = 10;
    lab.settle(rules);
    CHECK(lab.roomOf("b") == 0);
}

TEST_CASE("an overflow room closes when it was empty for a minute and the main room has a place", "[overflow][stage]") {
    OverflowLab lab;
    lab.come({"a", "b", "c"});
    REQUIRE(lab.put(house::Leave{Identity("c")}));
    lab.pass(5min);
    CHECK(lab.stage.session.overflowRooms == 1);   // the main room is full
    REQUIRE(lab.put(house::Leave{Identity("b")}));
    lab.pass(59s);
    CHECK(lab.stage.session.overflowRooms == 1);
    lab.pass(1s);
    CHECK(lab.stage.session.overflowRooms == 0);
    CHECK(lab.last.audit.back().verb == "overflow_closed");
}

TEST_CASE("removed from an overflow room is removed from the talk", "[overflow][stage]") {
    OverflowLab lab;
    lab.come({"a", "b", "c"});
    REQUIRE(lab.order("H", StageVerb::remove, "c"));
    CHECK_FALSE(lab.arrive("c"));
    CHECK(lab.error.code == "removed");
}

TEST_CASE("what a server still takes is measured once it works, and said roughly", "[overflow][load]") {
    using house::MediaLoad;
    CHECK(house::capacityOf({0.01, 900}) == house::kAssumedCapacity);
    CHECK(house::capacityOf({0.5, 50'000}) == 100'000);
    // 1000 listeners, one voice, half the time: 70 % of 100 000 leaves 20 000 packets, 50 for each.
    const auto half = house::headroom({0.5, 50'000}, 1000, 4000);
    CHECK(half.people == 400);
    CHECK(half.byServer);
    CHECK(house::wordsOf(half) == "Room for about 400 more, then the server is at its limit.");
    const auto places = house::headroom({0.5, 50'000}, 1000, 12);
    CHECK_FALSE(places.byServer);
    CHECK(house::wordsOf(places) == "Room for 12 more.");
    CHECK(house::headroom({0.9, 90'000}, 1800, 100).people == 0);
    CHECK(house::wordsOf(house::headroom({0.9, 90'000}, 1800, 100)) == "The server has no room for more people.");
    CHECK(house::wordsOf(house::headroom({}, 10, 0)) == "The room is full; who comes now waits in line.");
    // Nobody speaks yet: everybody inside is counted as one who will hear one voice.
    CHECK(house::headroom({0.0, 0.0}, 2000, 10'000).people == 100);
}
