// SPDX-License-Identifier: Apache-2.0
#include "app/ctl/state_events.h"

#include "tests/ctl/room_fixture.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::ctl;
using parlour::tests::RoomFixture;
using room::SessionState;

namespace {

constexpr const char* kAna = "ana0000000000000000000000b";
constexpr const char* kBob = "bob0000000000000000000000d";
constexpr base::TimePoint kStart{std::chrono::seconds(1)};

/// A room that is joined already; events of joining are thrown away.
struct Joined : RoomFixture {
    StateEvents events;

    explicit Joined(api::Power power = api::Power::none) {
        auto& me = this->me();
        me.power = power;
        add(kAna, "Ana");
        add(kBob, "Bob");
        next();
    }
    std::vector<Event> next(base::TimePoint now = kStart) { return events.next(snapshot(), now); }
};

std::vector<std::string> names(const std::vector<Event>& events) {
    std::vector<std::string> out;
    for (const auto& e : events) out.push_back(e.name);
    return out;
}
using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("nothing is told before one is inside", "[ctl]") {
    RoomFixture room;
    StateEvents events;
    for (const auto session : {SessionState::idle, SessionState::redeeming, SessionState::connecting}) {
        room.state.session = session;
        CHECK(events.next(room.snapshot(), kStart).empty());
    }
}

TEST_CASE("joining tells the room, everybody in it, and what one is oneself", "[ctl]") {
    RoomFixture room;
    auto& host = room.add(kAna, "Ana");
    host.power = api::Power::host;
    host.seat = api::Seat::stage;
    host.microphoneOpen = true;
    StateEvents events;
    const auto told = events.next(room.snapshot(), kStart);
    REQUIRE(names(told) == Names{"joined", "participant", "muted", "power", "seat"});
    CHECK(told[0].fields["room"] == "room1");
    CHECK(told[0].fields["title"] == "Boats");
    CHECK(told[0].fields["name"] == "Me");
    CHECK(told[0].fields["identity"] == room.state.self.str());
    CHECK(told[0].fields["participants"] == 2);
    CHECK(told[1].fields["name"] == "Ana");
    CHECK(told[1].fields["identity"] == kAna);
    CHECK(told[1].fields["power"] == "host");
    CHECK(told[1].fields["seat"] == "stage");
    CHECK(told[1].fields["muted"] == false);
    CHECK(told[2].fields["muted"] == false);
    CHECK(told[3].fields["power"] == "none");
    CHECK(told[4].fields["seat"] == "audience");
}

TEST_CASE("a snapshot that changes nothing tells nothing", "[ctl]") {
    Joined room;
    CHECK(room.next().empty());
    room.edit(kAna).connectionQuality = 0;
    CHECK(room.next().empty());
}

TEST_CASE("coming and going is told", "[ctl]") {
    Joined room;
    room.add("cid0000000000000000000000e", "Cid");
    auto told = room.next();
    REQUIRE(names(told) == Names{"participant"});
    CHECK(told[0].fields["name"] == "Cid");
    room.remove(kAna);
    told = room.next();
    REQUIRE(names(told) == Names{"gone"});
    CHECK(told[0].fields["identity"] == kAna);
}

TEST_CASE("power and seat of anybody are told when they change", "[ctl]") {
    Joined room;
    auto& ana = room.edit(kAna);
    ana.power = api::Power::moderator;
    ana.seat = api::Seat::stage;
    const auto told = room.next();
    REQUIRE(names(told) == Names{"power", "seat"});
    CHECK(told[0].fields["power"] == "moderator");
    CHECK(told[1].fields["seat"] == "stage");
    CHECK(told[1].fields["name"] == "Ana");
}

TEST_CASE("listeners see a hand at once and without a note", "[ctl]") {
    Joined room;
    room.edit(kAna).handKey = "0001";
    room.queue(kAna);
    auto told = room.next();
    REQUIRE(names(told) == Names{"hand"});
    CHECK(told[0].fields["up"] == true);
    CHECK(told[0].fields["place"] == 1);
    CHECK_FALSE(told[0].fields.contains("note"));
    room.edit(kAna).handKey = "";
    room.state.hands.clear();
    told = room.next();
    REQUIRE(names(told) == Names{"hand"});
    CHECK(told[0].fields["up"] == false);
    CHECK(told[0].fields["place"] == 0);
}

TEST_CASE("for a moderator a hand waits for its note", "[ctl]") {
    Joined room(api::Power::moderator);
    room.edit(kAna).handKey = "0001";
    room.queue(kAna);
    CHECK(room.next().empty());
    CHECK(room.events.nextDue() == kStart + StateEvents::kNoteWait);
    CHECK(room.events.due(kStart + StateEvents::kNoteWait - base::Duration(1)).empty());

    SECTION("and is told with it") {
        room.state.hands[0].note = "apples";
        const auto told = room.next();
        REQUIRE(names(told) == Names{"hand"});
        CHECK(told[0].fields["note"] == "apples");
        CHECK(room.events.nextDue() == base::kNever);
        CHECK(room.next().empty());
    }
    SECTION("but not for ever") {
        auto told = room.events.due(kStart + StateEvents::kNoteWait);
        REQUIRE(names(told) == Names{"hand"});
        CHECK_FALSE(told[0].fields.contains("note"));
        CHECK(room.events.nextDue() == base::kNever);
        room.state.hands[0].note = "late";
        told = room.next();
        REQUIRE(names(told) == Names{"hand"});
        CHECK(told[0].fields["note"] == "late");
    }
    SECTION("nor when the house says that there is none") {
        room.state.hands[0].raisedAt = base::fromUnixMs(1000);
        REQUIRE(names(room.next()) == Names{"hand"});
        CHECK(room.events.nextDue() == base::kNever);
    }
    SECTION("and a hand lowered meanwhile was never told") {
        room.edit(kAna).handKey = "";
        room.state.hands.clear();
        CHECK(room.next().empty());
        CHECK(room.events.nextDue() == base::kNever);
    }
    SECTION("nor is one of somebody who left") {
        room.remove(kAna);
        room.state.hands.clear();
        CHECK(names(room.next()) == Names{"gone"});
        CHECK(room.events.due(kStart + std::chrono::seconds(9)).empty());
    }
}

TEST_CASE("the own place in the queue is told when it changes, others' is not", "[ctl]") {
    Joined room;
    room.edit(kAna).handKey = "0001";
    room.queue(kAna);
    room.edit(kBob).handKey = "0002";
    room.queue(kBob);
    room.me().handKey = "0003";
    room.queue(room.state.self.str());
    auto told = room.next();
    REQUIRE(names(told) == Names{"hand", "hand", "hand"});
    room.edit(kAna).handKey = "";
    room.state.hands.erase(room.state.hands.begin());
    told = room.next();
    REQUIRE(names(told) == Names{"hand", "hand"});
    CHECK(told[0].fields["name"] == "Ana");
    CHECK(told[1].fields["name"] == "Me");
    CHECK(told[1].fields["place"] == 2);
}

TEST_CASE("an offer is told with its deadline, and its end when the seat was not taken", "[ctl]") {
    Joined room;
    room.me().invitedUntil = base::fromUnixMs(5000);
    auto told = room.next();
    REQUIRE(names(told) == Names{"invited"});
    CHECK(told[0].fields["until_ms"] == 5000);
    CHECK(room.next().empty());
    SECTION("taken") {
        auto& me = room.me();
        me.invitedUntil.reset();
        me.seat = api::Seat::stage;
        CHECK(names(room.next()) == Names{"seat"});
    }
    SECTION("over") {
        room.me().invitedUntil.reset();
        CHECK(names(room.next()) == Names{"uninvited"});
    }
}

TEST_CASE("microphones of others follow the server, one's own follows what leaves this computer", "[ctl]") {
    Joined room;
    auto& ana = room.edit(kAna);
    ana.seat = api::Seat::stage;
    ana.microphoneOpen = true;
    auto told = room.next();
    REQUIRE(names(told) == Names{"seat", "muted"});
    CHECK(told[1].fields["muted"] == false);
    CHECK_FALSE(told[1].fields.contains("by"));

    room.me().microphoneOpen = true;   // the server's view of oneself alone says nothing
    CHECK(room.next().empty());
    room.state.microphoneLive = true;
    told = room.next();
    REQUIRE(names(told) == Names{"muted"});
    CHECK(told[0].fields["name"] == "Me");
    CHECK(told[0].fields["muted"] == false);
}

TEST_CASE("muted by a moderator names the moderator, and a hold says so", "[ctl]") {
    Joined room;
    room.edit(kAna).microphoneOpen = true;
    room.next();
    auto& ana = room.edit(kAna);
    ana.microphoneOpen = false;
    ana.mutedBy = kBob;
    auto told = room.next();
    REQUIRE(names(told) == Names{"muted"});
    CHECK(told[0].fields["muted"] == true);
    CHECK(told[0].fields["by"] == "Bob");
    CHECK_FALSE(told[0].fields.contains("held"));
    room.edit(kAna).held = true;
    told = room.next();
    REQUIRE(names(told) == Names{"muted"});
    CHECK(told[0].fields["held"] == true);
    room.edit(kAna).held = false;
    told = room.next();
    REQUIRE(names(told) == Names{"muted"});
    CHECK_FALSE(told[0].fields.contains("held"));
}

TEST_CASE("speakers are told when the set changes, loudest first", "[ctl]") {
    Joined room;
    room.edit(kAna).speakerLevel = 0.2f;
    room.edit(kBob).speakerLevel = 0.5f;
    auto told = room.next();
    REQUIRE(names(told) == Names{"speakers"});
    CHECK(told[0].fields["names"] == nlohmann::ordered_json({"Bob", "Ana"}));
    CHECK(told[0].fields["identities"] == nlohmann::ordered_json({kBob, kAna}));
    room.edit(kBob).speakerLevel = 0.1f;
    CHECK(room.next().empty());
    room.edit(kAna).speakerLevel = 0.0f;
    room.edit(kBob).speakerLevel = 0.0f;
    told = room.next();
    REQUIRE(names(told) == Names{"speakers"});
    CHECK(told[0].fields["names"].empty());
}

TEST_CASE("each chat message is told once, also when old ones fall out", "[ctl]") {
    Joined room;
    const auto say = [&](int number) {
        room.state.chat.push_back({std::to_string(number), base::Identity(kAna), "Ana", "text " + std::to_string(number), {}, false});
    };
    say(1);
    auto told = room.next();
    REQUIRE(names(told) == Names{"chat"});
    CHECK(told[0].fields["from"] == "Ana");
    CHECK(told[0].fields["text"] == "text 1");
    CHECK(told[0].fields["own"] == false);
    CHECK(room.next().empty());
    say(2);
    say(3);
    room.state.chat.erase(room.state.chat.begin());
    told = room.next();
    REQUIRE(names(told) == Names{"chat", "chat"});
    CHECK(told[1].fields["text"] == "text 3");
}

TEST_CASE("a message of one's own is told when the house has it, a refusal once for each try, a deletion once", "[ctl][chat]") {
    Joined room;
    auto& chat = room.state.chat;
    chat.push_back({"m1", room.state.self, "Me", "hello", {}, true});
    chat[0].delivery = room::ChatDelivery::pending;
    CHECK(room.next().empty());
    chat[0].delivery = room::ChatDelivery::refused;
    chat[0].refusal = base::Error{base::ErrorKind::refused, "slow_mode", "Slowly.", "Wait.", {}};
    auto told = room.next();
    REQUIRE(names(told) == Names{"refused"});
    CHECK(told[0].fields["command"] == "say");
    CHECK(told[0].fields["code"] == "slow_mode");
    CHECK(told[0].fields["id"] == "m1");
    CHECK(room.next().empty());
    chat[0].delivery = room::ChatDelivery::pending;
    CHECK(room.next().empty());
    chat[0].delivery = room::ChatDelivery::refused;
    CHECK(names(room.next()) == Names{"refused"});
    chat[0].delivery = room::ChatDelivery::sent;
    chat[0].n = 4;
    told = room.next();
    REQUIRE(names(told) == Names{"chat"});
    CHECK(told[0].fields["n"] == 4);
    CHECK_FALSE(told[0].fields.contains("history"));
    chat[0].deleted = true;
    told = room.next();
    REQUIRE(names(told) == Names{"chat_deleted"});
    CHECK(told[0].fields["id"] == "m1");
    CHECK(room.next().empty());
    // What was said before one came, also when it was deleted by then.
    chat.insert(chat.begin(), {"m0", base::Identity(kAna), "Ana", "", {}, false});
    chat[0].history = chat[0].deleted = true;
    told = room.next();
    REQUIRE(names(told) == Names{"chat"});
    CHECK(told[0].fields["history"] == true);
    CHECK(told[0].fields["deleted"] == true);
    CHECK(room.next().empty());
}

TEST_CASE("rules of the chat and reactions are told when they change", "[ctl][chat]") {
    Joined room;
    room.state.chatRules = {30, "https://example.org", base::Identity(kAna)};
    room.state.reactions[0] = {3, 3};
    auto told = room.next();
    REQUIRE(names(told) == Names{"chat_rules", "reactions"});
    CHECK(told[0].fields["slow_s"] == 30);
    CHECK(told[0].fields["pinned"] == "https://example.org");
    CHECK(told[0].fields["pinned_by"] == "Ana");
    CHECK(told[1].fields["counts"] == nlohmann::ordered_json{{"clap", 3}});
    room.state.reactions[0].recent = 0;   // no news: only less of late
    CHECK(room.next().empty());
    room.state.chatRules = {};
    told = room.next();
    REQUIRE(names(told) == Names{"chat_rules"});
    CHECK(told[0].fields["pinned"] == "");
}

TEST_CASE("locked hands, waiting for a host and a wish to unmute are told", "[ctl]") {
    Joined room;
    room.state.handsLocked = true;
    room.state.waitingForHost = true;
    room.state.askedToUnmute = true;
    auto told = room.next();
    REQUIRE(names(told) == Names{"locked", "waiting", "asked"});
    CHECK(told[0].fields["hands"] == true);
    CHECK(told[1].fields["for_host"] == true);
    room.state.handsLocked = false;
    room.state.askedToUnmute = false;
    told = room.next();
    REQUIRE(names(told) == Names{"locked"});
    CHECK(told[0].fields["hands"] == false);
}

TEST_CASE("a reconnect tells only what changed between before and after", "[ctl]") {
    Joined room;
    const auto before = room.state.participants;
    room.state.session = SessionState::reconnecting;
    CHECK(names(room.next()) == Names{"reconnecting"});
    room.state.participants.clear();   // a whole new join starts from nothing
    CHECK(room.next().empty());
    room.state.participants = before;
    room.remove(kBob);
    room.edit(kAna).seat = api::Seat::stage;
    room.state.session = SessionState::joined;
    CHECK(names(room.next()) == Names{"reconnected", "gone", "seat"});
}

TEST_CASE("from one room into another one: what comes then is an arrival", "[ctl]") {
    Joined room;
    room.edit(kAna).speakerLevel = 0.5f;
    CHECK(names(room.next()) == Names{"speakers"});
    auto after = room.state;
    room.state.session = SessionState::connecting;
    room.state.participants.clear();
    CHECK(room.next().empty());
    room.state = after;
    room.state.room = base::RoomId("room2");
    room.remove(kBob);
    room.edit(kAna).speakerLevel = 0;
    const auto told = room.next();
    REQUIRE(names(told) == Names{"joined", "participant", "power", "seat"});
    CHECK(told[0].fields["room"] == "room2");
    CHECK(told[1].fields["name"] == "Ana");
}

TEST_CASE("statistics carry W3C names and one entry per microphone", "[ctl]") {
    room::SessionStats stats;
    stats.packetsSent = 50;
    stats.fractionLost = 0.25;
    stats.tracks.resize(2);
    stats.tracks[0].name = "Ana";
    stats.tracks[0].jitter = 0.002;
    stats.tracks[0].concealedSamples = 480;
    stats.tracks[0].removedSamplesForAcceleration = 7;
    stats.tracks[0].interruptionCount = 2;
    stats.tracks[1].jitter = 0.001;
    stats.tracks[1].concealedSamples = 20;
    auto event = statsEvent(stats);
    CHECK(event.name == "stats");
    CHECK(event.fields["packetsSent"] == 50);
    CHECK(event.fields["fractionLost"] == 0.25);
    CHECK(event.fields["jitter"] == 0.002);
    CHECK(event.fields["concealedSamples"] == 500);
    CHECK_FALSE(event.fields.contains("roundTripTime"));
    CHECK(event.fields["tracks"].size() == 2);
    CHECK(event.fields["tracks"][0]["name"] == "Ana");
    CHECK(event.fields["tracks"][0]["insertedSamplesForDeceleration"] == 0);
    CHECK(event.fields["tracks"][0]["removedSamplesForAcceleration"] == 7);
    CHECK(event.fields["tracks"][0]["interruptionCount"] == 2);
    stats.roundTripTime = 0.01;
    CHECK(statsEvent(stats).fields["roundTripTime"] == 0.01);
}

TEST_CASE("a line is JSON with time and name first, also for broken text", "[ctl]") {
    Event event{"chat", {{"text", "a\nb \xff"}}};
    const auto line = toLine(event, std::chrono::milliseconds(1234));
    CHECK(line.rfind("{\"t\":1.234,\"event\":\"chat\",\"text\":", 0) == 0);
    CHECK(line.find('\n') == std::string::npos);
    CHECK(nlohmann::json::accept(line));
}

TEST_CASE("the speaker's time, the chair and the question desk are told when they change", "[ctl][questions]") {
    Joined room;
    room.edit(kAna).slotUntil = base::fromUnixMs(1'795'000'160'000);
    room.state.chair = base::Identity(kAna);
    room.state.questionsDesk = 4;
    auto told = room.next();
    REQUIRE(names(told) == Names{"slot", "chair", "questions_changed"});
    CHECK(told[0].fields["until_ms"] == 1'795'000'160'000);
    CHECK(told[1].fields["name"] == "Ana");
    CHECK(told[2].fields["revision"] == 0);
    CHECK(told[2].fields["desk"] == 4);
    CHECK(room.next().empty());
    room.edit(kAna).slotUntil.reset();
    room.state.chair = {};
    told = room.next();
    REQUIRE(names(told) == Names{"slot", "chair"});
    CHECK(told[0].fields["until_ms"] == 0);
    CHECK(told[1].fields["identity"] == "");
}
