// SPDX-License-Identifier: Apache-2.0
// The signalling that stock clients meet, and who is heard because of it.
#include <algorithm>

#include "tests/server/endpoint_world.h"

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

struct Three : World {
    Three() {
        admit("ana", true);
        admit("ben", false);
        admit("cleo", true);
    }
    ScriptedClient ana{*this, "ana"};
    ScriptedClient ben{*this, "ben"};
    ScriptedClient cleo{*this, "cleo"};
    void anaTalks() {
        ana.join();
        ben.join();
        ana.publish();
        ana.talk(true);
        run(800ms);
    }
};

}  // namespace

TEST_CASE("the join response comes first and has what stock clients need", "[server]") {
    Three world;
    world.ana.join();
    REQUIRE_FALSE(world.ana.received.empty());
    const auto* join = std::get_if<signal::Join>(&world.ana.received[0]);
    REQUIRE(join != nullptr);
    CHECK(join->participant.sid.str().rfind("PA_", 0) == 0);
    CHECK(join->participant.identity.str() == "ana");
    CHECK(join->participant.permission.canPublish);
    CHECK(join->participant.permission.canSubscribe);
    CHECK(join->participant.version > 0);
    CHECK(join->participant.attributes.at("parlour.seat") == "stage");
    CHECK(join->room.sid.str() == "RM_abc");
    CHECK(join->room.name.str() == "r");
    CHECK(join->room.metadata.find("Garden") != std::string::npos);
    CHECK(join->subscriberPrimary);
    CHECK(join->fastPublish);
    CHECK_FALSE(join->server.version.empty());
    CHECK(join->pingIntervalS == 5);
    CHECK(join->pingTimeoutS == 15);
    CHECK(world.ana.last<signal::RefreshToken>()->token == "refresh:ana");
    CHECK(world.ana.all<signal::Offer>().size() == 1);
    CHECK(world.ana.knows("ana")->state == signal::ParticipantState::active);
    CHECK(world.house.log == std::vector<std::string>{"connected ana"});
}

TEST_CASE("a speaker is announced and heard by the others, not by herself", "[server]") {
    Three world;
    world.anaTalks();
    const auto ana = world.ben.knows("ana");
    REQUIRE(ana);
    REQUIRE(ana->tracks.size() == 1);
    CHECK(ana->isPublisher);
    CHECK(ana->tracks[0].sid.str().rfind("TR_", 0) == 0);
    CHECK(ana->tracks[0].source == signal::TrackSource::microphone);
    CHECK_FALSE(ana->tracks[0].muted);
    CHECK(world.ben.takeHeard()['a'] > 10);
    CHECK(world.ana.takeHeard().empty());
    CHECK(world.ana.last<signal::TrackSubscribed>().has_value());
}

TEST_CASE("who joins later hears a running speaker by the first offer", "[server]") {
    Three world;
    world.anaTalks();
    world.cleo.join(500ms);
    CHECK(world.cleo.all<signal::Offer>().size() == 1);
    CHECK(world.cleo.takeHeard()['a'] > 5);
    CHECK(world.cleo.all<signal::Join>()[0].others.size() == 2);
}

TEST_CASE("how well a connection does is told to newcomers, and again when it changes or after a resume", "[server]") {
    Three world;
    world.ana.join();
    world.ben.join();
    const auto toldBen = [&] { return world.ben.all<signal::ConnectionQualityUpdate>().size(); };
    world.run(6s);
    CHECK(toldBen() == 1);
    world.run(20s);
    CHECK(toldBen() == 1);
    world.ana.publish();
    world.ana.talk(true);
    world.run(11s);
    CHECK(toldBen() == 2);
    const auto last = world.ben.last<signal::ConnectionQualityUpdate>();
    REQUIRE(last->updates.size() == 2);
    CHECK(last->updates[0].participant == world.ben.knows("ana")->sid);
    CHECK(last->updates[0].quality == signal::ConnectionQuality::excellent);
    CHECK(last->updates[1].participant == world.ben.knows("ben")->sid);
    world.ben.connect("refresh:ben", true);
    world.run(11s);
    CHECK(toldBen() == 3);
}

TEST_CASE("T4 a listener who adds a track is told that she may not, and is not heard whatever she sends", "[server][T4]") {
    Three world;
    world.ana.join();
    world.ben.join();
    CHECK_FALSE(world.ben.knows("ben")->permission.canPublish);
    world.ben.publish();
    world.run(100ms);
    REQUIRE(world.ben.last<signal::RequestResponse>());
    CHECK(world.ben.last<signal::RequestResponse>()->reason == signal::RequestReason::notAllowed);
    CHECK_FALSE(world.ben.last<signal::TrackPublished>());
    world.ben.offerSection();
    world.ben.talk(true);
    world.run(1s);
    CHECK(world.ana.takeHeard().empty());
    CHECK(world.ana.knows("ben")->tracks.empty());
}

TEST_CASE("T3 a speaker who is moved down is silent before the house answers, and is told in order", "[server][T3]") {
    Three world;
    world.anaTalks();
    world.ben.takeHeard();
    world.ana.received.clear();
    world.decide("ana", {false, false, true, true}, {{"parlour.seat", "audience"}});
    world.ben.takeHeard();
    world.run(2s);  // she goes on sending
    CHECK(world.ben.takeHeard().empty());
    CHECK(world.ben.knows("ana")->tracks.empty());
    CHECK_FALSE(world.ben.knows("ana")->permission.canPublish);
    CHECK(world.ben.knows("ana")->attributes.at("parlour.seat") == "audience");
    // update (track gone), track_unpublished, update (permission): livekit-verified 19.
    std::vector<std::string> order;
    for (const auto& m : world.ana.received) {
        if (const auto* u = std::get_if<signal::ParticipantUpdate>(&m))
            order.push_back(u->participants[0].permission.canPublish ? "gone" : "permission");   // again with the news for all
        if (std::get_if<signal::TrackUnpublished>(&m) != nullptr) order.push_back("unpublished");
    }
    order.erase(std::unique(order.begin(), order.end()), order.end());
    CHECK(order == std::vector<std::string>{"gone", "unpublished", "permission"});
}

TEST_CASE("a listener who is promoted publishes and is heard", "[server]") {
    Three world;
    world.ana.join();
    world.ben.join();
    world.decide("ben", {true, false, true, true}, {{"parlour.seat", "stage"}});
    world.run(50ms);
    CHECK(world.ben.knows("ben")->permission.canPublish);
    world.ben.publish();
    world.ben.talk(true);
    world.run(1s);
    CHECK(world.ana.takeHeard()['b'] > 10);
}

TEST_CASE("T3 a soft mute holds until the person's own unmute, a hold also after it", "[server][T3]") {
    Three world;
    world.anaTalks();
    const auto track = world.ana.last<signal::TrackPublished>()->track.sid;
    world.engine->mute(PlayedHouse::room(), base::Identity("ana"), {});
    world.run(50ms);
    world.ben.takeHeard();
    world.run(500ms);
    CHECK(world.ben.takeHeard().empty());
    CHECK(world.ben.knows("ana")->tracks[0].muted);
    world.ana.send(signal::MuteTrack{track, false});
    world.run(300ms);
    CHECK(world.ben.takeHeard()['a'] > 5);
    CHECK_FALSE(world.ben.knows("ana")->tracks[0].muted);
    CHECK(world.house.log.back() == "unmuted ana");

    world.decide("ana", {true, true, true, true});
    world.run(20ms);
    world.ben.takeHeard();
    world.ana.send(signal::MuteTrack{track, false});
    world.run(500ms);
    CHECK(world.ben.knows("ana")->tracks[0].muted);   // the third news of her in a second (news_pace.h)
    CHECK(world.ben.takeHeard().empty());
    world.decide("ana", {true, false, true, true});
    world.run(300ms);
    CHECK(world.ben.takeHeard()['a'] > 5);
}

TEST_CASE("a person's own mute is told to all and silences the line", "[server]") {
    Three world;
    world.anaTalks();
    world.ana.send(signal::MuteTrack{world.ana.last<signal::TrackPublished>()->track.sid, true});
    world.run(50ms);
    CHECK(world.ben.knows("ana")->tracks[0].muted);
    world.ben.takeHeard();
    world.run(300ms);
    CHECK(world.ben.takeHeard().empty());
}

TEST_CASE("T1 a removed person is cut off both ways at once and cannot resume", "[server][T1]") {
    Three world;
    world.anaTalks();
    world.cleo.join();
    world.cleo.publish();
    world.cleo.talk(true);
    world.run(500ms);
    world.ana.takeHeard();
    world.house.people["ana"].removed = true;
    bool acknowledged = false;
    world.engine->remove(PlayedHouse::room(), base::Identity("ana"), [&] { acknowledged = true; });
    world.executor.runReady();
    REQUIRE(acknowledged);
    world.ben.takeHeard();
    world.ana.takeHeard();
    world.run(1s);
    CHECK(world.ben.takeHeard()['a'] == 0);
    CHECK(world.ana.takeHeard().empty());
    CHECK_FALSE(world.ben.knows("ana"));
    REQUIRE(world.ana.last<signal::Leave>());
    CHECK(world.ana.last<signal::Leave>()->reason == signal::DisconnectReason::participantRemoved);
    CHECK(world.ana.last<signal::Leave>()->action == signal::LeaveAction::disconnect);
    for (const auto& [token, resume] : std::vector<std::pair<std::string, bool>>{{"refresh:ana", true}, {"refresh:ana", false}}) {
        world.ana.connect(token, resume);
        world.run(100ms);
        CHECK(world.ana.refusedStatus == 403);
    }
    CHECK(world.house.log.back() == "disconnected ana");
}

TEST_CASE("T1 a join that was admitted before a removal and arrives after it gets no transport", "[server][T1]") {
    Three world;
    world.ben.join();
    world.ana.connect("join:ana");
    world.executor.runReady();
    world.engine->remove(PlayedHouse::room(), base::Identity("ana"), {});
    world.run(500ms);
    CHECK_FALSE(world.ben.knows("ana"));
    CHECK(world.ana.last<signal::Leave>().has_value());
}

TEST_CASE("T2 the same identity again takes over, and the older connection is told and stays away", "[server][T2]") {
    Three world;
    world.ana.join();
    world.ben.join();
    const auto oldSid = world.ben.knows("ana")->sid;
    ScriptedClient again(world, "ana");
    again.connect("refresh:ana");
    world.run(600ms);
    CHECK(world.ana.last<signal::Leave>()->reason == signal::DisconnectReason::duplicateIdentity);
    CHECK(world.ana.closedCode == 1000);
    REQUIRE(world.ben.knows("ana"));
    CHECK(world.ben.knows("ana")->sid != oldSid);
    CHECK(world.endpoint->stats().connections == 2);
}

TEST_CASE("T2 whoever never brings up a transport is in nobody's list and goes after a minute", "[server][T2]") {
    Three world;
    world.ben.join();
    world.ana.answersOffers = false;
    world.ana.connect("join:ana");
    world.run(2s);
    CHECK_FALSE(world.ben.knows("ana"));
    world.run(61s);
    CHECK(world.endpoint->stats().connections == 1);
    CHECK(world.ana.last<signal::Leave>().has_value());
}

TEST_CASE("a closed room tells everybody that it is over", "[server]") {
    Three world;
    world.anaTalks();
    world.engine->endRoom(PlayedHouse::room(), {});
    world.run(100ms);
    CHECK(world.ana.last<signal::Leave>()->reason == signal::DisconnectReason::roomDeleted);
    CHECK(world.ben.last<signal::Leave>()->action == signal::LeaveAction::disconnect);
    CHECK(world.endpoint->stats().rooms == 0);
}

TEST_CASE("a leave takes the person out at once, with the reason", "[server]") {
    Three world;
    world.anaTalks();
    world.ana.send(signal::Leave{});
    world.run(50ms);
    CHECK_FALSE(world.ben.knows("ana"));
    const auto update = world.ben.last<signal::ParticipantUpdate>();
    CHECK(update->participants[0].disconnectReason == signal::DisconnectReason::clientInitiated);
    CHECK(world.house.log.back() == "disconnected ana");
}

TEST_CASE("draining asks everybody to reconnect and lets nobody in", "[server]") {
    Three world;
    world.ana.join();
    world.endpoint->drain();
    world.run(50ms);
    CHECK(world.ana.last<signal::Leave>()->action == signal::LeaveAction::reconnect);
    world.ben.connect("join:ben");
    world.run(50ms);
    CHECK(world.ben.refusedStatus == 503);
}

TEST_CASE("T14 a wrong token is answered 401 and never repeated in the answer", "[server][T14]") {
    Three world;
    world.ana.connect("nonsense-token-text");
    world.run(50ms);
    CHECK(world.ana.refusedStatus == 401);
    CHECK(world.ana.refusedBody.find("nonsense-token-text") == std::string::npos);
    world.ana.connect("");
    CHECK(world.ana.refusedStatus == 401);
}

TEST_CASE("T6 T39 strangers get not one byte back and disturb nobody", "[server][T6][T39]") {
    Three world;
    world.anaTalks();
    auto attacker = world.network.open(onLoopback(6666));
    std::size_t answers = 0;
    attacker->onDatagram([&](std::span<const std::byte>, const base::SocketAddress&) { ++answers; });
    std::uint32_t random = 1;
    for (int i = 0; i < 3000; ++i) {
        base::Bytes bytes(20 + i % 1200);
        for (auto& b : bytes) b = static_cast<std::byte>((random = random * 1664525u + 1013904223u) >> 24);
        constexpr std::byte kFirst[] = {std::byte{0x80}, std::byte{0x00}, std::byte{0x16}, std::byte{0x90}};
        bytes[0] = kFirst[i % 4];
        if (i % 4 == 1) {  // a binding request with the right cookie and nobody's name
            bytes[1] = std::byte{1};
            bytes[2] = bytes[3] = std::byte{0};
            bytes.resize(20);
            bytes[4] = std::byte{0x21}; bytes[5] = std::byte{0x12}; bytes[6] = std::byte{0xa4}; bytes[7] = std::byte{0x42};
        }
        attacker->send(bytes, onLoopback(7000));
    }
    world.ben.takeHeard();
    world.run(500ms);
    CHECK(answers == 0);
    CHECK(world.ben.takeHeard()['a'] >= 23);
    std::optional<server::MediaWorkerStats> stats;
    world.engine->stats([&](server::MediaWorkerStats s) { stats = s; });
    world.run(1ms);
    REQUIRE(stats);
    CHECK(stats->strangers == 3000);
}

TEST_CASE("I1 I8 when everybody has left nothing is left", "[server][I1][I8]") {
    Three world;
    world.anaTalks();
    world.cleo.join();
    for (auto* c : {&world.ana, &world.ben, &world.cleo}) c->send(signal::Leave{});
    world.run(200ms);
    std::optional<server::MediaWorkerStats> stats;
    world.engine->stats([&](server::MediaWorkerStats s) { stats = s; });
    world.run(1ms);
    REQUIRE(stats);
    CHECK(stats->sessions == 0);
    CHECK(stats->publishers == 0);
    CHECK(stats->subscribers == 0);
    CHECK(world.endpoint->stats().connections == 0);
    CHECK(world.endpoint->stats().rooms == 0);
}
