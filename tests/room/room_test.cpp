// SPDX-License-Identifier: Apache-2.0
// Whole rooms in one process: coming in, the stage, the sound, the chat, going out.
#include "core/signal/data_packet.h"
#include "tests/room/room_lab.h"

using namespace parlour;
using namespace parlour::tests;
using api::StageVerb;

TEST_CASE("people come in by link and all see the same room", "[room][whole]") {
    RoomLab lab;
    auto& host = lab.host();
    auto& anna = lab.join("anna", lab.made.links.speaker);
    auto& ben = lab.join("ben", lab.made.links.listener);
    REQUIRE(lab.until([&] { return host.room() == anna.room() && anna.room() == ben.room() && host.state()->participants.size() == 3; }));
    CHECK(host.state()->title == "Test room");
    CHECK(host.state()->houseName == "Parlour");
    CHECK(host.me()->power == api::Power::host);
    CHECK(ben.me()->seat == api::Seat::audience);
    CHECK(host.states == std::vector<SessionState>{SessionState::redeeming, SessionState::connecting, SessionState::joined});
    for (auto* person : {&host, &anna, &ben}) CHECK_FALSE(person->state()->microphoneLive);
    bool gone = false;
    ben.session->leave([&] { gone = true; });
    REQUIRE(lab.until([&] { return gone; }));
    CHECK(ben.left(LeaveReason::byUser));
    CHECK(lab.until([&] { return host.state()->participants.size() == 2; }));
}

TEST_CASE("a listener raises a hand, is invited, arrives muted, and is heard after unmuting", "[room][whole]") {
    RoomLab lab(false, GENERATE(room::Signalling::v0, room::Signalling::v1));
    auto& host = lab.host();
    auto& ben = lab.join("ben", lab.made.links.listener);
    auto& cara = lab.join("cara", lab.made.links.listener);
    ben.speak(7);
    ben.session->setMicrophone(true);   // nothing to open in the audience
    ben.order(StageVerb::raise, nullptr, "about tea");
    REQUIRE(lab.until([&] { return host.state()->hands.size() == 1 && host.state()->hands[0].note == "about tea"; }));
    REQUIRE(lab.until([&] { return ben.state()->handPlace(ben.id()) == 1; }));   // each is told on a connection of their own
    REQUIRE(lab.until([&] { return cara.state()->handPlace(ben.id()) == 1; }));
    CHECK(cara.state()->hands[0].note.empty());
    CHECK(ben.stats.packetsSent == 0);

    host.order(StageVerb::invite, &ben);
    REQUIRE(lab.until([&] { return ben.me()->invitedUntil.has_value(); }));
    ben.order(StageVerb::accept);
    REQUIRE(lab.until([&] { return ben.onStage() && host.sees(ben)->seat == api::Seat::stage; }));
    CHECK_FALSE(ben.state()->microphoneWanted);
    CHECK_FALSE(ben.state()->microphoneLive);
    CHECK(host.state()->hands.empty());
    lab.pass(500ms);
    CHECK(host.silent(400ms));

    ben.session->setMicrophone(true);
    REQUIRE(lab.until([&] { return host.hears(ben) > 0.8 && cara.hears(ben) > 0.8; }));
    CHECK(ben.silent(500ms));   // nobody hears himself

    ben.session->setMicrophone(false);
    REQUIRE(lab.until([&] { return !host.sees(ben)->microphoneOpen; }));
    lab.fallsSilent(host);
    lab.pass(1500ms);   // statistics are a second old at most
    const auto sent = ben.stats.packetsSent;
    lab.pass(2100ms);
    CHECK(ben.stats.packetsSent == sent);   // muted: not a packet
    CHECK(lab.asWanted());
    CHECK(host.refused.empty());
    CHECK(ben.refused.empty());
}

TEST_CASE("two speakers are told apart, and volume is everybody's own affair", "[room][whole]") {
    RoomLab lab;
    auto& host = lab.host();
    auto& anna = lab.join("anna", lab.made.links.speaker);
    auto& ben = lab.join("ben", lab.made.links.listener);
    lab.goLive(host, 1);
    lab.goLive(anna, 2);
    // Both at once: each is some seven tenths of what is heard, when both speak.
    const bool both = lab.until([&] { return ben.hears(host) > 0.4 && ben.hears(anna) > 0.4; });
    INFO("host " << ben.hears(host) << ", anna " << ben.hears(anna) << ", tracks " << ben.stats.tracks.size());
    REQUIRE(both);
    REQUIRE(lab.until([&] { return anna.hears(host) > 0.7; }));
    REQUIRE(lab.until([&] { return host.hears(anna) > 0.7; }));
    ben.session->setVolume(host.id(), 0.0f);
    REQUIRE(lab.until([&] { return ben.hears(anna) > 0.7; }));
    REQUIRE(lab.until([&] { return anna.hears(host) > 0.7; }));
    REQUIRE(lab.until([&] { return ben.sees(anna)->speakerLevel > 0.0f && ben.stats.tracks.size() == 2; }));
    CHECK(ben.sees(anna)->audioTrack != 0);
    for (const auto& track : ben.stats.tracks) CHECK_FALSE(track.name.empty());
}

TEST_CASE("moderators mute, hold, release, take down and remove", "[room][whole]") {
    RoomLab lab(false, GENERATE(room::Signalling::v0, room::Signalling::v1));
    auto& host = lab.host();
    auto& anna = lab.join("anna", lab.made.links.speaker);
    if (!anna.onStage()) {
        anna.order(StageVerb::raise);
        host.order(StageVerb::invite, &anna);
        REQUIRE(lab.until([&] { return anna.me()->invitedUntil.has_value(); }));
        anna.order(StageVerb::accept);
    }
    lab.goLive(anna, 3);
    REQUIRE(lab.until([&] { return host.hears(anna) > 0.8; }));

    host.order(StageVerb::mute, &anna);
    REQUIRE(lab.until([&] { return !anna.state()->microphoneLive; }));
    CHECK_FALSE(anna.engine.gateOpen());
    lab.fallsSilent(host);
    host.order(StageVerb::ask, &anna);
    REQUIRE(lab.until([&] { return anna.state()->askedToUnmute; }));
    CHECK_FALSE(anna.state()->microphoneLive);   // asked, not opened
    anna.session->setMicrophone(true);           // a soft mute can be undone
    CHECK(lab.until([&] { return !anna.state()->askedToUnmute; }));
    REQUIRE(lab.until([&] { return host.hears(anna) > 0.8; }));

    host.order(StageVerb::hold, &anna);
    REQUIRE(lab.until([&] { return anna.me()->held && !anna.state()->microphoneLive; }));
    anna.session->setMicrophone(true);           // a hard one cannot
    lab.fallsSilent(host);
    CHECK_FALSE(anna.state()->microphoneLive);
    host.order(StageVerb::release, &anna);
    REQUIRE(lab.until([&] { return !anna.me()->held; }));
    anna.session->setMicrophone(true);
    REQUIRE(lab.until([&] { return host.hears(anna) > 0.8; }));

    host.order(StageVerb::down, &anna);
    REQUIRE(lab.until([&] { return !anna.onStage() && !anna.state()->microphoneLive; }));
    lab.fallsSilent(host);
    anna.order(StageVerb::mute, &host);
    REQUIRE(lab.until([&] { return !anna.refused.empty(); }));
    CHECK_FALSE(anna.refused[0].message.empty());

    host.order(StageVerb::remove, &anna);
    REQUIRE(lab.until([&] { return anna.left(LeaveReason::removed); }));
    CHECK(lab.until([&] { return host.state()->participants.size() == 1; }));
    anna.enter(lab.made.links.speaker);          // not into this session again
    REQUIRE(lab.until([&] { return anna.state()->session == SessionState::left && anna.state()->error; }));
    CHECK((anna.state()->leaveReason == LeaveReason::removed || anna.state()->leaveReason == LeaveReason::banned));
}

TEST_CASE("a ban and the end of the room are told as what they are", "[room][whole]") {
    RoomLab lab;
    auto& host = lab.host();
    auto& anna = lab.join("anna", lab.made.links.listener);
    auto& ben = lab.join("ben", lab.made.links.listener);
    host.order(StageVerb::ban, &anna);
    REQUIRE(lab.until([&] { return anna.state()->session == SessionState::left; }));
    CHECK((anna.left(LeaveReason::banned) || anna.left(LeaveReason::removed)));
    anna.enter(lab.made.links.listener);
    REQUIRE(lab.until([&] { return anna.left(LeaveReason::banned); }));
    host.order(StageVerb::end);
    const bool over = lab.until([&] { return ben.left(LeaveReason::roomEnded) && host.left(LeaveReason::roomEnded); });
    INFO("host " << static_cast<int>(host.state()->session) << " " << static_cast<int>(host.state()->leaveReason) << ", ben "
                 << static_cast<int>(ben.state()->session) << " " << static_cast<int>(ben.state()->leaveReason) << ", refused "
                 << (host.refused.empty() ? "nothing" : base::describe(host.refused.back())));
    REQUIRE(over);
}

TEST_CASE("what is written is read by everybody else, once", "[room][whole]") {
    RoomLab lab;
    auto& host = lab.host();
    auto& ben = lab.join("ben", lab.made.links.listener);
    ben.session->sendChat("hello from below");
    REQUIRE(lab.until([&] { return host.state()->chat.size() == 1; }));
    CHECK(host.state()->chat[0].text == "hello from below");
    CHECK(host.state()->chat[0].from == ben.id());
    CHECK(host.state()->chat[0].fromName == "ben");
    CHECK_FALSE(host.state()->chat[0].own);
    host.session->sendChat("welcome");
    REQUIRE(lab.until([&] { return ben.state()->chat.size() == 2; }));
    CHECK(ben.state()->chat[0].own);
    CHECK(ben.state()->chat[1].text == "welcome");
    ben.session->sendChat(std::string(signal::kMaxChatBytes, 'x'));
    REQUIRE(lab.until([&] { return host.state()->chat.size() == 3; }));
    ben.session->sendChat(std::string(signal::kMaxChatBytes + 1, 'x'));
    REQUIRE(lab.until([&] { return ben.refused.size() == 1; }));
    CHECK(ben.refused[0].code == "chat_too_long");
    CHECK(host.state()->chat.size() == 3);
    for (int i = 0; i < 4; ++i) ben.session->sendChat("once more");  // two before them: five in all, and one too many
    // The one too many stays where its author sees it.
    REQUIRE(lab.until([&] { return ben.state()->chat.size() == 7 && ben.state()->chat.back().delivery == room::ChatDelivery::refused; }));
    CHECK(ben.state()->chat.back().refusal->code == "chat_too_fast");
    CHECK(ben.refused.size() == 1);
    REQUIRE(lab.until([&] { return host.state()->chat.size() == 6; }));
}

TEST_CASE("a moderator's invitation lets another one in", "[room][whole]") {
    RoomLab lab;
    auto& host = lab.host();
    std::optional<base::Result<std::string>> link;
    host.session->createInvitation(api::Role::speaker, 1, 60s, [&](auto made) { link.emplace(std::move(made)); });
    REQUIRE(lab.until([&] { return link.has_value(); }));
    REQUIRE(*link);
    lab.join("anna", **link);
    auto& second = lab.add("second");
    second.enter(**link);
    REQUIRE(lab.until([&] { return second.left(LeaveReason::refused); }));
    CHECK_FALSE(second.state()->error->message.empty());
    auto& listener = lab.join("ben", lab.made.links.listener);
    link.reset();
    listener.session->createInvitation(api::Role::speaker, 1, 60s, [&](auto made) { link.emplace(std::move(made)); });
    REQUIRE(lab.until([&] { return link.has_value(); }));
    CHECK_FALSE(*link);
}

TEST_CASE("a wrong secret and an unknown invitation get the same answer", "[room][whole]") {
    RoomLab lab;
    const auto good = *signal::InviteLink::parse(lab.made.links.listener);
    auto& anna = lab.add("anna");
    auto& ben = lab.add("ben");
    auto secret = good.secret();
    secret[0] = secret[0] == 'A' ? 'B' : 'A';
    auto unknown = good.id().str();
    unknown[0] = unknown[0] == 'A' ? 'B' : 'A';
    anna.session->enter(*signal::InviteLink::make(good.origin(), good.id(), secret));
    ben.session->enter(*signal::InviteLink::make(good.origin(), base::InvitationId(unknown), good.secret()));
    REQUIRE(lab.until([&] { return anna.left(LeaveReason::refused) && ben.left(LeaveReason::refused); }));
    CHECK(anna.state()->error->message == ben.state()->error->message);
    CHECK(anna.state()->error->code == ben.state()->error->code);
    anna.enter(lab.made.links.listener);   // the same session object, another try
    CHECK(lab.until([&] { return anna.joined(); }));
}

TEST_CASE("a house that is not there is unreachable, and leaving before the answer leaves nothing behind", "[room][whole]") {
    RoomLab lab;
    auto& anna = lab.add("anna");
    signal::Origin nobody{false, "127.0.0.1", 1};
    const auto good = *signal::InviteLink::parse(lab.made.links.listener);
    anna.session->enter(*signal::InviteLink::make(nobody, good.id(), good.secret()));
    REQUIRE(lab.until([&] { return anna.left(LeaveReason::unreachable); }));
    CHECK_FALSE(anna.state()->error->message.empty());
    auto& ben = lab.add("ben");
    ben.enter(lab.made.links.listener);
    int done = 0;
    ben.session->leave([&] { ++done; });
    ben.session->leave([&] { ++done; });
    REQUIRE(lab.until([&] { return done == 2; }));
    CHECK(ben.left(LeaveReason::byUser));
    ben.session->leave([&] { ++done; });
    REQUIRE(lab.until([&] { return done == 3; }));
    auto& cara = lab.add("cara");
    cara.enter(lab.made.links.listener);
    cara.session.reset();                   // in the middle of it
    lab.pass(300ms);
}

TEST_CASE("who comes in a second time takes the place of the first", "[room][whole]") {
    RoomLab lab;
    auto& host = lab.host();
    auto& first = lab.join("ben", lab.made.links.listener);
    auto& second = lab.add("ben");
    room::SessionConfig config;
    config.name = "ben";
    room::RoomSession again(lab.loop, lab.clock, first.keys, second.engine, config, {});
    again.enter(*signal::InviteLink::parse(lab.made.links.listener));
    REQUIRE(lab.until([&] { return again.state()->session == SessionState::joined && first.left(LeaveReason::duplicateIdentity); }));
    lab.pass(500ms);   // the first one's end and the second one's arrival are told together
    CHECK(host.state()->participants.size() == 2);
    CHECK(again.state()->session == SessionState::joined);
}

TEST_CASE("a session may be destroyed by its own observer", "[room][whole]") {
    RoomLab lab;
    auto& anna = lab.add("anna");
    std::unique_ptr<room::RoomSession> session;
    room::Observer observer;
    bool over = false;
    observer.onState = [&](room::RoomStatePtr state) {
        if (state->session != SessionState::joined) return;
        session.reset();
        over = true;
    };
    session = std::make_unique<room::RoomSession>(lab.loop, lab.clock, anna.keys, anna.engine, room::SessionConfig{"anna", false}, std::move(observer));
    session->enter(*signal::InviteLink::parse(lab.made.links.listener));
    REQUIRE(lab.until([&] { return over; }));
    lab.pass(100ms);
}
