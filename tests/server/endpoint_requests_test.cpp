// SPDX-License-Identifier: Apache-2.0
// Requests of clients on the signalling connection: wishes, limits, data, resume.
#include "core/server/participant_connection.h"
#include "core/api/chat_types.h"
#include "core/api/house_json.h"
#include "tests/server/endpoint_world.h"

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

struct Room : World {
    Room() {
        admit("ana", true);
        admit("ben", false);
        admit("cleo", false);
        ana.join();
        ben.join();
    }
    ScriptedClient ana{*this, "ana"};
    ScriptedClient ben{*this, "ben"};
    ScriptedClient cleo{*this, "cleo"};
    void talk() {
        ana.publish();
        ana.talk(true);
        run(800ms);
    }
    signal::RequestReason write(ScriptedClient& who, std::map<std::string, std::string> attributes, std::uint32_t id = 7) {
        signal::UpdateMetadata request;
        request.attributes = std::move(attributes);
        request.requestId = id;
        const auto before = who.all<signal::RequestResponse>().size();
        who.send(request);
        run(20ms);
        const auto answers = who.all<signal::RequestResponse>();
        REQUIRE(answers.size() == before + 1);
        CHECK(answers.back().requestId == id);
        return answers.back().reason;
    }
};

signal::DataPacket userPacket(std::size_t size, std::vector<std::string> to = {}) {
    signal::DataPacket packet;
    packet.value = signal::UserData{"t", base::Bytes(size, std::byte{1}), {}};
    for (auto& name : to) packet.destinations.emplace_back(name);
    return packet;
}

}  // namespace

TEST_CASE("parlour.want reaches the house, is shown to its writer alone and is cleared after half a second", "[server]") {
    Room room;
    CHECK(room.write(room.ben, {{"parlour.want", "hand:about bees"}}) == signal::RequestReason::ok);
    CHECK(room.house.log.back() == "want ben hand:about bees");
    CHECK(room.ben.knows("ben")->attributes.at("parlour.want") == "hand:about bees");
    CHECK(room.ana.knows("ben")->attributes.count("parlour.want") == 0);
    room.run(500ms);
    CHECK(room.ben.knows("ben")->attributes.count("parlour.want") == 1);
    room.run(500ms);
    CHECK(room.ben.knows("ben")->attributes.count("parlour.want") == 0);
    for (const auto& update : room.ana.all<signal::ParticipantUpdate>())
        for (const auto& p : update.participants)
            for (const auto& [key, value] : p.attributes) CHECK(value.find("bees") == std::string::npos);
}

TEST_CASE("while a wish is shown, news about its writer show it to the writer alone", "[server]") {
    Room room;
    room.write(room.ben, {{"parlour.want", "hand"}});
    room.decide("ben", {false, false, true, true}, {{"parlour.seat", "audience"}, {"parlour.hand", "00001"}});
    CHECK(room.ben.knows("ben")->attributes.at("parlour.want") == "hand");
    CHECK(room.ben.knows("ben")->attributes.at("parlour.hand") == "00001");
    CHECK(room.ana.knows("ben")->attributes.at("parlour.hand") == "00001");
    CHECK(room.ana.knows("ben")->attributes.count("parlour.want") == 0);
}

TEST_CASE("a wish that the house refuses is answered with its sentence", "[server]") {
    Room room;
    room.house.wantRefused = base::Error{base::ErrorKind::refused, "hands_locked", "Hands are locked.", {}, {}};
    CHECK(room.write(room.ben, {{"parlour.want", "hand"}}) == signal::RequestReason::notAllowed);
    CHECK(room.ben.last<signal::RequestResponse>()->message == "Hands are locked.");
    CHECK(room.ben.knows("ben")->attributes.count("parlour.want") == 0);
}

TEST_CASE("T17 no other attribute can be written by its person", "[server][T17]") {
    Room room;
    for (const char* key : {"parlour.power", "parlour.seat", "parlour.hand", "parlour.held", "x", ""}) {
        room.run(2s);
        CHECK(room.write(room.ben, {{key, "host"}}) == signal::RequestReason::notAllowed);
        CHECK(room.ana.knows("ben")->attributes.at("parlour.seat") == "audience");
        CHECK(room.ana.knows("ben")->attributes.count("parlour.power") == 0);
    }
    CHECK(room.write(room.ben, {{"parlour.want", "hand"}, {"parlour.power", "host"}}) == signal::RequestReason::notAllowed);
}

TEST_CASE("T43 hands come at most twice a second, changes ten at once and two per second", "[server][T43]") {
    Room room;
    CHECK(room.write(room.ben, {{"parlour.want", "hand"}}) == signal::RequestReason::ok);
    CHECK(room.write(room.ben, {{"parlour.want", ""}}) == signal::RequestReason::ok);
    CHECK(room.write(room.ben, {{"parlour.want", "hand"}}) == signal::RequestReason::limitExceeded);
    CHECK(room.write(room.ben, {{"parlour.want", "stage"}}) == signal::RequestReason::ok);
    room.run(500ms);
    CHECK(room.write(room.ben, {{"parlour.want", "hand"}}) == signal::RequestReason::ok);
    room.run(60s);
    int ok = 0;
    for (int i = 0; i < 12; ++i) {
        signal::UpdateMetadata request;
        request.metadata = std::to_string(i);
        room.ben.send(request);
    }
    room.run(20ms);
    const auto answers = room.ben.all<signal::RequestResponse>();
    for (std::size_t i = answers.size() - 12; i < answers.size(); ++i)
        ok += answers[i].reason == signal::RequestReason::ok ? 1 : 0;
    CHECK(ok == 10);
}

TEST_CASE("T34 texts are taken up to their limit and not one byte more", "[server][T34]") {
    Room room;
    using server::ParticipantConnection;
    CHECK(room.write(room.ben, {{"parlour.want", std::string(1024, 'x')}}) == signal::RequestReason::ok);
    room.run(1s);
    CHECK(room.write(room.ben, {{"parlour.want", std::string(1025, 'x')}}) == signal::RequestReason::limitExceeded);
    signal::UpdateMetadata request;
    for (const auto& [size, reason] : {std::pair(512, signal::RequestReason::ok), std::pair(513, signal::RequestReason::limitExceeded)}) {
        request.metadata = std::string(static_cast<std::size_t>(size), 'm');
        room.ben.send(request);
        room.run(1s);
        CHECK(room.ben.last<signal::RequestResponse>()->reason == reason);
    }
    CHECK(room.ana.knows("ben")->metadata.size() == 512);
}

TEST_CASE("T27 nobody takes another name inside a room, and saying the own one changes nothing", "[server][T27]") {
    Room room;
    for (const std::string name : {"ana", "An\u0430", "ben\u202E", "ben\u3164", "Zoe", "a\nb"}) {
        signal::UpdateMetadata request;
        request.name = name;
        room.ben.send(request);
        room.run(1s);
        INFO(name);
        CHECK(room.ben.last<signal::RequestResponse>()->reason == signal::RequestReason::notAllowed);
        CHECK(room.ana.knows("ben")->name == "ben");
        CHECK(room.ben.knows("ben")->name == "ben");
    }
    signal::UpdateMetadata same;
    same.name = "ben";
    same.attributes = {{"parlour.want", "hand"}};
    room.ben.send(same);
    room.run(1s);
    CHECK(room.ben.last<signal::RequestResponse>()->reason == signal::RequestReason::ok);
}

TEST_CASE("four tracks may be added and not a fifth, and only microphones", "[server]") {
    Room room;
    for (int i = 0; i < 5; ++i) {
        signal::AddTrack request;
        request.cid = "c" + std::to_string(i);
        room.ana.send(request);
    }
    room.run(20ms);
    CHECK(room.ana.all<signal::TrackPublished>().size() == 4);
    CHECK(room.ana.last<signal::RequestResponse>()->reason == signal::RequestReason::limitExceeded);
    signal::AddTrack video;
    video.cid = "v";
    video.type = signal::TrackType::video;
    video.source = signal::TrackSource::camera;
    room.ana.send(video);
    room.run(20ms);
    CHECK(room.ana.last<signal::RequestResponse>()->reason == signal::RequestReason::unsupportedType);
}

TEST_CASE("tracks that were added and never negotiated give up their places after a while", "[server]") {
    Room room;
    const auto add = [&](const std::string& cid) {
        signal::AddTrack request;
        request.cid = cid;
        room.ana.send(request);
        room.run(20ms);
        const auto published = room.ana.last<signal::TrackPublished>();
        return published && published->cid == cid;
    };
    for (const auto* cid : {"c0", "c1", "c2", "c3"}) CHECK(add(cid));
    room.run(server::ParticipantConnection::kPendingTime - 1s);
    CHECK_FALSE(add("c4"));
    room.run(1s);
    CHECK(add("ana-mic"));   // and it is a real one: the media thread has its place, too
    room.ana.talk(true);
    room.ana.offerSection();
    room.run(1s);
    CHECK(room.ben.takeHeard()['a'] > 20);
}

TEST_CASE("pings of both kinds are answered", "[server]") {
    Room room;
    room.ana.send(signal::Ping{41});
    room.ana.send(signal::PingRequest{42, 0});
    room.run(20ms);
    CHECK(room.ana.last<signal::Pong>()->timestampMs == 41);
    CHECK(room.ana.last<signal::PongResponse>()->lastPingTimestampMs == 42);
}

TEST_CASE("T34 bytes that are no message and floods end the signalling connection, not the sound", "[server][T34]") {
    Room room;
    room.talk();
    SECTION("malformed") {
        const base::Bytes junk(40, std::byte{0xff});
        room.ana.sendRaw(junk);
        room.run(50ms);
        CHECK(room.endpoint->stats().malformed == 1);
    }
    SECTION("flood") {
        for (int i = 0; i < 400; ++i) room.ana.send(signal::Ping{i});
        room.run(50ms);
        CHECK(room.endpoint->stats().limited == 1);
    }
    CHECK(room.ana.closedCode.has_value());
    room.ben.takeHeard();
    room.run(500ms);
    CHECK(room.ben.takeHeard()['a'] > 10);
}

TEST_CASE("T20 the simulate hook is answered with unsupported and does nothing", "[server][T20]") {
    Room room;
    room.ben.send(signal::Simulate{1});
    room.run(20ms);
    CHECK(room.ben.last<signal::RequestResponse>()->reason == signal::RequestReason::unsupportedType);
    CHECK_FALSE(room.ana.last<signal::SpeakersChanged>());
}

TEST_CASE("data goes to everybody but its sender, stamped with the truth, or to those named", "[server]") {
    Room room;
    room.cleo.join();
    room.ana.offer();
    room.run(500ms);
    auto packet = userPacket(10);
    packet.sender = base::Identity("cleo");
    REQUIRE(room.ana.publisher.sendData(rtc::DataLabel::reliable, signal::encodeDataPacket(packet), room.clock.now()));
    REQUIRE(room.ana.publisher.sendData(rtc::DataLabel::reliable, signal::encodeDataPacket(userPacket(20, {"cleo"})),
                                        room.clock.now()));
    room.run(300ms);
    REQUIRE(room.ben.data.size() == 1);
    CHECK(room.ben.data[0].sender.str() == "ana");
    CHECK(room.cleo.data.size() == 2);
    CHECK(room.ana.data.empty());
}

TEST_CASE("data without the right to it vanishes", "[server]") {
    Room room;
    room.decide("ana", {true, false, true, false});
    room.ana.offer();
    room.run(500ms);
    REQUIRE(room.ana.publisher.sendData(rtc::DataLabel::reliable, signal::encodeDataPacket(userPacket(10)), room.clock.now()));
    room.run(300ms);
    CHECK(room.ben.data.empty());
}

TEST_CASE("chat is passed on five times in five seconds", "[server][T43]") {
    Room room;
    room.ana.offer();
    room.run(2s);
    for (int i = 0; i < 8; ++i) {
        signal::DataPacket packet;
        packet.value = signal::ChatData{std::to_string(i), 0, std::nullopt, "hello", false, false};
        room.ana.publisher.sendData(rtc::DataLabel::reliable, signal::encodeDataPacket(packet), room.clock.now());
    }
    room.run(300ms);
    CHECK(room.ben.data.size() == 5);
    // The sender is told of each: five numbers, three refusals.
    std::vector<std::string> answers;
    for (const auto& packet : room.ana.data) {
        const auto& user = std::get<signal::UserData>(packet.value);
        CHECK(user.topic == signal::kTopicChatAnswer);
        answers.push_back(api::fromJson<api::ChatAnswer>(base::asText(user.payload))->code);
    }
    CHECK(answers.size() == 8);
    CHECK(std::count(answers.begin(), answers.end(), "chat_too_fast") == 3);
}

TEST_CASE("a text stream of a stock client reaches the others as one, and only when the house has it", "[server][house-chat]") {
    Room room;
    room.ana.offer();
    room.run(500ms);
    const auto send = [&](auto value) {
        signal::DataPacket packet;
        packet.value = std::move(value);
        REQUIRE(room.ana.publisher.sendData(rtc::DataLabel::reliable, signal::encodeDataPacket(packet), room.clock.now()));
    };
    signal::StreamHeader header;
    header.streamId = "s1";
    header.topic = signal::kTopicChat;
    header.text = true;
    send(header);
    send(signal::StreamChunk{"s1", 0, base::toBytes(base::asBytes("good "))});
    room.run(300ms);
    CHECK(room.ben.data.empty());
    send(signal::StreamChunk{"s1", 1, base::toBytes(base::asBytes("evening"))});
    send(signal::StreamTrailer{"s1", {}});
    room.run(300ms);
    REQUIRE(room.ben.data.size() == 3);
    CHECK(room.ben.data[0].sender.str() == "ana");
    CHECK(std::get<signal::StreamHeader>(room.ben.data[0].value).totalLength == 12u);
    CHECK(base::asText(std::get<signal::StreamChunk>(room.ben.data[1].value).content) == "good evening");
}

TEST_CASE("reactions are counted and told at most four times a second, to newcomers too", "[server][reactions][limits]") {
    Room room;
    room.ana.offer();
    room.run(2s);
    const auto react = [&](const std::string& word) {
        signal::DataPacket packet;
        packet.value = signal::UserData{signal::kTopicReaction, base::toBytes(base::asBytes(word)), {}};
        room.ana.publisher.sendData(rtc::DataLabel::reliable, signal::encodeDataPacket(packet), room.clock.now());
    };
    for (int i = 0; i < 4; ++i) react("clap");
    react("fire");   // not one of ours
    react("heart");
    react("heart");  // a sixth within a second: too fast
    room.run(1s);
    REQUIRE(room.ben.data.size() >= 1);
    CHECK(room.ben.data.size() <= 4);
    const auto& last = std::get<signal::UserData>(room.ben.data.back().value);
    CHECK(last.topic == signal::kTopicReactions);
    CHECK(base::asText(last.payload) == R"({"clap":4,"heart":1})");
    room.ben.data.clear();
    for (int i = 0; i < 40; ++i) {
        react("wow");
        room.run(100ms);
    }
    CHECK(room.ben.data.size() >= 4);
    CHECK(room.ben.data.size() <= 16);   // 4 s
    room.cleo.join();
    room.run(1s);
    REQUIRE(room.cleo.data.size() == 1);
    CHECK(base::asText(std::get<signal::UserData>(room.cleo.data[0].value).payload).find("wow") != std::string_view::npos);
}

TEST_CASE("who speaks is told to all, and to the house after five seconds", "[server]") {
    Room room;
    room.talk();
    room.run(1s);
    const auto speakers = room.ben.all<signal::SpeakersChanged>();
    REQUIRE_FALSE(speakers.empty());
    CHECK(speakers[0].speakers[0].sid == room.ben.knows("ana")->sid);
    CHECK(speakers[0].speakers[0].active);
    room.run(5s);
    CHECK(room.house.log.back() == "spoke ana");
    room.ana.talk(false);
    room.run(2s);
    CHECK_FALSE(room.ben.last<signal::SpeakersChanged>()->speakers[0].active);
}

TEST_CASE("track settings and subscriptions silence a line for one listener only", "[server]") {
    Room room;
    room.talk();
    room.cleo.join();
    const auto track = room.ben.knows("ana")->tracks.at(0).sid;
    room.ben.takeHeard();
    signal::UpdateTrackSettings settings;
    settings.tracks = {track};
    settings.disabled = true;
    room.ben.send(settings);
    room.run(100ms);
    room.ben.takeHeard();
    room.cleo.takeHeard();
    room.run(500ms);
    CHECK(room.ben.takeHeard().empty());
    CHECK(room.cleo.takeHeard()['a'] > 10);
    settings.disabled = false;
    room.ben.send(settings);
    room.run(500ms);
    CHECK(room.ben.takeHeard()['a'] > 10);
    signal::UpdateSubscription subscription;
    subscription.tracks = {track};
    room.ben.send(subscription);
    room.run(100ms);
    room.ben.takeHeard();
    room.run(500ms);
    CHECK(room.ben.takeHeard().empty());
    subscription.subscribe = true;
    room.ben.send(subscription);
    room.run(600ms);
    CHECK(room.ben.takeHeard()['a'] > 10);
}

TEST_CASE("R2 a cut signalling connection costs no sound, and a resume brings everything that changed", "[server][R2]") {
    Room room;
    room.talk();
    room.ben.channel->cut();
    room.run(200ms);
    room.ben.takeHeard();
    room.run(500ms);
    CHECK(room.ben.takeHeard()['a'] > 20);
    CHECK(room.ana.knows("ben"));
    room.decide("ana", {true, false, true, true}, {{"parlour.seat", "stage"}, {"parlour.power", "host"}});
    room.ben.received.clear();
    room.ben.connect("refresh:ben", true);
    room.run(1s);
    REQUIRE(room.ben.received.size() >= 4);
    CHECK(std::get_if<signal::Reconnect>(&room.ben.received[0]) != nullptr);
    CHECK(std::get_if<signal::ParticipantUpdate>(&room.ben.received[1]) != nullptr);
    CHECK(std::get_if<signal::RoomUpdate>(&room.ben.received[2]) != nullptr);
    CHECK(std::get_if<signal::RefreshToken>(&room.ben.received[3]) != nullptr);
    CHECK_FALSE(room.ben.all<signal::Offer>().empty());
    CHECK(room.ben.knows("ana")->attributes.at("parlour.power") == "host");
    room.ben.takeHeard();
    room.run(500ms);
    CHECK(room.ben.takeHeard()['a'] > 20);
}

TEST_CASE("a resume may name a track of an earlier time on stage; when none of its tracks is here, it starts over", "[server][R2]") {
    Room room;
    room.talk();
    const auto early = room.ana.all<signal::TrackPublished>().back();
    room.decide("ana", {false, false, true, true}, {{"parlour.seat", "audience"}});
    room.decide("ana", {true, false, true, true}, {{"parlour.seat", "stage"}});
    room.ana.publish();
    room.run(500ms);
    const auto now = room.ana.all<signal::TrackPublished>().back();
    REQUIRE(now.track.sid != early.track.sid);
    const auto resume = [&](std::vector<signal::TrackPublished> tracks) {
        room.ana.channel->cut();
        room.run(50ms);
        room.ana.received.clear();
        room.ana.connect("refresh:ana", true);
        room.run(50ms);
        signal::SyncState state;
        state.publishTracks = std::move(tracks);
        room.ana.send(state);
        room.run(200ms);
    };
    resume({early, now});
    CHECK(room.ana.all<signal::Leave>().empty());
    REQUIRE(room.ana.last<signal::TrackUnpublished>());
    CHECK(room.ana.last<signal::TrackUnpublished>()->track == early.track.sid);
    resume({now});
    CHECK(room.ana.all<signal::Leave>().empty());
    resume({early});
    REQUIRE(room.ana.last<signal::Leave>());
    CHECK(room.ana.last<signal::Leave>()->action == signal::LeaveAction::reconnect);
}

TEST_CASE("a resume tells who left meanwhile", "[server][R2]") {
    Room room;
    room.cleo.join();
    room.ben.channel->cut();
    room.run(50ms);
    room.cleo.send(signal::Leave{});
    room.run(100ms);
    CHECK(room.ben.knows("cleo"));
    room.ben.connect("refresh:ben", true);
    room.run(200ms);
    CHECK_FALSE(room.ben.knows("cleo"));
}

TEST_CASE("a resume of somebody unknown gets only the order to start over", "[server]") {
    Room room;
    room.cleo.connect("refresh:nobody", true);
    room.run(100ms);
    REQUIRE(room.cleo.received.size() == 1);
    CHECK(room.cleo.last<signal::Leave>()->action == signal::LeaveAction::reconnect);
    CHECK(room.cleo.last<signal::Leave>()->reason == signal::DisconnectReason::stateMismatch);
    room.cleo.connect("refresh:cleo", true);  // admitted, but without a session here
    room.run(100ms);
    CHECK(room.cleo.received.size() == 2);
}

TEST_CASE("T16 a hundred resumes leave one session", "[server][T16]") {
    Room room;
    room.talk();
    for (int i = 0; i < 100; ++i) {
        room.ben.connect("refresh:ben", true);
        room.run(5ms);
    }
    room.ben.connect("refresh:ben", true);   // and two at once
    room.ben.connect("refresh:ben", true);
    room.run(1s);
    for (const auto& token : room.ben.all<signal::RefreshToken>()) CHECK_FALSE(token.token.empty());
    CHECK(room.endpoint->stats().connections == 2);
    room.ben.takeHeard();
    room.run(500ms);
    CHECK(room.ben.takeHeard()['a'] > 20);
}

TEST_CASE("a refresh token comes every five minutes", "[server]") {
    Room room;
    const auto before = room.ana.all<signal::RefreshToken>().size();
    room.run(301s);
    CHECK(room.ana.all<signal::RefreshToken>().size() == before + 1);
}

TEST_CASE("an unanswered offer ends in the order to start over", "[server]") {
    Room room;
    room.ben.answersOffers = false;
    room.talk();
    room.run(17s);
    REQUIRE(room.ben.last<signal::Leave>());
    CHECK(room.ben.last<signal::Leave>()->action == signal::LeaveAction::reconnect);
}

TEST_CASE("a client whose network dies is asked to resume and is out after the grace", "[server]") {
    Room room;
    room.talk();
    room.ben.channel->cut();
    std::erase(room.clients, &room.ben);
    room.run(90s);
    CHECK_FALSE(room.ana.knows("ben"));
    CHECK(room.house.log.back() == "disconnected ben");
}

TEST_CASE("what cannot be done is answered, with what was asked", "[server]") {
    World world;
    world.admit("ann", true);
    ScriptedClient ann(world, "ann");
    ann.join();
    const auto answer = [&](const signal::SignalRequest& request) {
        const auto before = ann.all<signal::RequestResponse>().size();
        ann.send(request);
        world.run(std::chrono::milliseconds(20));
        const auto all = ann.all<signal::RequestResponse>();
        return all.size() > before ? std::optional(all.back()) : std::nullopt;
    };
    const auto mute = answer(signal::MuteTrack{base::TrackSid("TR_none"), true});
    REQUIRE(mute);
    CHECK(mute->reason == signal::RequestReason::notFound);
    REQUIRE(std::holds_alternative<signal::MuteTrack>(mute->echo));
    CHECK(std::get<signal::MuteTrack>(mute->echo).track.str() == "TR_none");
    const auto features = answer(signal::UpdateLocalAudioTrack{base::TrackSid("TR_none"), {}});
    REQUIRE(features);
    CHECK(std::holds_alternative<signal::UpdateLocalAudioTrack>(features->echo));
    // Nobody on stage chooses who may hear.
    signal::SubscriptionPermission some;
    CHECK(answer(some)->reason == signal::RequestReason::notAllowed);
    some.allParticipants = true;
    CHECK_FALSE(answer(some));
    signal::UpdateSubscription hear;
    hear.subscribe = true;
    hear.tracks = {base::TrackSid("TR_none")};
    ann.send(hear);
    world.run(std::chrono::milliseconds(20));
    REQUIRE(ann.last<signal::SubscriptionResponse>());
    CHECK(ann.last<signal::SubscriptionResponse>()->error == 2);
    CHECK_FALSE(ann.closedCode);
}

TEST_CASE("reliable data said while somebody still connects reaches her once, older data not", "[server]") {
    World world;
    world.admit("ann", true);
    world.admit("bob", false);
    ScriptedClient ann(world, "ann"), bob(world, "bob");
    ann.join();
    const auto say = [&](const char* text, std::uint32_t sequence) {
        signal::DataPacket packet;
        packet.sequence = sequence;
        packet.value = signal::UserData{"t", base::toBytes(base::asBytes(std::string_view(text))), {}};
        ann.publisher.sendData(rtc::DataLabel::reliable, signal::encodeDataPacket(packet), world.clock.now());
    };
    ann.offer();
    world.run(std::chrono::milliseconds(600));
    REQUIRE(ann.publisher.dataOpen(rtc::DataLabel::reliable));
    say("before", 1);
    world.run(std::chrono::milliseconds(200));
    bob.connect("join:bob");
    world.executor.runReady();   // her session is there, her connection not yet
    REQUIRE_FALSE(bob.subscriber.dataOpen(rtc::DataLabel::reliable));
    say("while", 2);
    ann.step();
    world.run(std::chrono::milliseconds(800));
    say("after", 3);
    world.run(std::chrono::milliseconds(200));
    std::vector<std::string> heard;
    for (const auto& packet : bob.data)
        if (const auto* user = std::get_if<signal::UserData>(&packet.value)) heard.emplace_back(base::asText(user->payload));
    CHECK(heard == std::vector<std::string>{"while", "after"});
}

TEST_CASE("reliable data that a channel cannot take at once comes in order when it can, within limits", "[server][R2]") {
    Room room;
    room.talk();
    const auto say = [&](int first, int count, std::size_t size) {
        room.ben.data.clear();
        for (int i = 0; i < count; ++i) {
            auto packet = userPacket(size);
            std::get<signal::UserData>(packet.value).topic = std::to_string(first + i);
            room.engine->relay(PlayedHouse::room(), {}, {signal::encodeDataPacket(packet)});
        }
        room.run(15s);   // nothing is acknowledged before
    };
    const auto heard = [&] {
        std::vector<int> out;
        for (const auto& packet : room.ben.data)
            if (const auto* user = std::get_if<signal::UserData>(&packet.value)) out.push_back(std::stoi(user->topic));
        return out;
    };
    const auto rising = [](const std::vector<int>& numbers) { return std::adjacent_find(numbers.begin(), numbers.end(), std::greater_equal<>()) == numbers.end(); };
    // The channel takes 1.25 MiB; the room keeps its last 256 KiB.
    say(0, 108, 14'000);
    CHECK(heard().size() == 108);
    CHECK(rising(heard()));
    say(200, 150, 14'000);
    CHECK(heard().size() < 150);
    CHECK(heard().size() > 105);
    CHECK(rising(heard()));
    REQUIRE_FALSE(heard().empty());
    CHECK(heard().back() == 349);   // the newest are kept
    say(400, 1, 10);
    CHECK(heard() == std::vector<int>{400});
}
