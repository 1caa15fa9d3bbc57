// SPDX-License-Identifier: Apache-2.0
#include "core/signal/codec.h"

#include "tests/signal/wire_bytes.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::signal;
using parlour::tests::bytesField;
using parlour::tests::fromWire;
using parlour::tests::numberField;
using parlour::tests::toWire;

namespace {

/// Through the wire and back; fails the test when another message comes out.
template <class T>
T asRequest(const T& message) {
    auto back = decodeRequest(encode(SignalRequest(message)));
    if (!back) FAIL(back.error().message << " " << back.error().detail);
    if (!std::holds_alternative<T>(*back)) FAIL("another message came out");
    return std::get<T>(*back);
}
template <class T>
T asResponse(const T& message) {
    auto back = decodeResponse(encode(SignalResponse(message)));
    if (!back) FAIL(back.error().message << " " << back.error().detail);
    if (!std::holds_alternative<T>(*back)) FAIL("another message came out");
    return std::get<T>(*back);
}

TrackInfo track() {
    TrackInfo t;
    t.sid = base::TrackSid("TR_1");
    t.type = TrackType::audio;
    t.source = TrackSource::microphone;
    t.name = "mic";
    t.muted = true;
    t.mimeType = "audio/opus";
    t.mid = "3";
    t.stream = "cam";
    t.stereo = true;
    t.disableDtx = true;
    t.disableRed = true;
    t.encryption = 1;
    t.audioFeatures = {3, 4};
    return t;
}
void checkTrack(const TrackInfo& t) {
    CHECK(t.sid.str() == "TR_1");
    CHECK(t.type == TrackType::audio);
    CHECK(t.source == TrackSource::microphone);
    CHECK(t.name == "mic");
    CHECK(t.muted);
    CHECK(t.mimeType == "audio/opus");
    CHECK(t.mid == "3");
    CHECK(t.stream == "cam");
    CHECK(t.stereo);
    CHECK(t.disableDtx);
    CHECK(t.disableRed);
    CHECK(t.encryption == 1);
    CHECK(t.audioFeatures == std::vector<int>{3, 4});
}

ParticipantInfo participant() {
    ParticipantInfo p;
    p.sid = base::ParticipantSid("PA_1");
    p.identity = base::Identity("ana");
    p.state = ParticipantState::active;
    p.name = "Ana";
    p.metadata = "m";
    p.attributes = {{"parlour.seat", "stage"}, {"parlour.power", "host"}};
    p.tracks = {track()};
    p.joinedAtMs = 1'700'000'000'123;
    p.version = 7;
    p.permission.canSubscribe = p.permission.canPublishData = true;
    p.permission.canPublishSources = {TrackSource::microphone};
    p.isPublisher = true;
    p.kind = 4;
    p.disconnectReason = DisconnectReason::participantRemoved;
    p.clientProtocol = 1;
    return p;
}
void checkParticipant(const ParticipantInfo& p) {
    CHECK(p.sid.str() == "PA_1");
    CHECK(p.identity.str() == "ana");
    CHECK(p.state == ParticipantState::active);
    CHECK(p.name == "Ana");
    CHECK(p.metadata == "m");
    CHECK(p.attributes == participant().attributes);
    REQUIRE(p.tracks.size() == 1);
    checkTrack(p.tracks[0]);
    CHECK(p.joinedAtMs == 1'700'000'000'123);
    CHECK(p.version == 7);
    CHECK(p.permission == participant().permission);
    CHECK(p.isPublisher);
    CHECK(p.kind == 4);
    CHECK(p.disconnectReason == DisconnectReason::participantRemoved);
    CHECK(p.clientProtocol == 1);
}

RoomInfo room() {
    RoomInfo r;
    r.sid = base::RoomSid("RM_1");
    r.name = base::RoomId("boats");
    r.emptyTimeoutS = 300;
    r.departureTimeoutS = 20;
    r.maxParticipants = 99;
    r.creationTimeMs = 1'700'000'000'456;
    r.enabledCodecs = {{"audio/opus", "useinbandfec=1"}};
    r.metadata = "{}";
    r.numParticipants = 3;
    r.numPublishers = 2;
    r.activeRecording = true;
    return r;
}
void checkRoom(const RoomInfo& r) {
    CHECK(r.sid.str() == "RM_1");
    CHECK(r.name.str() == "boats");
    CHECK(r.emptyTimeoutS == 300);
    CHECK(r.departureTimeoutS == 20);
    CHECK(r.maxParticipants == 99);
    CHECK(r.creationTimeMs == 1'700'000'000'456);
    REQUIRE(r.enabledCodecs.size() == 1);
    CHECK(r.enabledCodecs[0].mime == "audio/opus");
    CHECK(r.enabledCodecs[0].fmtpLine == "useinbandfec=1");
    CHECK(r.metadata == "{}");
    CHECK(r.numParticipants == 3);
    CHECK(r.numPublishers == 2);
    CHECK(r.activeRecording);
}

SessionDescription description() { return {"offer", "v=0\r\n", 5, {{"0", "TR_1"}}}; }
void checkDescription(const SessionDescription& d) {
    CHECK(d.type == "offer");
    CHECK(d.sdp == "v=0\r\n");
    CHECK(d.id == 5);
    CHECK(d.midToTrackId == description().midToTrackId);
}

UpdateSubscription subscription() {
    return {{base::TrackSid("TR_1"), base::TrackSid("TR_2")}, true, {{base::ParticipantSid("PA_1"), {base::TrackSid("TR_3")}}}};
}
void checkSubscription(const UpdateSubscription& s) {
    CHECK(s.tracks == subscription().tracks);
    CHECK(s.subscribe);
    REQUIRE(s.participantTracks.size() == 1);
    CHECK(s.participantTracks[0].participant.str() == "PA_1");
    CHECK(s.participantTracks[0].tracks == std::vector{base::TrackSid("TR_3")});
}

}  // namespace

TEST_CASE("what both ends say goes over the wire whole", "[signal]") {
    checkDescription(asRequest(Offer{description()}).description);
    checkDescription(asRequest(Answer{description()}).description);
    checkDescription(asResponse(Offer{description()}).description);
    checkDescription(asResponse(Answer{description()}).description);

    const Trickle trickle{"{\"candidate\":\"x\"}", SignalTarget::subscriber, true};
    for (const auto& t : {asRequest(trickle), asResponse(trickle)}) {
        CHECK(t.candidateInit == trickle.candidateInit);
        CHECK(t.target == SignalTarget::subscriber);
        CHECK(t.final);
    }
    const MuteTrack mute{base::TrackSid("TR_9"), true};
    for (const auto& m : {asRequest(mute), asResponse(mute)}) {
        CHECK(m.track.str() == "TR_9");
        CHECK(m.muted);
    }
    const Leave leave{DisconnectReason::roomDeleted, LeaveAction::reconnect, true, {{"west", "wss://west.example.org", 40}, {"", "wss://b.example.org", 0}}};
    for (const auto& l : {asRequest(leave), asResponse(leave)}) {
        CHECK(l.reason == DisconnectReason::roomDeleted);
        CHECK(l.action == LeaveAction::reconnect);
        CHECK(l.regions == leave.regions);
        CHECK(l.canReconnect);
    }
}

TEST_CASE("every request of a client goes over the wire whole", "[signal]") {
    AddTrack add{"cid", "mic", TrackType::audio, TrackSource::microphone, true, true, true, true, "cam", 1, {5, 6}};
    const auto a = asRequest(add);
    CHECK(a.cid == "cid");
    CHECK(a.name == "mic");
    CHECK(a.source == TrackSource::microphone);
    CHECK((a.muted && a.disableDtx && a.disableRed && a.stereo));
    CHECK(a.stream == "cam");
    CHECK(a.encryption == 1);
    CHECK(a.audioFeatures == std::vector<int>{5, 6});

    checkSubscription(asRequest(subscription()));

    const auto settings = asRequest(UpdateTrackSettings{{base::TrackSid("TR_1")}, true});
    CHECK(settings.tracks == std::vector{base::TrackSid("TR_1")});
    CHECK(settings.disabled);

    const auto permission = asRequest(
        SubscriptionPermission{true, {{base::ParticipantSid("PA_1"), base::Identity("ana"), true, {base::TrackSid("TR_1")}}}});
    CHECK(permission.allParticipants);
    REQUIRE(permission.tracks.size() == 1);
    CHECK(permission.tracks[0].participant.str() == "PA_1");
    CHECK(permission.tracks[0].identity.str() == "ana");
    CHECK(permission.tracks[0].allTracks);
    CHECK(permission.tracks[0].tracks.size() == 1);

    SyncState sync;
    sync.answer = description();
    sync.offer = description();
    sync.subscription = subscription();
    sync.publishTracks = {{"cid", track()}};
    sync.dataChannels = {{"_reliable", 3, SignalTarget::subscriber}};
    sync.disabledTracks = {base::TrackSid("TR_4")};
    sync.receiveStates = {{base::ParticipantSid("PA_2"), 17}};
    const auto s = asRequest(sync);
    REQUIRE((s.answer && s.offer));
    checkDescription(*s.answer);
    checkDescription(*s.offer);
    checkSubscription(s.subscription);
    REQUIRE(s.publishTracks.size() == 1);
    CHECK(s.publishTracks[0].cid == "cid");
    checkTrack(s.publishTracks[0].track);
    REQUIRE(s.dataChannels.size() == 1);
    CHECK(s.dataChannels[0].label == "_reliable");
    CHECK(s.dataChannels[0].id == 3);
    CHECK(s.dataChannels[0].target == SignalTarget::subscriber);
    CHECK(s.disabledTracks == sync.disabledTracks);
    REQUIRE(s.receiveStates.size() == 1);
    CHECK(s.receiveStates[0].publisher.str() == "PA_2");
    CHECK(s.receiveStates[0].lastSequence == 17);
    CHECK_FALSE(asRequest(SyncState{}).answer);

    CHECK(asRequest(Simulate{4}).scenario == 4);
    CHECK(asRequest(Ping{123}).timestampMs == 123);
    const auto ping = asRequest(PingRequest{123, 45});
    CHECK(ping.timestampMs == 123);
    CHECK(ping.rttMs == 45);
    const auto update = asRequest(UpdateMetadata{"m", "Ana", {{"parlour.want", "hand"}}, 8});
    CHECK(update.metadata == "m");
    CHECK(update.name == "Ana");
    CHECK(update.attributes.at("parlour.want") == "hand");
    CHECK(update.requestId == 8);
    const auto local = asRequest(UpdateLocalAudioTrack{base::TrackSid("TR_1"), {1, 2}});
    CHECK(local.track.str() == "TR_1");
    CHECK(local.features == std::vector<int>{1, 2});
}

TEST_CASE("joining goes over the wire whole", "[signal]") {
    Join join;
    join.room = room();
    join.participant = participant();
    join.others = {participant(), participant()};
    join.iceServers = {{{"turn:a", "turn:b"}, "user", "pass"}};
    join.server = {"1.2.3", 17, "here", "node"};
    join.subscriberPrimary = true;
    join.fastPublish = true;
    join.resumeDisabled = true;
    join.pingIntervalS = 7;
    join.pingTimeoutS = 21;
    join.alternativeUrl = "wss://b";
    join.sifTrailer = std::string("\0\xff", 2);
    join.enabledPublishCodecs = {{"audio/opus", ""}, {"audio/red", ""}};
    const auto j = asResponse(join);
    checkRoom(j.room);
    checkParticipant(j.participant);
    REQUIRE(j.others.size() == 2);
    checkParticipant(j.others[1]);
    REQUIRE(j.iceServers.size() == 1);
    CHECK(j.iceServers[0].urls == join.iceServers[0].urls);
    CHECK(j.iceServers[0].username == "user");
    CHECK(j.iceServers[0].credential == "pass");
    CHECK(j.server.version == "1.2.3");
    CHECK(j.server.protocol == 17);
    CHECK(j.server.region == "here");
    CHECK(j.server.nodeId == "node");
    CHECK((j.subscriberPrimary && j.fastPublish && j.resumeDisabled));
    CHECK(j.pingIntervalS == 7);
    CHECK(j.pingTimeoutS == 21);
    CHECK(j.alternativeUrl == "wss://b");
    CHECK(j.sifTrailer == join.sifTrailer);
    CHECK(j.enabledPublishCodecs.size() == 2);

    const auto back = asResponse(Reconnect{join.iceServers, join.server, true, 12});
    CHECK(back.iceServers.size() == 1);
    CHECK(back.server.version == "1.2.3");
    CHECK(back.resumeDisabled);
    CHECK(back.lastMessageSequence == 12);
}

TEST_CASE("people who were encoded once are read as others of any join", "[signal]") {
    Join join;
    join.room = room();
    join.participant = participant();
    join.others = {participant()};
    join.pingIntervalS = 7;
    auto second = participant();
    second.name = std::string(300, 'n');   // a length of two bytes
    const auto one = encodeParticipant(participant()), two = encodeParticipant(second);
    for (const auto& people : {std::vector<base::ByteView>{}, std::vector<base::ByteView>{one, two}}) {
        const auto read = decodeResponse(encodeJoin(join, people));
        REQUIRE(read);
        const auto* j = std::get_if<Join>(&*read);
        REQUIRE(j != nullptr);
        checkRoom(j->room);
        CHECK(j->pingIntervalS == 7);
        REQUIRE(j->others.size() == 1 + people.size());
        for (const auto& other : j->others) CHECK(other.identity == participant().identity);
        if (people.empty()) continue;
        checkParticipant(j->others[1]);
        CHECK(j->others[2].name == second.name);
    }
}

TEST_CASE("every other answer of a server goes over the wire whole", "[signal]") {
    const auto update = asResponse(ParticipantUpdate{{participant()}});
    REQUIRE(update.participants.size() == 1);
    checkParticipant(update.participants[0]);
    const auto published = asResponse(TrackPublished{"cid", track()});
    CHECK(published.cid == "cid");
    checkTrack(published.track);
    CHECK(asResponse(TrackUnpublished{base::TrackSid("TR_1")}).track.str() == "TR_1");
    CHECK(asResponse(TrackSubscribed{base::TrackSid("TR_1")}).track.str() == "TR_1");
    const auto speakers = asResponse(SpeakersChanged{{{base::ParticipantSid("PA_1"), 0.5f, true}}});
    REQUIRE(speakers.speakers.size() == 1);
    CHECK(speakers.speakers[0].sid.str() == "PA_1");
    CHECK(speakers.speakers[0].level == 0.5f);
    CHECK(speakers.speakers[0].active);
    checkRoom(asResponse(RoomUpdate{room()}).room);
    const auto quality = asResponse(ConnectionQualityUpdate{{{base::ParticipantSid("PA_1"), ConnectionQuality::lost, 1.5f}}});
    REQUIRE(quality.updates.size() == 1);
    CHECK(quality.updates[0].quality == ConnectionQuality::lost);
    CHECK(quality.updates[0].score == 1.5f);
    const auto streams = asResponse(StreamStateUpdate{{{base::ParticipantSid("PA_1"), base::TrackSid("TR_1"), true}}});
    REQUIRE(streams.states.size() == 1);
    CHECK(streams.states[0].track.str() == "TR_1");
    CHECK(streams.states[0].paused);
    const auto allowed = asResponse(SubscriptionPermissionUpdate{base::ParticipantSid("PA_1"), base::TrackSid("TR_1"), true});
    CHECK(allowed.participant.str() == "PA_1");
    CHECK(allowed.track.str() == "TR_1");
    CHECK(allowed.allowed);
    CHECK(asResponse(RefreshToken{"t"}).token == "t");
    CHECK(asResponse(Pong{9}).timestampMs == 9);
    const auto pong = asResponse(PongResponse{1, 2});
    CHECK(pong.lastPingTimestampMs == 1);
    CHECK(pong.timestampMs == 2);
    const auto subscribed = asResponse(SubscriptionResponse{base::TrackSid("TR_1"), 2});
    CHECK(subscribed.track.str() == "TR_1");
    CHECK(subscribed.error == 2);
    const auto sections = asResponse(MediaSectionsRequirement{3, 1});
    CHECK(sections.audios == 3);
    CHECK(sections.videos == 1);

    RequestResponse response{4, RequestReason::notAllowed, "no", MuteTrack{base::TrackSid("TR_1"), true}};
    const auto muted = asResponse(response);
    CHECK(muted.requestId == 4);
    CHECK(muted.reason == RequestReason::notAllowed);
    CHECK(muted.message == "no");
    REQUIRE(std::holds_alternative<MuteTrack>(muted.echo));
    CHECK(std::get<MuteTrack>(muted.echo).muted);
    response.echo = AddTrack{"cid"};
    CHECK(std::get<AddTrack>(asResponse(response).echo).cid == "cid");
    response.echo = UpdateMetadata{"m", "n", {}, 1};
    CHECK(std::get<UpdateMetadata>(asResponse(response).echo).name == "n");
    response.echo = UpdateLocalAudioTrack{base::TrackSid("TR_2"), {1}};
    CHECK(std::get<UpdateLocalAudioTrack>(asResponse(response).echo).track.str() == "TR_2");
    response.echo = Trickle{"c"};
    CHECK(std::get<Trickle>(asResponse(response).echo).candidateInit == "c");
    response.echo = std::monostate{};
    CHECK(std::holds_alternative<std::monostate>(asResponse(response).echo));
}

TEST_CASE("fields and messages of other versions are passed over", "[signal]") {
    auto bytes = fromWire(encode(SignalRequest(MuteTrack{base::TrackSid("TR_9"), true})));
    bytes += bytesField(900, "from the future") + numberField(901, 1);
    const auto mute = decodeRequest(toWire(bytes));
    REQUIRE(mute);
    CHECK(std::get<MuteTrack>(*mute).track.str() == "TR_9");

    const auto inside = decodeRequest(toWire(bytesField(5, bytesField(1, "TR_9") + bytesField(77, "new") + numberField(2, 1))));
    REQUIRE(inside);
    CHECK(std::get<MuteTrack>(*inside).muted);

    for (const auto& unknown : {std::string(), bytesField(10, "x"), bytesField(99, "x")}) {
        const auto request = decodeRequest(toWire(unknown));
        REQUIRE(request);
        CHECK(std::holds_alternative<Ignored>(*request));
        const auto response = decodeResponse(toWire(bytesField(99, "x")));
        REQUIRE(response);
        CHECK(std::holds_alternative<Ignored>(*response));
    }
}

TEST_CASE("numbers outside an enum count as its first value", "[signal]") {
    const auto leave = decodeResponse(toWire(bytesField(8, numberField(2, 999) + numberField(3, 77))));
    REQUIRE(leave);
    CHECK(std::get<Leave>(*leave).reason == DisconnectReason::unknown);
    CHECK(std::get<Leave>(*leave).action == LeaveAction::disconnect);
    std::string regions;
    for (std::size_t i = 0; i < kMaxRegions; ++i) regions += bytesField(1, bytesField(2, "wss://x"));
    CHECK(decodeResponse(toWire(bytesField(8, bytesField(4, regions)))));
    CHECK_FALSE(decodeResponse(toWire(bytesField(8, bytesField(4, regions + bytesField(1, {}))))));
}

TEST_CASE("times of other servers in seconds are read, absurd ones do no harm", "[signal]") {
    const auto creation = [](std::uint64_t seconds) {
        const auto update = decodeResponse(toWire(bytesField(11, bytesField(1, numberField(5, seconds)))));
        return std::get<RoomUpdate>(*update).room.creationTimeMs;
    };
    CHECK(creation(1'700'000'000) == 1'700'000'000'000);
    CHECK(creation(static_cast<std::uint64_t>(INT64_MAX)) == 0);
    CHECK(creation(static_cast<std::uint64_t>(INT64_MIN)) == 0);
    const auto update = decodeResponse(toWire(bytesField(5, bytesField(1, numberField(6, static_cast<std::uint64_t>(INT64_MAX))))));
    REQUIRE(update);
    CHECK(std::get<ParticipantUpdate>(*update).participants.at(0).joinedAtMs == 0);
}

TEST_CASE("damaged bytes are refused", "[signal]") {
    const auto whole = encode(SignalRequest(Offer{description()}));
    for (std::size_t size = 1; size < whole.size(); ++size) {
        const auto part = decodeRequest(base::ByteView(whole).first(size));
        REQUIRE_FALSE(part);
        CHECK(part.error().code == "signal_malformed");
    }
    CHECK_FALSE(decodeResponse(toWire(std::string(20, '\xff'))));
    CHECK_FALSE(decodeRequest(toWire(bytesField(5, bytesField(1, "\xff\xfe")))));   // strings are UTF-8
}

TEST_CASE("each limit is met at its value and broken one above", "[signal]") {
    const auto taken = [](const SignalRequest& request) { return decodeRequest(encode(request)).has_value(); };
    const auto heard = [](const SignalResponse& response) { return decodeResponse(encode(response)).has_value(); };
    const auto sdp = [&](std::size_t size) { return taken(Offer{{"offer", std::string(size, 'x'), 0, {}}}); };
    CHECK(sdp(kMaxSdpBytes));
    CHECK_FALSE(sdp(kMaxSdpBytes + 1));
    const auto tracks = [&](std::size_t count) {
        return taken(UpdateSubscription{std::vector<base::TrackSid>(count, base::TrackSid("TR_1")), true, {}});
    };
    CHECK(tracks(kMaxRepeated));
    CHECK_FALSE(tracks(kMaxRepeated + 1));
    const auto attributes = [&](std::size_t count) {
        UpdateMetadata update;
        for (std::size_t i = 0; i < count; ++i) update.attributes["key" + std::to_string(i)] = "v";
        return taken(update);
    };
    CHECK(attributes(kMaxAttributes));
    CHECK_FALSE(attributes(kMaxAttributes + 1));
    const auto attributeBytes = [&](std::size_t size) { return taken(UpdateMetadata{{}, {}, {{"k", std::string(size - 1, 'v')}}, 0}); };
    CHECK(attributeBytes(kMaxAttributeBytes));
    CHECK_FALSE(attributeBytes(kMaxAttributeBytes + 1));
    const auto people = [&](std::size_t count) { return heard(ParticipantUpdate{std::vector<ParticipantInfo>(count)}); };
    CHECK(people(kMaxParticipants));
    CHECK_FALSE(people(kMaxParticipants + 1));
    const auto speakers = [&](std::size_t count) { return heard(SpeakersChanged{std::vector<SpeakerInfo>(count)}); };
    CHECK(speakers(kMaxRepeated));
    CHECK_FALSE(speakers(kMaxRepeated + 1));
}

TEST_CASE("a message of the largest size is read, one more byte is not", "[signal]") {
    const auto ofSize = [](std::size_t size) {
        const std::size_t head = 2 + 4;   // tag of an unknown field (two bytes) and a length of three or four bytes
        std::string inside(size - head, 'x');
        auto bytes = bytesField(100, inside);
        while (bytes.size() > size) bytes = bytesField(100, inside.erase(inside.size() - 1));
        while (bytes.size() < size) bytes = bytesField(100, inside += 'x');
        return toWire(bytes);
    };
    CHECK(decodeRequest(ofSize(kMaxRequestBytes)));
    const auto request = decodeRequest(ofSize(kMaxRequestBytes + 1));
    REQUIRE_FALSE(request);
    CHECK(request.error().code == "signal_too_large");
    CHECK(decodeResponse(ofSize(kMaxMessageBytes)));
    CHECK_FALSE(decodeResponse(ofSize(kMaxMessageBytes + 1)));
    CHECK_FALSE(decodeResponse(ofSize(kMaxMessageBytes + 1), kMaxMessageBytes * 2));
}
