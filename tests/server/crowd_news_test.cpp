// SPDX-License-Identifier: Apache-2.0
// What a client of a large room is told about the others, and how often.
#include "core/server/participant_connection.h"
#include "tests/server/endpoint_world.h"

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

/// Sixty listeners and a speaker who looks on.
struct Crowd : World {
    static constexpr int kListeners = 60;
    std::vector<std::unique_ptr<ScriptedClient>> listeners;
    std::unique_ptr<ScriptedClient> speaker;

    Crowd() {
        admit("ana", true);
        speaker = std::make_unique<ScriptedClient>(*this, "ana");
        speaker->connect("join:ana");
        for (int i = 0; i < kListeners; ++i) {
            admit(name(i), false);
            listeners.push_back(std::make_unique<ScriptedClient>(*this, name(i)));
            listeners.back()->connect("join:" + name(i));
        }
        run(2s);
    }
    static std::string name(int i) { return "l" + std::to_string(i); }
    std::size_t updates(const ScriptedClient& who) const { return who.all<signal::ParticipantUpdate>().size(); }
    void hand(int i, const std::string& key) {
        decide(name(i), {}, {{"parlour.seat", "audience"}, {"parlour.hand", key}});
    }
};

}  // namespace

TEST_CASE("five hundred changes in a second reach each client in at most four updates, and none is lost", "[server][crowd][limits]") {
    Crowd room;
    REQUIRE(room.speaker->knows("l59"));
    const auto before = room.updates(*room.speaker), listenerBefore = room.updates(*room.listeners[0]);
    for (int round = 0; round < 100; ++round) {
        for (int k = 0; k < 5; ++k) room.hand((round * 5 + k) % Crowd::kListeners, std::to_string(1000 + round * 5 + k));
        room.run(5ms);
    }
    CHECK(room.updates(*room.speaker) - before <= 4);   // some 1.1 s of virtual time
    CHECK(room.updates(*room.speaker) - before >= 2);
    CHECK(room.updates(*room.listeners[0]) - listenerBefore <= 4);
    room.run(300ms);
    for (int i = 0; i < Crowd::kListeners; ++i) {
        const auto known = room.speaker->knows(Crowd::name(i));
        REQUIRE(known);
        const int last = 1000 + 480 + i < 1500 ? 1000 + 480 + i : 1000 + 420 + i;
        CHECK(known->attributes.at("parlour.hand") == std::to_string(last));
    }
}

TEST_CASE("listeners who leave a large room together are told together", "[server][crowd][limits]") {
    Crowd room;
    const auto before = room.updates(*room.speaker);
    for (int i = 0; i < 8; ++i) room.listeners[static_cast<std::size_t>(i)]->send(signal::Leave{});
    room.run(200ms);
    CHECK(room.updates(*room.speaker) - before == 0);
    room.run(300ms);
    CHECK(room.updates(*room.speaker) - before == 1);
    for (int i = 0; i < 8; ++i) CHECK_FALSE(room.speaker->knows(Crowd::name(i)));
    CHECK(room.speaker->knows("l8"));
}

TEST_CASE("who comes on stage is told at once, however much else happens", "[server][crowd]") {
    Crowd room;
    for (int i = 0; i < 20; ++i) room.hand(i, "1");
    server::MediaRights stage;
    stage.canPublish = true;
    room.decide("l30", stage, {{"parlour.seat", "stage"}});
    room.run(10ms);
    const auto known = room.speaker->knows("l30");
    REQUIRE(known);
    CHECK(known->attributes.at("parlour.seat") == "stage");
    // And a speaker who goes is told with the next update at the latest.
    room.listeners[30]->send(signal::Leave{});
    room.run(260ms);
    CHECK_FALSE(room.speaker->knows("l30"));
}

TEST_CASE("who leaves a large room and is back at once is not told of the own departure", "[server][crowd]") {
    Crowd room;
    const auto sid = room.speaker->knows("l5")->sid;
    room.listeners[5]->send(signal::Leave{});
    room.run(20ms);
    ScriptedClient again(room, "l5");
    again.connect("join:l5");
    room.run(800ms);
    for (const auto& update : again.all<signal::ParticipantUpdate>())
        for (const auto& p : update.participants)
            CHECK((p.identity.str() != "l5" || p.state != signal::ParticipantState::disconnected));
    const auto known = room.speaker->knows("l5");
    REQUIRE(known);
    CHECK(known->sid != sid);
}
