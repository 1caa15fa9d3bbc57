// SPDX-License-Identifier: Apache-2.0
#include "core/room/room_reducer.h"

#include "core/room/chat_reducer.h"

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::room;

namespace {

signal::ParticipantInfo info(const std::string& identity, std::int64_t joinedAtMs = 1000, const std::string& sid = {}) {
    signal::ParticipantInfo out;
    out.identity = base::Identity(identity);
    out.sid = base::ParticipantSid(sid.empty() ? "PA_" + identity : sid);
    out.name = "Name of " + identity;
    out.state = signal::ParticipantState::active;
    out.joinedAtMs = joinedAtMs;
    out.version = 1;
    out.attributes["parlour.seat"] = "audience";
    return out;
}

signal::ParticipantInfo with(signal::ParticipantInfo base, const std::string& key, const std::string& value) {
    base.attributes[key] = value;
    return base;
}

RoomState joined(std::vector<signal::ParticipantInfo> others) {
    RoomState state;
    signal::Join join;
    join.participant = info("me");
    join.others = std::move(others);
    join.room.name = base::RoomId("R1");
    applyJoin(state, join);
    return state;
}

std::string order(const RoomState& state) {
    std::string out;
    for (const auto& p : state.participants) out += (out.empty() ? "" : " ") + p->identity.str();
    return out;
}

void update(RoomState& state, std::vector<signal::ParticipantInfo> people) { applyUpdate(state, {std::move(people)}); }

}  // namespace

TEST_CASE("people are sorted by what they are and when they came, the same in every client", "[room]") {
    auto host = with(with(info("host", 900), "parlour.power", "host"), "parlour.seat", "stage");
    auto moderator = with(with(info("mod", 5), "parlour.power", "moderator"), "parlour.seat", "stage");
    auto below = with(info("below", 1), "parlour.power", "moderator");
    auto speaker = with(info("speaker", 1), "parlour.seat", "stage");
    const auto one = joined({info("b", 1000), info("a", 1000), speaker, below, moderator, host});
    const auto two = joined({host, moderator, below, speaker, info("a", 1000), info("b", 1000)});
    CHECK(order(one) == "host mod speaker below a b me");
    CHECK(order(one) == order(two));
    CHECK(one.countOnStage() == 3);
    CHECK(one.countInAudience() == 4);
    CHECK(one.me()->isSelf);
}

TEST_CASE("an older version is ignored, an equal and a newer one count", "[room]") {
    auto state = joined({});
    auto anna = info("anna");
    anna.version = 7;
    update(state, {anna});
    anna.version = 6;
    anna.name = "older";
    update(state, {anna});
    CHECK(state.find(anna.identity)->name == "Name of anna");
    anna.version = 7;
    anna.name = "equal";
    update(state, {anna});
    CHECK(state.find(anna.identity)->name == "equal");
    anna.version = 8;
    anna.name = "newer";
    update(state, {anna});
    CHECK(state.find(anna.identity)->name == "newer");
}

TEST_CASE("the late goodbye of an older connection does not take away the newer one", "[room]") {
    auto state = joined({info("anna", 1000, "PA_old")});
    auto again = info("anna", 2000, "PA_new");
    again.version = 0;   // a new connection counts from the beginning
    update(state, {again});
    auto goodbye = info("anna", 1000, "PA_old");
    goodbye.state = signal::ParticipantState::disconnected;
    goodbye.version = 99;
    update(state, {goodbye});
    REQUIRE(state.find(again.identity) != nullptr);
    CHECK(state.find(again.identity)->sid.str() == "PA_new");
    auto late = info("anna", 1000, "PA_old");
    late.version = 100;
    update(state, {late});
    CHECK(state.find(again.identity)->sid.str() == "PA_new");
    goodbye.sid = base::ParticipantSid("PA_new");
    update(state, {goodbye});
    CHECK(state.find(again.identity) == nullptr);
}

TEST_CASE("our own goodbye comes as a leave, never as an update", "[room]") {
    auto state = joined({});
    auto me = info("me");
    me.state = signal::ParticipantState::disconnected;
    update(state, {me});
    CHECK(state.me() != nullptr);
}

TEST_CASE("after a resume whoever is not named has gone, but not we", "[room]") {
    auto state = joined({info("anna"), info("ben"), with(info("cara"), "parlour.hand", "0002")});
    auto anna = info("anna");
    anna.version = 0;   // not newer, still named
    applyRoster(state, {{anna, info("dora", 5000)}});
    CHECK(order(state) == "anna me dora");
    CHECK(state.hands.empty());
}

TEST_CASE("a join replaces everybody and keeps chat and the person's own switches", "[room]") {
    auto state = joined({info("anna")});
    addChat(state, {"1", base::Identity("anna"), "Anna", "hi", {}, false});
    state.microphoneWanted = true;
    signal::Join join;
    join.participant = info("me");
    join.others = {info("ben")};
    applyJoin(state, join);
    CHECK(order(state) == "ben me");
    CHECK(state.chat.size() == 1);
    CHECK(state.microphoneWanted);
}

TEST_CASE("the queue follows the keys as text, knows everybody's place, and keeps its notes", "[room]") {
    auto state = joined({with(info("anna"), "parlour.hand", "0003"), with(info("ben"), "parlour.hand", "0001"),
                         with(info("cara"), "parlour.hand", "0002")});
    REQUIRE(state.hands.size() == 3);
    CHECK(state.handPlace(base::Identity("ben")) == 1);
    CHECK(state.handPlace(base::Identity("cara")) == 2);
    CHECK(state.handPlace(base::Identity("anna")) == 3);
    CHECK(state.handPlace(base::Identity("me")) == 0);
    api::Hands hands;
    hands.hands.push_back({});
    hands.hands.back().identity = base::Identity("cara");
    hands.hands.back().note = "about tea";
    hands.hands.back().raisedAtMs = 42;
    hands.hands.push_back({});
    hands.hands.back().identity = base::Identity("nobody");
    applyHands(state, hands);
    CHECK(state.hands.size() == 3);
    CHECK(state.hands[1].note == "about tea");
    auto ben = info("ben");
    ben.version = 2;
    update(state, {ben});
    CHECK(state.handPlace(base::Identity("cara")) == 1);
    CHECK(state.hands[0].note == "about tea");
    CHECK(base::toUnixMs(state.hands[0].raisedAt) == 42);
}

TEST_CASE("attributes become what people see; what cannot be read is as if it were not there", "[room]") {
    auto anna = with(with(with(info("anna"), "parlour.invited", "1700000000000"), "parlour.held", "1"), "parlour.muted_by", "mod");
    const auto p = toParticipant(anna, base::Identity("me"));
    REQUIRE(p.invitedUntil);
    CHECK(base::toUnixMs(*p.invitedUntil) == 1700000000000);
    CHECK(p.held);
    CHECK(p.mutedBy == "mod");
    for (const auto* bad : {"", "x", "12x", "-1", "99999999999999999999", "9223372036854775807", " 5"})
        CHECK_FALSE(toParticipant(with(info("anna"), "parlour.invited", bad), {}).invitedUntil);
    CHECK(toParticipant(with(info("anna"), "parlour.seat", "roof"), {}).seat == api::Seat::audience);
    CHECK(toParticipant(with(info("anna"), "parlour.power", "emperor"), {}).power == api::Power::none);
    CHECK_FALSE(toParticipant(with(info("anna"), "parlour.held", "true"), {}).held);
    auto nameless = info("anna");
    nameless.name.clear();
    CHECK(toParticipant(nameless, {}).name == "anna");
    // Plain LiveKit knows no seats: who may publish is on stage.
    auto plain = info("anna");
    plain.attributes.clear();
    CHECK(toParticipant(plain, {}).seat == api::Seat::audience);
    plain.permission.canPublish = true;
    CHECK(toParticipant(plain, {}).seat == api::Seat::stage);
}

TEST_CASE("the first sound track is the microphone; pictures are not", "[room]") {
    auto anna = info("anna");
    anna.tracks.resize(2);
    anna.tracks[0].sid = base::TrackSid("TR_v");
    anna.tracks[0].type = signal::TrackType::video;
    anna.tracks[1].sid = base::TrackSid("TR_a");
    anna.tracks[1].muted = true;
    auto state = joined({anna});
    CHECK(state.find(anna.identity)->microphoneTrack.str() == "TR_a");
    CHECK_FALSE(state.find(anna.identity)->microphoneOpen);
    setAudioTrack(state, base::TrackSid("TR_a"), 5);
    anna.version = 2;
    anna.tracks[1].muted = false;
    update(state, {anna});
    CHECK(state.find(anna.identity)->microphoneOpen);
    CHECK(state.find(anna.identity)->audioTrack == 5);
    anna.version = 3;
    anna.tracks[1].sid = base::TrackSid("TR_b");
    update(state, {anna});
    CHECK(state.find(anna.identity)->audioTrack == 0);   // another microphone is not that one
}

TEST_CASE("no more people and chat lines than there is room for", "[room]") {
    RoomState state;
    signal::ParticipantUpdate many;
    for (int i = 0; i <= 16'384; ++i) many.participants.push_back(info("p" + std::to_string(i)));
    applyUpdate(state, many);
    CHECK(state.participants.size() == 16'384);
    for (std::size_t i = 0; i <= ChatPast{}.kept; ++i) addChat(state, {std::to_string(i), base::Identity("a"), "A", "x", {}, false});
    CHECK(state.chat.size() == ChatPast{}.kept);
    CHECK(state.chat.front().id == "1");
    addChat(state, {"200", base::Identity("a"), "A", "again", {}, false});
    CHECK(state.chat.back().text == "x");
    addChat(state, {"200", base::Identity("b"), "B", "another's", {}, false});
    CHECK(state.chat.back().text == "another's");
}

TEST_CASE("the room's metadata is taken where it makes sense and survives nonsense", "[room]") {
    RoomState state;
    signal::RoomInfo room;
    room.name = base::RoomId("R1");
    room.metadata = R"({"title":"Tea","house":"Home","hands_locked":true,"waiting_for_host":true,"started_at":1700000000000})";
    applyRoom(state, room);
    CHECK(state.title == "Tea");
    CHECK(state.houseName == "Home");
    CHECK(state.handsLocked);
    CHECK(state.waitingForHost);
    CHECK(base::toUnixMs(state.startedAt) == 1700000000000);
    const std::string deep = std::string(200'000, '[');
    for (const std::string& bad : {std::string(), std::string("{"), std::string("[]"), std::string("null"), std::string("\xff\xfe"), deep}) {
        room.metadata = bad;
        applyRoom(state, room);
        CHECK(state.title == "Tea");
        CHECK(state.handsLocked);
    }
    room.metadata = R"({"title":7,"house":null,"hands_locked":"yes","started_at":-9223372036854775808})";
    applyRoom(state, room);
    CHECK(state.title == "Tea");
    CHECK_FALSE(state.handsLocked);
    CHECK(base::toUnixMs(state.startedAt) == 1700000000000);
    room.metadata = R"({"started_at":18446744073709551615})";
    applyRoom(state, room);
    CHECK(base::toUnixMs(state.startedAt) == 1700000000000);
}

TEST_CASE("speakers and quality are merged into whoever they are about, within bounds", "[room]") {
    auto state = joined({info("anna")});
    signal::SpeakersChanged speakers;
    speakers.speakers.resize(2);
    speakers.speakers[0].sid = base::ParticipantSid("PA_anna");
    speakers.speakers[0].level = 7.0f;
    speakers.speakers[0].active = true;
    speakers.speakers[1].sid = base::ParticipantSid("PA_nobody");
    applySpeakers(state, speakers);
    CHECK(state.find(base::Identity("anna"))->speakerLevel == 1.0f);
    speakers.speakers[0].active = false;
    applySpeakers(state, speakers);
    CHECK(state.find(base::Identity("anna"))->speakerLevel == 0.0f);
    applyQuality(state, {{{base::ParticipantSid("PA_anna"), signal::ConnectionQuality::poor, 1.0f}}});
    CHECK(state.find(base::Identity("anna"))->connectionQuality == 0);
}

TEST_CASE("chair, questions and the speaker's time come with the room", "[room][questions]") {
    auto state = joined({with(info("s"), "parlour.slot_until", "1795000160000"), with(info("x"), "parlour.slot_until", "soon")});
    CHECK(state.find(base::Identity("s"))->slotUntil == base::fromUnixMs(1'795'000'160'000));
    CHECK_FALSE(state.find(base::Identity("x"))->slotUntil);
    signal::RoomInfo room;
    room.metadata = R"({"chair":"s","questions":3,"questions_desk":7})";
    applyRoom(state, room);
    CHECK(state.chair == base::Identity("s"));
    CHECK(state.questionsRevision == 3);
    CHECK(state.questionsDesk == 7);
    room.metadata = R"({"questions":-3,"questions_desk":"7"})";
    applyRoom(state, room);
    CHECK(state.chair.empty());
    CHECK(state.questionsRevision == 0);
    CHECK(state.questionsDesk == 0);
}

TEST_CASE("a room of the house on a LiveKit server keeps the house's name of it", "[room-reducer]") {
    RoomState state;
    signal::RoomInfo room;
    room.name = base::RoomId("parlour-somethingrandom");
    room.metadata = R"({"title":"Salon","room":"salon","chat":"house"})";
    applyRoom(state, room);
    CHECK(state.room.str() == "salon");
    CHECK(state.title == "Salon");
    CHECK(chatByHouse(room));
    // A stranger's server says nothing of it.
    for (const char* metadata : {"", "[]", R"({"chat":1})", R"({"room":7})", R"({"chat":"elsewhere"})"}) {
        room.metadata = metadata;
        CHECK_FALSE(chatByHouse(room));
        applyRoom(state, room);
        CHECK(state.room.str() == "parlour-somethingrandom");
    }
}

TEST_CASE("without our attributes the right to send a microphone is what makes a speaker", "[room]") {
    auto stranger = info("stranger");
    stranger.attributes.clear();
    const auto seat = [&] { return toParticipant(stranger, base::Identity("me")).seat; };
    CHECK(seat() == api::Seat::audience);
    stranger.permission.canPublish = true;
    CHECK(seat() == api::Seat::stage);
    stranger.permission.canPublishSources = {signal::TrackSource::camera};
    CHECK(seat() == api::Seat::audience);
    CHECK_FALSE(maySpeak(stranger.permission));
    stranger.permission.canPublishSources = {signal::TrackSource::camera, signal::TrackSource::microphone};
    CHECK(seat() == api::Seat::stage);
}
