// SPDX-License-Identifier: Apache-2.0
#include "tests/house/stage_lab.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

struct CrowdLab : StageLab {
    CrowdLab() {
        REQUIRE(arrive("H", Role::moderator, Power::host));
        REQUIRE(arrive("M", Role::moderator, Power::moderator));
    }
    bool come(const std::string& who, const std::string& link) {
        return put(house::Arrive{Identity(who), who, Role::listener, Power::none, base::RoomSid("RM_x"), base::InvitationId(link)}) &&
               put(house::Connected{Identity(who)});
    }
    bool settle(const house::RoomSettings& settings, const std::string& actor = "M") {
        return put(house::Settle{Identity(actor), false, settings});
    }
    bool place(const std::string& who, int at) {
        auto c = command("M", StageVerb::move, who);
        c.place = at;
        return put(c);
    }
    bool pin(const std::string& who, bool on = true) {
        auto c = command("M", StageVerb::pin, who);
        c.on = on;
        return put(c);
    }
    bool slot(const std::string& actor, const std::string& who, int seconds) {
        auto c = command(actor, StageVerb::slot, who);
        c.seconds = seconds;
        return put(c);
    }
};

}  // namespace

TEST_CASE("a moderator moves a hand to any place and the others close up", "[stage][queue]") {
    CrowdLab lab;
    for (const char* who : {"A", "B", "C", "D"}) {
        REQUIRE(lab.arrive(who));
        REQUIRE(lab.raise(who));
    }
    CHECK(lab.place("D", 2));
    CHECK(lab.queue() == "A D B C");
    CHECK(lab.place("A", 99));
    CHECK(lab.queue() == "D B C A");
    CHECK_FALSE(lab.place("A", 0));
    CHECK(lab.error.code == "bad_place");
    CHECK_FALSE(lab.place("M", 1));
    CHECK(lab.error.code == "no_hand");
    CHECK_FALSE(lab.order("B", StageVerb::move, "B"));
    CHECK(lab.queue() == "D B C A");
}

TEST_CASE("a pinned hand stands before missed ones, and unpinned returns to its place", "[stage][queue]") {
    CrowdLab lab;
    for (const char* who : {"A", "B", "C"}) {
        REQUIRE(lab.arrive(who));
        REQUIRE(lab.raise(who));
    }
    CHECK(lab.pin("C"));
    CHECK(lab.queue() == "C A B");
    CHECK(lab.order("M", StageVerb::invite, "B"));
    lab.pass(30s);
    CHECK(lab.queue() == "C B A");
    CHECK(lab.pin("C", false));
    CHECK(lab.queue() == "B A C");
    CHECK(lab.order("M", StageVerb::clearHands));
    CHECK(lab.queue().empty());
    CHECK_FALSE(lab.order("A", StageVerb::clearHands));
}

TEST_CASE("the hand policy decides who may raise, never about moderators", "[stage][queue]") {
    CrowdLab lab;
    REQUIRE(lab.arrive("A"));
    const auto raise = [&](bool followed, bool invited) {
        auto c = lab.command("A", StageVerb::raise);
        c.followedMember = followed;
        c.invited = invited;
        const bool done = lab.put(c);
        lab.order("A", StageVerb::lower);
        lab.pass(1s);
        return done;
    };
    house::RoomSettings rules;
    struct Row {
        house::HandPolicy policy;
        bool stranger, followed, invited;
    };
    for (const auto& row : {Row{house::HandPolicy::off, false, false, false}, Row{house::HandPolicy::members, false, true, false},
                            Row{house::HandPolicy::invited, false, false, true}, Row{house::HandPolicy::everyone, true, true, true}}) {
        rules.hands = row.policy;
        lab.settle(rules);
        CHECK(raise(false, false) == row.stranger);
        CHECK(raise(true, false) == row.followed);
        CHECK(raise(false, true) == row.invited);
        CHECK(lab.raise("M"));
        lab.order("M", StageVerb::lower);
    }
}

TEST_CASE("a speaker's time is told and ends on the stage, or only gives a sign", "[stage][slot]") {
    CrowdLab lab;
    REQUIRE(lab.arrive("A"));
    REQUIRE(lab.arrive("S", Role::speaker));
    house::RoomSettings rules;
    rules.slotSeconds = 60;
    rules.turnSeconds = 20;
    REQUIRE(lab.settle(rules));
    REQUIRE(lab.raise("A"));
    REQUIRE(lab.order("M", StageVerb::next));
    REQUIRE(lab.order("A", StageVerb::accept));
    CHECK(lab.at("A")->slotUntil == lab.now + 20s);
    lab.pass(19s);
    CHECK(lab.onStage("A"));
    lab.pass(1s);
    CHECK_FALSE(lab.onStage("A"));
    CHECK(lab.onStage("S"));
    CHECK(lab.slot("M", "S", 3600));
    CHECK_FALSE(lab.slot("M", "S", 3601));
    CHECK_FALSE(lab.slot("M", "H", 10));
    CHECK_FALSE(lab.slot("S", "S", 0));
    rules.slotIsSign = true;
    REQUIRE(lab.settle(rules));
    CHECK(lab.slot("M", "S", 5));
    lab.pass(60s);
    CHECK(lab.onStage("S"));
}

TEST_CASE("a locked door opens to unused invitations with a number of uses and to nobody else", "[stage][door]") {
    CrowdLab lab;
    REQUIRE(lab.order("M", StageVerb::lockDoor));
    CHECK_FALSE(lab.arrive("A"));
    CHECK(lab.error.code == "door_locked");
    const auto holds = [&](const char* who, bool limited, base::WallTime at) {
        return lab.put(house::Arrive{Identity(who), who, Role::listener, Power::none, base::RoomSid("RM_x"), base::InvitationId("one"), limited, at});
    };
    CHECK_FALSE(holds("B", true, lab.wall - 1s));
    CHECK_FALSE(holds("B", false, lab.wall + 1s));
    CHECK(holds("B", true, lab.wall + 1s));
    CHECK(lab.arrive("N", Role::moderator, Power::moderator));
    auto open = lab.command("H", StageVerb::lockDoor);
    open.on = false;
    CHECK(lab.put(open));
    CHECK(lab.arrive("A"));
}

TEST_CASE("in front of a waiting room listeners wait until a moderator lets them in", "[stage][door]") {
    CrowdLab lab;
    house::RoomSettings rules;
    rules.waitingRoom = true;
    REQUIRE(lab.settle(rules));
    const auto knock = [&](const char* who) { return lab.put(house::Arrive{Identity(who), who, Role::listener, Power::none, base::RoomSid("RM_x")}); };
    for (const char* who : {"A", "B", "C"}) REQUIRE(knock(who));
    CHECK(lab.seat("A") == Seat::waiting);
    CHECK(house::waitingLine(lab.stage).size() == 3);
    CHECK_FALSE(lab.raise("A"));
    CHECK_FALSE(lab.order("M", StageVerb::invite, "A"));
    CHECK_FALSE(lab.order("A", StageVerb::admit, "A"));
    CHECK(lab.order("M", StageVerb::admit, "B"));
    CHECK(lab.seat("B") == Seat::audience);
    CHECK(knock("B"));
    CHECK(lab.seat("B") == Seat::audience);
    lab.pass(50s);
    CHECK(knock("A"));
    lab.pass(20s);
    CHECK(lab.in("A"));
    CHECK_FALSE(lab.in("C"));  // did not ask again
    CHECK(lab.order("M", StageVerb::admit));
    CHECK(lab.seat("A") == Seat::audience);
    CHECK(lab.arrive("S", Role::speaker));
    CHECK(lab.onStage("S"));
}

TEST_CASE("beyond the cap people wait in line and the first of it gets the next seat", "[stage][door][limits]") {
    CrowdLab lab;
    house::RoomSettings rules;
    rules.cap = 3;
    REQUIRE(lab.settle(rules));
    const auto knock = [&](const char* who) { return lab.put(house::Arrive{Identity(who), who, Role::listener, Power::none, base::RoomSid("RM_x")}); };
    REQUIRE(knock("A"));
    CHECK(lab.seat("A") == Seat::audience);
    REQUIRE(knock("B"));
    REQUIRE(knock("C"));
    CHECK(lab.seat("B") == Seat::waiting);
    REQUIRE(lab.put(house::Leave{Identity("A")}));
    REQUIRE(knock("C"));
    CHECK(lab.seat("C") == Seat::waiting);
    REQUIRE(knock("D"));
    CHECK(lab.seat("D") == Seat::waiting);
    REQUIRE(knock("B"));
    CHECK(lab.seat("B") == Seat::audience);
}

TEST_CASE("slow-join lets in so many listeners a minute", "[stage][door][limits]") {
    CrowdLab lab;
    house::RoomSettings rules;
    rules.joinsPerMinute = 2;
    REQUIRE(lab.settle(rules));
    const auto knock = [&](const char* who) { return lab.put(house::Arrive{Identity(who), who, Role::listener, Power::none, base::RoomSid("RM_x")}); };
    lab.pass(60s);
    for (const char* who : {"A", "B", "C"}) REQUIRE(knock(who));
    CHECK(lab.seat("B") == Seat::audience);
    CHECK(lab.seat("C") == Seat::waiting);
    lab.pass(59s);
    REQUIRE(knock("C"));
    CHECK(lab.seat("C") == Seat::waiting);
    lab.pass(1s);
    REQUIRE(knock("C"));
    CHECK(lab.seat("C") == Seat::audience);
}

TEST_CASE("fifty raiders are gone with one command and those above stay", "[stage][raid]") {
    CrowdLab lab;
    REQUIRE(lab.come("guest", "good"));
    lab.pass(10min);
    for (int i = 0; i < 50; ++i) REQUIRE(lab.come("r" + std::to_string(i), "bad"));
    REQUIRE(lab.put(house::Arrive{Identity("N"), "N", Role::moderator, Power::moderator, base::RoomSid("RM_x"), base::InvitationId("bad")}));
    auto many = lab.command("M", StageVerb::banMany);
    SECTION("by the link they came by") {
        many.link = base::InvitationId("bad");
        CHECK(lab.put(many));
        CHECK(lab.last.linkBanned == base::InvitationId("bad"));
    }
    SECTION("by the last minutes") {
        many.sinceMinutes = 5;
        many.minutes = 60;
        CHECK(lab.put(many));
        CHECK(lab.last.bans[0].minutes == 60);
    }
    CHECK(lab.last.bans.size() == 50);
    CHECK(lab.last.gone.size() == 50);
    CHECK(lab.stage.people.size() == 4);
    CHECK(lab.in("guest"));
    CHECK(lab.in("N"));
}

TEST_CASE("a selector names a link or 1 to 1440 minutes, and listeners clear nothing", "[stage][raid][limits]") {
    CrowdLab lab;
    REQUIRE(lab.come("A", "bad"));
    auto many = lab.command("M", StageVerb::removeMany);
    CHECK_FALSE(lab.put(many));
    for (int minutes : {0, 1441}) {
        many.sinceMinutes = minutes;
        CHECK_FALSE(lab.put(many));
        CHECK(lab.error.code == "bad_selector");
    }
    many.sinceMinutes = 1440;
    many.link = base::InvitationId("bad");
    CHECK_FALSE(lab.put(many));
    many.sinceMinutes.reset();
    many.closeLink = true;
    auto listener = many;
    listener.actor = Identity("A");
    CHECK_FALSE(lab.put(listener));
    CHECK(lab.put(many));
    CHECK(lab.last.linkClosed == base::InvitationId("bad"));
    CHECK_FALSE(lab.come("A", "bad"));
    CHECK(lab.error.code == "removed");
}

TEST_CASE("settings are a moderator's, versioned, and outlive the session", "[stage][settings]") {
    CrowdLab lab;
    REQUIRE(lab.arrive("A"));
    const auto quiet = house::roomTemplate("quiet").value();
    CHECK_FALSE(lab.settle(quiet, "A"));
    house::Settle old{Identity("M"), false, quiet, lab.stage.session.version - 1};
    CHECK_FALSE(lab.put(old));
    CHECK(lab.error.code == "version_conflict");
    CHECK(lab.settle(quiet));
    CHECK_FALSE(lab.raise("A"));
    CHECK(lab.order("H", StageVerb::end));
    CHECK(lab.stage.settings == quiet);
    for (const char* name : {"open", "interview", "panel", "quiet"}) CHECK(house::checkSettings(house::roomTemplate(name).value()));
    CHECK_FALSE(house::roomTemplate("loud"));
    house::RoomSettings most;
    most.slotSeconds = most.turnSeconds = 3600;
    most.joinsPerMinute = 1000;
    most.cap = 5000;
    CHECK(house::checkSettings(most));
    most.cap = 5001;
    CHECK_FALSE(house::checkSettings(most));
}
