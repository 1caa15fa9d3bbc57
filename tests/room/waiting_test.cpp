// SPDX-License-Identifier: Apache-2.0
// Whole rooms that are full: the line, overflow rooms that hear the stage, and coming in by oneself.
#include "core/api/desk_types.h"
#include "tests/room/room_lab.h"

using namespace parlour;
using namespace parlour::tests;
using api::StageVerb;

namespace {

struct FullRoom : RoomLab {
    Person* boss = nullptr;
    std::unique_ptr<room::HouseClient> desk;

    /// The host is in; `rules` hold from now on.
    explicit FullRoom(const api::RoomSettingsWish& rules) {
        boss = &host();
        const auto link = signal::InviteLink::parse(made.links.listener);
        desk = std::make_unique<room::HouseClient>(loop, boss->keys, room::HouseAddress{link->origin(), link->pin()});
        settle(rules);
    }
    ~FullRoom() { desk.reset(); }
    void settle(const api::RoomSettingsWish& rules) {
        std::optional<base::Result<api::RoomSettings>> answer;
        desk->post<api::RoomSettingsWish, api::RoomSettings>("/rooms/" + made.room.str() + "/settings", rules, [&](auto out) { answer.emplace(std::move(out)); });
        REQUIRE(until([&] { return answer.has_value(); }));
        REQUIRE(*answer);
    }
    Person& waitInLine(const std::string& name, int place) {
        auto& person = add(name);
        person.enter(made.links.listener);
        REQUIRE(until([&] { return person.state()->session == SessionState::waiting && person.state()->line.place == place; }));
        return person;
    }
    bool gone(Person& person) {
        bool done = false;
        person.session->leave([&] { done = true; });
        return until([&] { return done; });
    }
};

api::RoomSettingsWish capOf(int people, int overflow = 0) {
    api::RoomSettingsWish rules;
    rules.cap = people;
    rules.overflow = overflow;
    return rules;
}

}  // namespace

TEST_CASE("who finds the room full waits with a place, and comes in by itself when somebody leaves", "[room][whole][waiting]") {
    FullRoom lab(capOf(2));
    auto& anna = lab.join("anna", lab.made.links.listener);
    auto& ben = lab.waitInLine("ben", 1);
    auto& cara = lab.waitInLine("cara", 2);
    CHECK(ben.state()->line.inside == 2);
    CHECK_FALSE(ben.state()->line.moderated);
    CHECK(ben.state()->line.nextTry > lab.clock.wallNow());
    REQUIRE(lab.until([&] { return lab.boss->state()->door && lab.boss->state()->door->waitingCount == 2; }));
    CHECK(lab.boss->state()->door->waiting[0].name == "ben");
    CHECK(lab.boss->state()->door->words == "The room is full; who comes now waits in line.");
    CHECK_FALSE(anna.state()->door);
    REQUIRE(lab.gone(anna));
    REQUIRE(lab.until([&] { return ben.joined(); }));
    REQUIRE(lab.until([&] { return cara.state()->line.place == 1; }));
    CHECK(cara.state()->session == SessionState::waiting);
}

TEST_CASE("who leaves the line is out of it at once", "[room][whole][waiting]") {
    FullRoom lab(capOf(1));
    auto& ben = lab.waitInLine("ben", 1);
    auto& cara = lab.waitInLine("cara", 2);
    REQUIRE(lab.gone(ben));
    CHECK(ben.left(LeaveReason::byUser));
    REQUIRE(lab.until([&] { return cara.state()->line.place == 1; }));
}

TEST_CASE("a place in line survives a server that falls over, and the moderator then lets in by name", "[room][whole][waiting]") {
    api::RoomSettingsWish rules;
    rules.waitingRoom = true;
    FullRoom lab(rules);
    auto& ben = lab.waitInLine("ben", 1);
    auto& cara = lab.waitInLine("cara", 2);
    CHECK(ben.state()->line.moderated);
    lab.desk.reset();
    lab.server.reset();
    lab.start();
    REQUIRE(lab.until([&] { return lab.boss->joined() && lab.boss->state()->door && lab.boss->state()->door->waitingCount == 2; }, 40s));
    lab.boss->order(StageVerb::admit, nullptr, {});
    REQUIRE(lab.until([&] { return ben.joined() && cara.joined(); }, 40s));
    CHECK(std::count(ben.states.begin(), ben.states.end(), SessionState::left) == 0);
}

TEST_CASE("an overflow room hears the stage, its hand reaches the one queue, and who is accepted is heard in the main room", "[room][whole][overflow]") {
    FullRoom lab(capOf(2, 1));
    auto& anna = lab.join("anna", lab.made.links.listener);
    auto& ben = lab.join("ben", lab.made.links.listener);
    auto& cara = lab.join("cara", lab.made.links.listener);
    REQUIRE(lab.until([&] { return ben.state()->overflow == 1 && cara.state()->overflow == 1; }));
    CHECK(ben.state()->title == "Test room – overflow 1");
    CHECK(ben.state()->overflowOf == "Test room");
    CHECK(anna.state()->overflow == 0);
    // Each room its own roster; who is on stage is in all of them.
    REQUIRE(lab.until([&] { return ben.room() == "host:stage ben cara " && anna.room() == "host:stage anna "; }));
    REQUIRE(lab.until([&] { return anna.state()->elsewhere == 2 && ben.state()->elsewhere == 1; }));
    REQUIRE(lab.until([&] { return lab.boss->state()->door && lab.boss->state()->door->overflow == std::vector<int>{2}; }));

    lab.goLive(*lab.boss, 11);
    REQUIRE(lab.until([&] { return anna.hears(*lab.boss) > 0.8 && ben.hears(*lab.boss) > 0.8 && cara.hears(*lab.boss) > 0.8; }));
    REQUIRE(lab.until([&] { return ben.sees(*lab.boss)->speakerLevel > 0; }));

    ben.order(StageVerb::raise, nullptr, "from outside");
    REQUIRE(lab.until([&] { return lab.boss->state()->hands.size() == 1 && lab.boss->state()->hands[0].note == "from outside"; }));
    CHECK(lab.boss->state()->hands[0].overflow == 1);
    CHECK(lab.until([&] { return anna.state()->handPlace(ben.id()) == 1; }));
    ben.order(StageVerb::lower);
    REQUIRE(lab.until([&] { return lab.boss->state()->hands.empty() && lab.boss->sees(ben) == nullptr; }));
    lab.pass(600ms);   // a hand may not rise again at once
    ben.order(StageVerb::raise);
    REQUIRE(lab.until([&] { return lab.boss->state()->hands.size() == 1; }));

    const auto states = ben.states.size();
    lab.boss->order(StageVerb::invite, &ben);
    REQUIRE(lab.until([&] { return ben.me()->invitedUntil.has_value(); }));
    ben.order(StageVerb::accept);
    REQUIRE(lab.until([&] { return ben.onStage() && ben.state()->overflow == 0; }));
    CHECK(ben.state()->title == "Test room");
    REQUIRE(lab.until([&] { return ben.sees(anna) != nullptr && ben.sees(cara) == nullptr; }));
    REQUIRE(lab.until([&] { return cara.sees(ben) != nullptr && cara.sees(ben)->seat == api::Seat::stage; }));
    CHECK(ben.states.size() == states);   // moved without a new connection
    ben.speak(23);
    ben.session->setMicrophone(true);
    lab.boss->session->setMicrophone(false);
    REQUIRE(lab.until([&] { return lab.boss->hears(ben) > 0.8 && anna.hears(ben) > 0.8 && cara.hears(ben) > 0.8; }));
}

TEST_CASE("when a seat frees up, the overflow listener moves to the main room without a gap in the sound", "[room][whole][overflow]") {
    FullRoom lab(capOf(2, 1));
    auto& anna = lab.join("anna", lab.made.links.listener);
    auto& ben = lab.join("ben", lab.made.links.listener);
    REQUIRE(lab.until([&] { return ben.state()->overflow == 1; }));
    lab.goLive(*lab.boss, 5);
    REQUIRE(lab.until([&] { return ben.hears(*lab.boss) > 0.8; }));
    REQUIRE(lab.gone(anna));
    REQUIRE(lab.until([&] { return ben.state()->overflow == 0 && lab.boss->sees(ben) != nullptr; }));
    REQUIRE(lab.until([&] { return ben.room() == lab.boss->room(); }));
    const auto received = ben.stats.packetsReceived;
    lab.pass(2200ms);
    REQUIRE(lab.until([&] { return ben.hears(*lab.boss) > 0.8; }));
    CHECK(ben.stats.packetsReceived > received + 50);
    CHECK(ben.stats.packetsLost == 0);
    std::string states;
    for (const auto state : ben.states) states += std::to_string(static_cast<int>(state)) + " ";
    INFO(states);
    CHECK(std::count(ben.states.begin(), ben.states.end(), SessionState::joined) == 1);
}

TEST_CASE("seats, hands and overflow rooms are there again after the server fell over", "[room][whole][overflow]") {
    FullRoom lab(capOf(2, 1));
    auto& anna = lab.join("anna", lab.made.links.listener);
    auto& ben = lab.join("ben", lab.made.links.listener);
    REQUIRE(lab.until([&] { return ben.state()->overflow == 1; }));
    ben.order(StageVerb::raise, nullptr, "still here");
    REQUIRE(lab.until([&] { return lab.boss->state()->hands.size() == 1; }));
    lab.desk.reset();
    lab.server.reset();
    lab.start();
    const auto back = [](const Person& person) { return person.joined() && std::count(person.states.begin(), person.states.end(), SessionState::joined) >= 2; };
    REQUIRE(lab.until([&] { return back(*lab.boss) && back(anna) && back(ben); }, 40s));
    CHECK(ben.state()->overflow == 1);
    REQUIRE(lab.until([&] { return lab.boss->state()->hands.size() == 1 && lab.boss->state()->hands[0].overflow == 1; }));
}
