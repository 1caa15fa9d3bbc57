// SPDX-License-Identifier: Apache-2.0
// Whole rooms whose network or server breaks: everybody is back without doing anything, with seat, hand and sound.
#include "tests/room/room_lab.h"

using namespace parlour;
using namespace parlour::tests;
using api::StageVerb;

namespace {

/// Host with an open microphone, a listener with a raised hand.
struct Broken : RoomLab {
    Person* speaker;
    Person* listener;
    explicit Broken(bool cuttable, room::Signalling how = room::Signalling::automatic) : RoomLab(cuttable, how) {
        speaker = &host();
        listener = &join("ben", made.links.listener);
        listener->order(StageVerb::raise, nullptr, "still here");
        REQUIRE(until([&] { return speaker->state()->hands.size() == 1; }));
        goLive(*speaker, 5);
        REQUIRE(until([&] { return listener->hears(*speaker) > 0.8; }));
    }
    bool reconnected(const Person& person) const {
        return person.joined() && std::count(person.states.begin(), person.states.end(), SessionState::joined) >= 2;
    }
    void whole() {
        REQUIRE(until([&] { return listener->hears(*speaker) > 0.8; }));
        CHECK(speaker->onStage());
        CHECK(speaker->state()->microphoneLive);
        CHECK(speaker->state()->microphoneWanted);
        REQUIRE(until([&] { return speaker->state()->handPlace(listener->id()) == 1 && listener->state()->handPlace(listener->id()) == 1; }));
        REQUIRE(until([&] { return speaker->room() == listener->room(); }));
        CHECK(until([&] { return asWanted(); }));
    }
};

}  // namespace

TEST_CASE("a server that drains and comes back finds everybody back with seat, hand and sound", "[room][whole]") {
    Broken lab(false);
    bool drained = false;
    lab.server->drain(500ms, [&] { drained = true; });
    REQUIRE(lab.until([&] { return drained; }));
    CHECK(lab.speaker->state()->session == SessionState::reconnecting);
    lab.server.reset();
    lab.start();
    REQUIRE(lab.until([&] { return lab.reconnected(*lab.speaker) && lab.reconnected(*lab.listener); }, 40s));
    lab.whole();
}

TEST_CASE("a server that falls over and comes back finds everybody back with seat, hand and sound", "[room][whole]") {
    Broken lab(false, GENERATE(room::Signalling::v0, room::Signalling::v1));
    lab.server.reset();
    lab.start();
    REQUIRE(lab.until([&] { return lab.reconnected(*lab.speaker) && lab.reconnected(*lab.listener); }, 40s));
    lab.whole();
}

TEST_CASE("a cut signalling connection is resumed while the sound goes on", "[room][whole]") {
    Broken lab(true, GENERATE(room::Signalling::v0, room::Signalling::v1));
    const auto sid = lab.speaker->me()->sid;
    const auto before = lab.listener->stats.packetsReceived;
    lab.wire->cutTcp();
    REQUIRE(lab.until([&] { return lab.reconnected(*lab.speaker) && lab.reconnected(*lab.listener); }));
    CHECK(lab.speaker->me()->sid == sid);            // the same participant: resumed
    CHECK(lab.listener->hears(*lab.speaker) > 0.5);  // without a hole
    lab.whole();
    CHECK(lab.listener->stats.packetsReceived >= before);
    // The connections work: mute arrives, and opening again.
    lab.speaker->session->setMicrophone(false);
    REQUIRE(lab.until([&] { return !lab.listener->sees(*lab.speaker)->microphoneOpen; }));
    lab.speaker->session->setMicrophone(true);
    REQUIRE(lab.until([&] { return lab.listener->sees(*lab.speaker)->microphoneOpen; }));
}

TEST_CASE("what the person does while the signalling is cut holds afterwards", "[room][whole]") {
    Broken lab(true, GENERATE(room::Signalling::v0, room::Signalling::v1));
    lab.wire->tcpOpen = false;
    lab.wire->cutTcp();
    REQUIRE(lab.until([&] { return lab.speaker->state()->session == SessionState::reconnecting; }));
    lab.speaker->session->setMicrophone(false);
    lab.speaker->session->sendChat("can you read me");
    lab.wire->tcpOpen = true;
    REQUIRE(lab.until([&] { return lab.reconnected(*lab.speaker) && lab.reconnected(*lab.listener); }));
    REQUIRE(lab.until([&] { return !lab.listener->sees(*lab.speaker)->microphoneOpen; }));
    CHECK(lab.until([&] { return lab.listener->state()->chat.size() == 1; }));
}

TEST_CASE("sound that is lost on its way comes back when the way does", "[room][whole]") {
    Broken lab(true, GENERATE(room::Signalling::v0, room::Signalling::v1));
    lab.wire->udpOpen = false;
    REQUIRE(lab.until([&] { return lab.listener->state()->session == SessionState::reconnecting; }, 40s));
    lab.wire->udpOpen = true;
    REQUIRE(lab.until([&] { return lab.reconnected(*lab.listener) && lab.speaker->joined(); }, 40s));
    lab.whole();
}

TEST_CASE("nobody asks again and again without a pause", "[room][whole]") {
    Broken lab(true);
    const auto before = lab.wire->connections;
    lab.server.reset();   // refuses every connection
    lab.pass(3s);
    // Two people, first tries at about 0, 0.3, 1 and 2.2 s; each may also ask the house.
    CHECK(lab.wire->connections - before <= 16);
    CHECK(lab.speaker->state()->session == SessionState::reconnecting);
    CHECK(lab.speaker->state()->reconnectVisible);
    bool gone = false;
    lab.speaker->session->leave([&] { gone = true; });
    CHECK(lab.until([&] { return gone; }, 2s));
}
