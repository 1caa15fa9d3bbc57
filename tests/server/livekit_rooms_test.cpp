// SPDX-License-Identifier: Apache-2.0
// A house's live rooms on a LiveKit server that is played: who is let in, what is in force when the house is told so, and how everything
// that got lost is found again.
#include <set>

#include "core/signal/data_packet.h"
#include "tests/server/livekit_rooms_lab.h"

using namespace parlour;
using namespace parlour::server;
using namespace parlour::tests;

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
    // What may be from before the start ends nothing either: it is looked who is there.
    left.person->sid = "PA_3";
    left.doubtful = true;
    lab.kit.enter(lab.name, "ann", "PA_4");
    lab.rooms->handle(left);
    CHECK(lab.house.back() == "-ann");
    lab.executor.runFor(std::chrono::seconds(1));
    CHECK(lab.house.back() == "+ann");
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
