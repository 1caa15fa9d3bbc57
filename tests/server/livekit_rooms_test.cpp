// SPDX-License-Identifier: Apache-2.0
// A house's live rooms on a LiveKit server that is played: who is let in, what is in force when the house is told so, and how everything
// that got lost is found again.
#include "core/server/livekit_rooms.h"

#include <set>

#include "core/api/chat_write.h"
#include "core/server/livekit_engine.h"
#include "core/signal/data_packet.h"
#include "tests/server/played_livekit.h"

using namespace parlour;
using namespace parlour::server;
using namespace parlour::tests;

namespace {

struct RoomsLab {
    ManualClock clock;
    ManualExecutor executor{clock};
    PlayedLiveKit kit;
    RoomServiceClient client{executor, clock, *net::Url::parse("ws://127.0.0.1:7880"), kit.key, kit.sender(executor)};
    std::shared_ptr<LiveKitRooms> rooms = std::make_shared<LiveKitRooms>(executor, clock, client);
    std::vector<std::string> house;   // what the house was told
    const base::RoomId room{"salon"};
    const std::string name = "parlour-x";

    RoomsLab() {
        EndpointHouse ears;
        ears.connected = [this](const auto&, const auto& who) { house.push_back("+" + who.str()); };
        ears.disconnected = [this](const auto&, const auto& who) { house.push_back("-" + who.str()); };
        ears.unmuted = [this](const auto&, const auto& who) { house.push_back("unmuted " + who.str()); };
        rooms->attach(std::move(ears));
    }
    /// As the house admits somebody and gives out a token.
    void admit(const std::string& who, bool speaks = false) {
        std::optional<base::Result<void>> done;
        MediaRights rights;
        rights.canPublish = speaks;
        rooms->setRights(room, name, true, base::Identity(who), rights, [&](base::Result<void> result) { done = result; });
        executor.runFor(std::chrono::milliseconds(20));
        REQUIRE(done);
        REQUIRE(*done);
        Admission admission;
        admission.room = room;
        admission.identity = base::Identity(who);
        admission.name = who;
        admission.roomTitle = "Salon";
        admission.roomMetadata = R"({"hands_locked":false})";
        admission.attributes = {{"parlour.seat", speaks ? "stage" : "audience"}};
        admission.rights = rights;
        REQUIRE(rooms->expect(admission) == name);
        executor.runFor(std::chrono::milliseconds(20));
    }
    void hook(const std::string& kind, const std::string& who, const std::string& sid = "PA_1") {
        LiveKitEvent event{"EV_" + kind + who, kind, 1, name, std::nullopt};
        if (!who.empty()) {
            LiveKitPerson person;
            person.identity = base::Identity(who);
            person.sid = sid;
            if (kit.rooms[name].contains(who)) person = *readPerson(kit.rooms[name][who]);
            event.person = person;
        }
        rooms->handle(event);
        executor.runFor(std::chrono::milliseconds(20));
    }
    void come(const std::string& who, bool publishes = false) {
        kit.enter(name, who, "PA_1", publishes);
        hook("participant_joined", who);
    }
    /// Rights as an order of the house; what became of it.
    std::optional<base::Result<void>> order(const std::string& who, MediaRights rights, base::Duration within = std::chrono::milliseconds(20)) {
        auto done = std::make_shared<std::optional<base::Result<void>>>();
        rooms->setRights(room, name, true, base::Identity(who), rights, [done](base::Result<void> result) { *done = result; });
        executor.runFor(within);
        return *done;
    }
    Json permission(const std::string& who) { return kit.rooms[name][who]["permission"]; }
};

MediaRights speaking() {
    MediaRights rights;
    rights.canPublish = true;
    return rights;
}

}  // namespace

TEST_CASE("a room is made before anybody gets a token, and its state is its metadata", "[livekit-rooms]") {
    RoomsLab lab;
    lab.admit("ann");
    CHECK(lab.kit.calls.front() == "CreateRoom");
    CHECK(lab.kit.bodies.front()["name"] == lab.name);
    const auto metadata = Json::parse(lab.kit.metadata[lab.name]);
    CHECK(metadata["title"] == "Salon");
    CHECK(metadata["room"] == "salon");
    CHECK(metadata["hands_locked"] == false);
    CHECK(metadata["chat"] == "house");
    CHECK(lab.house.empty());
    lab.come("ann");
    CHECK(lab.house == std::vector<std::string>{"+ann"});
}

TEST_CASE("rights are in force on LiveKit when the house is told so, each field every time", "[livekit-rooms]") {
    RoomsLab lab;
    lab.admit("ann");
    lab.come("ann");
    const auto done = lab.order("ann", speaking());
    REQUIRE(done);
    CHECK(*done);
    CHECK(lab.permission("ann")["can_publish"] == true);
    CHECK(lab.permission("ann")["can_subscribe"] == true);
    CHECK(lab.permission("ann")["can_publish_data"] == false);   // chat goes by the house
    CHECK(lab.permission("ann")["can_update_metadata"] == false);
    CHECK(lab.permission("ann")["can_publish_sources"] == Json::array({"MICROPHONE"}));
    auto held = speaking();
    held.forcedMute = true;
    REQUIRE(lab.order("ann", held));
    CHECK(lab.permission("ann")["can_publish"] == false);
    // Not told before LiveKit has answered.
    bool told = false;
    lab.rooms->setRights(lab.room, lab.name, true, base::Identity("ann"), speaking(), [&] { told = true; });
    lab.executor.runReady();
    CHECK_FALSE(told);
    lab.executor.runFor(std::chrono::milliseconds(10));
    CHECK(told);
}

TEST_CASE("while LiveKit is silent an order is answered with an error, and carried out when it is back", "[livekit-rooms]") {
    RoomsLab lab;
    lab.admit("ann");
    lab.come("ann");
    lab.kit.away = true;
    CHECK_FALSE(lab.order("ann", speaking(), std::chrono::seconds(3)));
    lab.executor.runFor(std::chrono::seconds(3));
    const auto second = lab.order("ann", speaking(), std::chrono::seconds(6));
    REQUIRE(second);
    REQUIRE_FALSE(*second);
    CHECK(second->error().code == "media_unreachable");
    CHECK_FALSE(second->error().advice.empty());
    CHECK_FALSE(lab.rooms->stats().reachable);
    CHECK(lab.permission("ann")["can_publish"] == false);
    lab.kit.away = false;
    lab.executor.runFor(std::chrono::seconds(2));
    CHECK(lab.permission("ann")["can_publish"] == true);
    CHECK(lab.rooms->stats().reachable);
    CHECK(lab.rooms->stats().healed > 0);
}

TEST_CASE("a call that fails for a moment is tried again before anybody is told", "[livekit-rooms]") {
    RoomsLab lab;
    lab.admit("ann");
    lab.come("ann");
    lab.kit.failures = 2;
    const auto done = lab.order("ann", speaking(), std::chrono::seconds(1));
    REQUIRE(done);
    CHECK(*done);
    CHECK(lab.client.stats().retries == 2);
}

TEST_CASE("removed is removed whenever the person appears again; let in again, the person stays", "[livekit-rooms]") {
    RoomsLab lab;
    lab.admit("ann");
    lab.come("ann");
    bool done = false;
    lab.rooms->remove(lab.room, base::Identity("ann"), [&] { done = true; });
    lab.executor.runReady();
    CHECK_FALSE(done);
    lab.executor.runFor(std::chrono::milliseconds(10));
    CHECK(done);
    CHECK_FALSE(lab.kit.rooms[lab.name].contains("ann"));
    CHECK(lab.house.back() == "-ann");
    // An old token: LiveKit lets her in, the house does not.
    for (int i = 0; i < 3; ++i) {
        lab.come("ann");
        CHECK_FALSE(lab.kit.rooms[lab.name].contains("ann"));
    }
    CHECK(lab.rooms->stats().removedAgain == 3);
    // The webhook is lost: found by looking.
    lab.kit.enter(lab.name, "ann");
    lab.executor.runFor(std::chrono::seconds(11));
    CHECK_FALSE(lab.kit.rooms[lab.name].contains("ann"));
    CHECK(lab.house.back() == "-ann");
    lab.admit("ann");
    lab.come("ann");
    lab.executor.runFor(std::chrono::seconds(11));
    CHECK(lab.kit.rooms[lab.name].contains("ann"));
    CHECK(lab.house.back() == "+ann");
}

TEST_CASE("who comes and goes without a webhook is found by looking", "[livekit-rooms]") {
    RoomsLab lab;
    lab.admit("ann");
    lab.admit("bob");
    lab.kit.enter(lab.name, "ann");
    lab.kit.enter(lab.name, "bob", "PA_2");
    lab.executor.runFor(std::chrono::seconds(11));
    CHECK(lab.house == std::vector<std::string>{"+ann", "+bob"});
    lab.kit.rooms[lab.name].erase("ann");
    lab.executor.runFor(std::chrono::seconds(11));
    CHECK(lab.house.back() == "-ann");
    // A newer connection of the same person: the goodbye of the older one ends nothing.
    lab.kit.enter(lab.name, "bob", "PA_3");
    lab.hook("participant_joined", "bob", "PA_3");
    LiveKitEvent left{"EV_l", "participant_left", 1, lab.name, LiveKitPerson{}};
    left.person->identity = base::Identity("bob");
    left.person->sid = "PA_2";
    lab.rooms->handle(left);
    CHECK(lab.house.back() == "-ann");
}

TEST_CASE("attributes go out in one call with the rights, and a difference is mended", "[livekit-rooms]") {
    RoomsLab lab;
    lab.admit("ann");
    lab.come("ann");
    const auto before = lab.kit.count("UpdateParticipant ann");
    // A burst is one call: what waits for its turn goes out as it is then.
    for (int i = 0; i < 20; ++i)
        lab.rooms->tell(PersonChanged{lab.room, base::Identity("ann"), "Ann", {{"parlour.hand", std::to_string(i)}, {"parlour.seat", "audience"}}, {}});
    lab.executor.runFor(std::chrono::milliseconds(50));
    CHECK(lab.kit.count("UpdateParticipant ann") - before <= 2);
    CHECK(lab.kit.rooms[lab.name]["ann"]["attributes"]["parlour.hand"] == "19");
    lab.kit.rooms[lab.name]["ann"]["attributes"]["parlour.hand"] = "forged";
    lab.kit.rooms[lab.name]["ann"]["permission"]["can_publish"] = true;
    lab.executor.runFor(std::chrono::seconds(11));
    CHECK(lab.kit.rooms[lab.name]["ann"]["attributes"]["parlour.hand"] == "19");
    CHECK(lab.permission("ann")["can_publish"] == false);
    lab.kit.metadata[lab.name] = "forged";
    lab.executor.runFor(std::chrono::seconds(2));
    CHECK(Json::parse(lab.kit.metadata[lab.name])["title"] == "Salon");
}

TEST_CASE("rooms that LiveKit has lost are made anew before their people come back", "[livekit-rooms]") {
    RoomsLab lab;
    lab.admit("ann");
    lab.come("ann");
    lab.kit.away = true;
    lab.executor.runFor(std::chrono::seconds(5));
    lab.kit.rooms.clear();
    lab.kit.metadata.clear();
    lab.kit.away = false;
    lab.executor.runFor(std::chrono::milliseconds(650));   // the room is asked once whether it lives
    CHECK(lab.kit.rooms.contains(lab.name));
    CHECK(Json::parse(lab.kit.metadata[lab.name])["title"] == "Salon");
    CHECK(lab.house.back() == "-ann");
    CHECK(lab.kit.count("SendData") == 1);
    CHECK(lab.rooms->stats().remade == 1);
    lab.come("ann");
    CHECK(lab.house.back() == "+ann");
}

TEST_CASE("a room that LiveKit has forgotten goes on in a new one, into which its people are asked", "[livekit-rooms]") {
    RoomsLab lab;
    std::map<base::RoomId, std::string> kept;
    LiveKitNames names;
    names.load = [&](const base::RoomId& room) -> base::Result<std::optional<std::string>> {
        return kept.contains(room) ? std::optional(kept[room]) : std::nullopt;
    };
    names.save = [&](const base::RoomId& room, const std::string& name) -> base::Result<void> {
        kept[room] = name;
        return {};
    };
    kept[lab.room] = lab.name;
    LiveKitEngine engine(lab.executor, lab.rooms, names);
    lab.rooms->onForgotten = [&](const base::RoomId& room, const std::string& name) { engine.renew(room, name); };
    engine.setRights(lab.room, base::Identity("ann"), speaking(), {});
    lab.executor.runFor(std::chrono::milliseconds(20));
    lab.rooms->tell(RoomChanged{lab.room, "Salon", "{}"});
    lab.come("ann", true);
    const auto topics = [&](const std::string& room, const char* topic) {
        return std::count_if(lab.kit.data.begin(), lab.kit.data.end(), [&](const auto& one) { return one["room"] == room && one["topic"] == topic; });
    };

    lab.kit.forget();
    lab.kit.deaf = true;   // its nodes do not hear each other yet
    lab.executor.runFor(std::chrono::milliseconds(1300));
    CHECK(kept[lab.room] == lab.name);
    lab.kit.deaf = false;
    lab.executor.runFor(std::chrono::milliseconds(700));
    const auto fresh = kept[lab.room];
    REQUIRE(fresh != lab.name);
    CHECK(kept[LiveKitNames::kEnded].find(lab.name) != std::string::npos);
    CHECK(lab.kit.rooms.contains(fresh));
    CHECK(Json::parse(lab.kit.metadata[fresh])["title"] == "Salon");
    CHECK(lab.house.back() == "-ann");
    CHECK(lab.rooms->stats().moved == 1);
    CHECK(lab.rooms->stats().remade == 0);
    lab.executor.runFor(std::chrono::seconds(2));
    CHECK(topics(lab.name, api::kTopicMoved) >= 1);
    CHECK(topics(fresh, api::kTopicMoved) == 0);

    // With a token for it, and the rights of before; orders reach her there.
    lab.kit.enter(fresh, "ann", "PA_2", true);
    lab.executor.runFor(std::chrono::seconds(11));
    CHECK(lab.house.back() == "+ann");
    CHECK(lab.kit.rooms[fresh]["ann"]["permission"]["can_publish"] == true);
    std::optional<base::Result<void>> done;
    engine.setRights(lab.room, base::Identity("ann"), {}, [&](base::Result<void> result) { done = result; });
    lab.executor.runFor(std::chrono::milliseconds(20));
    REQUIRE(done);
    CHECK(lab.kit.rooms[fresh]["ann"]["permission"]["can_publish"] == false);

    // Whoever has not come by then does not go on in the old one.
    lab.executor.runFor(std::chrono::seconds(10));
    CHECK_FALSE(lab.kit.rooms.contains(lab.name));
    CHECK_FALSE(lab.kit.forgotten.contains(lab.name));
    const auto asked = topics(lab.name, api::kTopicMoved);
    lab.executor.runFor(std::chrono::seconds(10));
    CHECK(topics(lab.name, api::kTopicMoved) == asked);
    CHECK(kept[lab.room] == fresh);
}

TEST_CASE("of a room that was there before this process nobody is removed until the house has spoken of everybody", "[livekit-rooms]") {
    RoomsLab lab;
    lab.kit.enter(lab.name, "ann");
    lab.kit.enter(lab.name, "bob", "PA_2");
    lab.kit.enter(lab.name, "mallory", "PA_3");
    lab.rooms->setRights(lab.room, lab.name, false, base::Identity("ann"), speaking(), {});
    lab.executor.runFor(std::chrono::seconds(2));
    lab.hook("participant_joined", "mallory", "PA_3");
    CHECK(lab.kit.rooms[lab.name].size() == 3);
    lab.rooms->setRights(lab.room, lab.name, false, base::Identity("bob"), {}, {});
    lab.rooms->tell(RoomChanged{lab.room, "Salon", "{}"});
    lab.executor.runFor(std::chrono::milliseconds(100));
    CHECK(lab.kit.rooms[lab.name].size() == 2);
    CHECK_FALSE(lab.kit.rooms[lab.name].contains("mallory"));
    CHECK(lab.permission("ann")["can_publish"] == true);
    CHECK(std::set<std::string>(lab.house.begin(), lab.house.end()) == std::set<std::string>{"+ann", "+bob"});
}

TEST_CASE("a soft mute mutes what is audio; the own act after it is seen within a second", "[livekit-rooms]") {
    RoomsLab lab;
    lab.admit("ann", true);
    lab.come("ann", true);
    bool done = false;
    lab.rooms->mute(lab.room, base::Identity("ann"), [&] { done = true; });
    lab.executor.runFor(std::chrono::milliseconds(20));
    CHECK(done);
    auto& tracks = lab.kit.rooms[lab.name]["ann"]["tracks"];
    CHECK(tracks[0]["muted"] == true);
    CHECK(tracks[1]["muted"] == false);
    lab.rooms->tell(PersonChanged{lab.room, base::Identity("ann"), "Ann", {{"parlour.muted_by", "bob"}}, speaking()});
    lab.executor.runFor(std::chrono::seconds(3));
    CHECK(std::count(lab.house.begin(), lab.house.end(), "unmuted ann") == 0);
    tracks[0]["muted"] = false;
    lab.executor.runFor(std::chrono::milliseconds(1100));
    CHECK(std::count(lab.house.begin(), lab.house.end(), "unmuted ann") >= 1);
    // Nobody there to mute: nothing to wait for.
    bool none = false;
    lab.rooms->mute(lab.room, base::Identity("nobody"), [&](const base::Result<void>& result) { none = result.has_value(); });
    lab.executor.runFor(std::chrono::milliseconds(20));
    CHECK(none);
}

TEST_CASE("what the house says to everybody goes out in order, and to one person only to that one", "[livekit-rooms]") {
    RoomsLab lab;
    lab.admit("ann");
    lab.rooms->relay(lab.room, {base::toBytes(base::asBytes("one")), base::toBytes(base::asBytes("two"))});
    PersonChanged ask{lab.room, base::Identity("ann"), "Ann", {}, speaking()};
    ask.askedToUnmute = true;
    lab.rooms->tell(ask);
    lab.executor.runFor(std::chrono::milliseconds(50));
    REQUIRE(lab.kit.data.size() == 3);
    CHECK(lab.kit.data[0]["data"] == base::toBase64(base::asBytes("one")));
    CHECK(lab.kit.data[1]["data"] == base::toBase64(base::asBytes("two")));
    CHECK(lab.kit.data[0]["topic"] == signal::kTopicRelayed);
    CHECK_FALSE(lab.kit.data[0].contains("destination_identities"));
    CHECK(lab.kit.data[0]["nonce"] != lab.kit.data[1]["nonce"]);
    CHECK(lab.kit.data[2]["topic"] == signal::kTopicAskToUnmute);
    CHECK(lab.kit.data[2]["destination_identities"] == Json::array({"ann"}));
}

TEST_CASE("how something stands goes out under its own topic, the newest in the place of one that waits", "[livekit-rooms]") {
    RoomsLab lab;
    lab.admit("ann");
    const auto stands = [](const std::string& topic, const std::string& how) {
        signal::DataPacket packet;
        packet.value = signal::UserData{topic, base::toBytes(base::asBytes(how)), {}};
        return signal::encodeDataPacket(packet);
    };
    const auto sent = [&] {
        std::vector<std::string> out;
        for (const auto& one : lab.kit.data) out.push_back(one["topic"].get<std::string>() + " " + std::string(base::asText(*base::fromBase64(one["data"].get<std::string>()))));
        return out;
    };
    using Sent = std::vector<std::string>;
    lab.rooms->relay(lab.room, {stands("parlour.reactions", "1")});
    lab.executor.runReady();   // on its way
    lab.rooms->relay(lab.room, {stands("parlour.reactions", "2"), stands("other", "a")});
    lab.rooms->relay(lab.room, {stands("parlour.reactions", "3")});
    lab.executor.runFor(std::chrono::milliseconds(50));
    CHECK(sent() == Sent{"parlour.reactions 1", "parlour.reactions 3", "other a"});
    // While LiveKit is away nothing piles up, and an attempt again is the same message.
    lab.kit.data.clear();
    lab.kit.failures = 1;
    for (int i = 4; i < 20; ++i) lab.rooms->relay(lab.room, {stands("parlour.reactions", std::to_string(i))});
    lab.executor.runFor(std::chrono::milliseconds(500));
    CHECK(sent() == Sent{"parlour.reactions 4", "parlour.reactions 19"});
    lab.kit.data.clear();
    lab.kit.away = true;
    for (int i = 0; i < 40; ++i) {
        lab.rooms->relay(lab.room, {stands("parlour.reactions", std::to_string(i))});
        lab.executor.runFor(std::chrono::milliseconds(250));
    }
    lab.kit.away = false;
    lab.executor.runFor(std::chrono::seconds(10));
    CHECK(lab.kit.data.size() <= 2);
    lab.rooms->relay(lab.room, {stands("parlour.reactions", "last")});
    lab.executor.runFor(std::chrono::milliseconds(50));
    CHECK(sent().back() == "parlour.reactions last");
    // What has a sender is a packet of a person, and goes out whole.
    auto words = signal::DataPacket{};
    words.sender = base::Identity("ann");
    words.value = signal::UserData{"parlour.reactions", {}, {}};
    lab.rooms->relay(lab.room, {signal::encodeDataPacket(words)});
    lab.executor.runFor(std::chrono::milliseconds(50));
    CHECK(lab.kit.data.back()["topic"] == signal::kTopicRelayed);
}

TEST_CASE("calls of one room go one after the other, those of two rooms beside each other, and a queue has an end", "[room-service]") {
    RoomsLab lab;
    std::vector<std::string> order;
    const auto call = [&](const std::string& room, const std::string& tag, std::function<void(const base::Result<std::string>&)> then = {}) {
        lab.client.call({room, room, RoomServiceGrant::roomAdmin, "GetParticipant",
                         [room, tag]() -> std::optional<std::string> { return Json{{"room", room}, {"identity", tag}}.dump(); },
                         std::chrono::seconds(5), [&order, tag, then](base::Result<std::string> result) {
                             order.push_back(tag);
                             if (then) then(result);
                         }});
    };
    for (const char* tag : {"a1", "a2", "a3"}) call("a", tag);
    call("b", "b1");
    lab.executor.runFor(std::chrono::milliseconds(3));
    CHECK(order == std::vector<std::string>{"a1", "b1"});
    lab.executor.runFor(std::chrono::milliseconds(10));
    CHECK(order == std::vector<std::string>{"a1", "b1", "a2", "a3"});

    lab.kit.away = true;
    order.clear();
    std::size_t busy = 0;
    const auto note = [&](const base::Result<std::string>& result) { busy += !result && result.error().code == "media_busy" ? 1 : 0; };
    for (std::size_t i = 0; i < RoomServiceClient::kQueue; ++i) call("a", "x", note);
    lab.executor.runReady();
    CHECK(busy == 0);
    call("a", "x", note);
    lab.executor.runReady();
    CHECK(busy == 1);
    lab.executor.runFor(std::chrono::seconds(10));
    CHECK(order.size() == RoomServiceClient::kQueue + 1);   // nobody waits for ever
    CHECK(lab.client.stats().waiting == 0);
}

TEST_CASE("a key that LiveKit does not know is said at once", "[room-service]") {
    RoomsLab lab;
    RoomServiceClient stranger(lab.executor, lab.clock, *net::Url::parse("http://127.0.0.1:7880"), {"other", lab.kit.key.secret}, lab.kit.sender(lab.executor));
    std::string code;
    stranger.call({"a", "a", RoomServiceGrant::roomAdmin, "ListParticipants", []() -> std::optional<std::string> { return R"({"room":"a"})"; },
                   std::chrono::seconds(5), [&](base::Result<std::string> result) { code = result.error().code; }});
    lab.executor.runFor(std::chrono::milliseconds(10));
    CHECK(code == "media_refused");
}

TEST_CASE("the names of live sessions are random, written down before they are used, and never used twice", "[livekit-engine]") {
    RoomsLab lab;
    std::map<base::RoomId, std::string> kept;
    bool broken = false;
    LiveKitNames names;
    names.load = [&](const base::RoomId& room) -> base::Result<std::optional<std::string>> {
        return kept.contains(room) ? std::optional(kept[room]) : std::nullopt;
    };
    names.save = [&](const base::RoomId& room, const std::string& name) -> base::Result<void> {
        if (broken) return base::fail(base::ErrorKind::unavailable, "store_away", "The database does not answer.");
        kept[room] = name;
        return {};
    };
    LiveKitEngine engine(lab.executor, lab.rooms, names);
    engine.setRights(lab.room, base::Identity("ann"), {}, {});
    lab.executor.runFor(std::chrono::milliseconds(20));
    const auto first = kept[lab.room];
    CHECK(first.size() >= 24);
    CHECK(lab.kit.rooms.contains(first));
    bool ended = false;
    engine.endRoom(lab.room, [&] { ended = true; });
    lab.executor.runFor(std::chrono::milliseconds(20));
    CHECK(ended);
    CHECK_FALSE(lab.kit.rooms.contains(first));
    engine.setRights(lab.room, base::Identity("ann"), {}, {});
    lab.executor.runFor(std::chrono::milliseconds(20));
    CHECK(kept[lab.room] != first);
    CHECK(lab.kit.rooms.contains(kept[lab.room]));
    // A room that LiveKit could not end then is ended when it is back, also by another process.
    lab.kit.away = true;
    std::string failed;
    const auto second = kept[lab.room];
    engine.endRoom(lab.room, [&](const base::Result<void>& result) { failed = result.error().code; });
    lab.executor.runFor(std::chrono::seconds(6));
    CHECK(failed == "media_unreachable");
    CHECK(lab.kit.rooms.contains(second));
    lab.kit.away = false;
    lab.executor.runFor(std::chrono::seconds(1));
    CHECK_FALSE(lab.kit.rooms.contains(second));
    lab.kit.rooms[first];
    LiveKitEngine late(lab.executor, lab.rooms, names);
    late.endForgotten();
    lab.executor.runFor(std::chrono::seconds(1));
    CHECK_FALSE(lab.kit.rooms.contains(first));
    engine.setRights(lab.room, base::Identity("ann"), {}, {});
    lab.executor.runFor(std::chrono::milliseconds(20));
    // Another process takes up the session where it was.
    LiveKitEngine next(lab.executor, lab.rooms, names);
    const auto calls = lab.kit.count("CreateRoom");
    next.setRights(lab.room, base::Identity("ann"), {}, {});
    lab.executor.runFor(std::chrono::milliseconds(20));
    CHECK(lab.kit.count("CreateRoom") == calls);
    // A name that cannot be written down is not used.
    broken = true;
    std::string code;
    engine.setRights(base::RoomId("other"), base::Identity("ann"), {}, [&](const base::Result<void>& result) { code = result.error().code; });
    CHECK(code == "store_away");
}
