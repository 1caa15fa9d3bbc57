// SPDX-License-Identifier: Apache-2.0
// What the stage does by time: grace, succession of the host, listener lock, the end of a live session, restart.
#include "tests/house/stage_lab.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;

TEST_CASE("a lost connection keeps seat and place for 60 s, then frees them", "[stage]") {
    StageLab lab;
    lab.arrive("H", Role::moderator, Power::host);
    lab.arrive("S", Role::speaker);
    lab.arrive("A");
    lab.arrive("B");
    lab.raise("A");
    lab.raise("B");
    lab.go("S");
    lab.go("A");
    lab.pass(60s - 1ms);
    CHECK(lab.onStage("S"));
    CHECK(lab.queue() == "A B");
    CHECK(lab.arrive("A"));  // back: same place
    CHECK(lab.queue() == "A B");
    lab.pass(1ms);
    CHECK_FALSE(lab.in("S"));
    CHECK(lab.in("A"));
    lab.go("B");
    lab.pass(60s);
    CHECK(lab.queue() == "A");
}

TEST_CASE("somebody admitted who never connects is forgotten after the grace", "[stage]") {
    StageLab lab;
    lab.arrive("H", Role::moderator, Power::host);
    CHECK(lab.put(house::Arrive{Identity("A"), "A", Role::listener, Power::none, base::RoomSid("RM_x")}));
    lab.pass(60s);
    CHECK_FALSE(lab.in("A"));
}

TEST_CASE("the host gone: after 60 s the longest-serving moderator is host", "[stage]") {
    StageLab lab;
    lab.arrive("H", Role::moderator, Power::host);
    lab.arrive("M2", Role::moderator, Power::moderator);
    lab.arrive("M1", Role::moderator, Power::moderator);
    lab.arrive("S", Role::speaker);
    lab.go("H");
    lab.pass(60s - 1ms);
    CHECK(lab.power("H") == Power::host);
    lab.pass(1ms);
    CHECK(lab.power("M2") == Power::host);
    CHECK(lab.power("M1") == Power::moderator);
    // The old host's membership goes down to moderator, so there is one host also after a return.
    bool lowered = false;
    for (const auto& change : lab.last.powers) lowered = lowered || (change.who == Identity("H") && change.power == Power::moderator);
    CHECK(lowered);
}

TEST_CASE("a host who comes back in time stays host", "[stage]") {
    StageLab lab;
    lab.arrive("H", Role::moderator, Power::host);
    lab.arrive("M", Role::moderator, Power::moderator);
    lab.go("H");
    lab.pass(59s);
    lab.back("H");
    lab.pass(600s);
    CHECK(lab.power("H") == Power::host);
    CHECK(lab.stage.session.live);
}

TEST_CASE("the last moderator lost: the longest-serving speaker is host after the grace", "[stage]") {
    StageLab lab;
    lab.arrive("H", Role::moderator, Power::host);
    lab.arrive("S1", Role::speaker);
    lab.arrive("S2", Role::speaker);
    lab.arrive("A");
    lab.go("H");
    lab.pass(60s);
    CHECK(lab.power("S1") == Power::host);
    CHECK(lab.power("S2") == Power::none);
}

TEST_CASE("with no speaker the room waits for a moderator for five minutes and then ends", "[stage]") {
    StageLab lab;
    lab.arrive("H", Role::moderator, Power::host);
    lab.arrive("A");
    lab.go("H");
    lab.pass(60s);
    CHECK(lab.stage.session.lockSince != base::kNever);
    CHECK(house::waitingForHost(lab.stage));
    SECTION("nobody comes") {
        lab.pass(5min - 1ms);
        CHECK(lab.stage.session.live);
        lab.pass(1ms);
        CHECK_FALSE(lab.stage.session.live);
    }
    SECTION("a moderator comes and is host") {
        lab.pass(4min);
        lab.arrive("M", Role::moderator, Power::moderator);
        CHECK(lab.power("M") == Power::host);
        CHECK(lab.stage.session.lockSince == base::kNever);
        lab.pass(10min);
        CHECK(lab.stage.session.live);
    }
    SECTION("a speaker who comes does not seize the chair and may not publish") {
        lab.arrive("S", Role::speaker);
        CHECK(lab.power("S") == Power::none);
        CHECK_FALSE(house::mayPublish(lab.stage.session, *lab.at("S")));
        lab.arrive("H", Role::moderator, Power::host);
        CHECK(house::mayPublish(lab.stage.session, *lab.at("S")));
        // The change of rights is told.
        CHECK(lab.stage.session.lockSince == base::kNever);
    }
}

TEST_CASE("before the first host speakers may talk and nothing runs out", "[stage]") {
    StageLab lab;
    lab.arrive("S", Role::speaker);
    lab.arrive("A");
    lab.raise("A");
    CHECK(house::waitingForHost(lab.stage));
    CHECK(house::mayPublish(lab.stage.session, *lab.at("S")));
    lab.pass(3600s);
    CHECK(lab.stage.session.live);
    CHECK(lab.power("S") == Power::none);
    CHECK(lab.queue() == "A");
}

TEST_CASE("fifty people leave one after another: the end comes once, 20 s after the last grace", "[stage][reference]") {
    // BBB #13234: the countdown restarted with every leaver.
    StageLab lab;
    for (int i = 0; i < 50; ++i) lab.arrive("p" + std::to_string(i));
    for (int i = 0; i < 50; ++i) {
        lab.go("p" + std::to_string(i));
        lab.pass(1s);
    }
    lab.pass(59s + 20s - 1ms);
    CHECK(lab.stage.session.live);
    lab.pass(1ms);
    CHECK_FALSE(lab.stage.session.live);
}

TEST_CASE("a session that nobody ever joined ends after 300 s without people", "[stage]") {
    StageLab lab;
    CHECK(lab.put(house::Arrive{Identity("A"), "A", Role::listener, Power::none, base::RoomSid("RM_x")}));
    lab.pass(60s);
    CHECK(lab.stage.people.empty());
    lab.pass(300s - 1ms);
    CHECK(lab.stage.session.live);
    lab.pass(1ms);
    CHECK_FALSE(lab.stage.session.live);
}

TEST_CASE("a restart within 60 s is not an end: everybody has the full grace to return", "[stage]") {
    StageLab lab;
    lab.arrive("H", Role::moderator, Power::host);
    lab.arrive("S", Role::speaker);
    lab.arrive("A");
    lab.arrive("B");
    lab.raise("A");
    lab.order("H", StageVerb::invite, "B");
    lab.now += 3600s;  // another process, another monotonic clock
    lab.wall += 10s;
    CHECK(lab.put(house::Restart{}));
    CHECK(lab.queue() == "A");
    REQUIRE(lab.at("B")->offer);
    CHECK(lab.at("B")->offer->until == lab.now + 20s);
    lab.pass(59s);
    CHECK(lab.arrive("H", Role::moderator, Power::host));
    CHECK(lab.arrive("S", Role::speaker));
    CHECK(lab.arrive("A"));
    lab.pass(60s);
    CHECK(lab.power("H") == Power::host);
    CHECK(lab.onStage("S"));
    CHECK(lab.queue() == "A");
    CHECK_FALSE(lab.in("B"));
}

TEST_CASE("the wall clock jumping an hour moves no timer", "[stage]") {
    StageLab lab;
    lab.arrive("H", Role::moderator, Power::host);
    lab.arrive("A");
    lab.order("H", StageVerb::invite, "A");
    lab.wall += 1h;
    lab.pass(29s);
    CHECK(lab.at("A")->offer);
    lab.pass(1s);
    CHECK_FALSE(lab.at("A")->offer);
}

TEST_CASE("a moderator still connecting when the listener lock runs out is waited for, without spinning", "[stage]") {
    StageLab lab;
    lab.arrive("H", Role::moderator, Power::host);
    lab.arrive("A");
    lab.go("H");
    lab.pass(60s + 5min - 10s);
    CHECK(lab.put(house::Arrive{Identity("M"), "M", Role::moderator, Power::moderator, base::RoomSid("RM_x")}));
    lab.pass(20s);  // pass() fails when something stays due
    CHECK(lab.stage.session.live);
    lab.back("M");
    CHECK(lab.power("M") == Power::host);
}
