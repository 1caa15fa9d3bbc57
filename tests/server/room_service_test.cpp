// SPDX-License-Identifier: Apache-2.0
// LiveKit's RoomService on a real house: who may call, what the rules let through, and that a removal is one.
#include "core/server/room_service.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/house/store/audit_store.h"
#include "core/server/api_keys.h"
#include "tests/server/api_key_world.h"

using namespace parlour;
using namespace parlour::tests;
using Json = nlohmann::json;

namespace {

std::vector<std::string> auditOf(ApiKeyWorld& world) {
    std::vector<std::string> out;
    (void)world.store->transact([&]() -> base::Result<void> {
        for (const auto& entry : house::AuditStore(*world.store).after(0, base::WallTime{}, 1000))
            if (entry.actor.str() == "api-key") out.push_back(entry.action);
        return {};
    });
    return out;
}

}  // namespace

TEST_CASE("only a token of one of the house's keys opens the API, and only for what it grants", "[room-service][T17]") {
    ApiKeyWorld world;
    const signal::TokenKey key{ApiKeyWorld::kKey, ApiKeyWorld::kSecret};
    const auto body = Json{{"room", world.room.room.str()}}.dump();
    const auto status = [&](const std::string& jwt, const std::string& method = "ListParticipants") {
        return world.send(method, body, jwt).status;
    };
    const auto with = [&](auto change) {
        auto token = world.admin(world.room.room);
        change(token);
        return *signal::mintToken(token, key);
    };
    const auto good = with([](auto&) {});
    CHECK(status(good) == 200);
    CHECK(status("") == 401);
    CHECK(status("x.y.z") == 401);
    CHECK(status(*signal::mintToken(world.admin(world.room.room), {"other", ApiKeyWorld::kSecret})) == 401);
    CHECK(status(*signal::mintToken(world.admin(world.room.room), {ApiKeyWorld::kKey, std::string(40, 's')})) == 401);
    // Another algorithm with the same claims, signed or not.
    const auto claims = good.substr(good.find('.') + 1, good.rfind('.') - good.find('.') - 1);
    for (const char* header : {R"({"alg":"none","typ":"JWT"})", R"({"alg":"HS512","typ":"JWT"})", R"({"alg":"RS256"})"}) {
        const auto start = base::toBase64Url(base::asBytes(std::string_view(header))) + "." + claims;
        CHECK(status(start + ".") == 401);
        CHECK(status(start + good.substr(good.rfind('.'))) == 401);
    }
    using std::chrono::seconds;
    CHECK(status(with([&](auto& t) { t.expires = world.clock.wallNow() - seconds(29); })) == 200);
    CHECK(status(with([&](auto& t) { t.expires = world.clock.wallNow() - seconds(31); })) == 401);
    CHECK(status(with([&](auto& t) { t.notBefore = world.clock.wallNow() + seconds(29); })) == 200);
    CHECK(status(with([&](auto& t) { t.notBefore = world.clock.wallNow() + seconds(61); })) == 401);
    CHECK(status(with([](auto& t) { t.audience = ApiKeyWorld::kOrigin; })) == 200);
    CHECK(status(with([](auto& t) { t.audience = "https://another.example"; })) == 401);
    CHECK(status(with([](auto& t) { t.video.room = base::RoomId("another"); })) == 403);
    CHECK(status(with([](auto& t) { t.video.roomAdmin = false; })) == 403);
    CHECK(status(with([](auto& t) { t.video.roomList = false; }), "ListRooms") == 403);
    CHECK(status(with([](auto& t) { t.video.roomCreate = false; }), "CreateRoom") == 403);
    CHECK(status(with([](auto& t) { t.video.roomCreate = false; }), "DeleteRoom") == 403);
    // A person's token is no program's.
    CHECK(status(world.tokenOf("ann", world.room.links.moderator)) == 401);
    CHECK(auditOf(world).empty());
}

TEST_CASE("Twirp's errors say what was wrong with the request, and the largest body is taken", "[room-service]") {
    ApiKeyWorld world;
    const auto jwt = *signal::mintToken(world.admin(world.room.room), {ApiKeyWorld::kKey, ApiKeyWorld::kSecret});
    CHECK(world.send("Sing", "{}", jwt).code() == "bad_route");
    CHECK(world.send("ListRooms", "{}", jwt, "text/plain").code() == "bad_route");
    CHECK(world.send("ListRooms", "", jwt, "application/json", "GET").status == 404);
    CHECK(world.send("ListRooms", "[]", jwt).code() == "malformed");
    CHECK(world.send("ListRooms", R"({"names":[1]})", jwt).code() == "malformed");
    CHECK(world.send("ListRooms", std::string("\xff\xff"), jwt, "application/protobuf").code() == "malformed");
    const std::string start = R"({"names":["x"],"pad":")", end = R"("})";
    const auto padded = [&](std::size_t size) { return start + std::string(size - start.size() - end.size(), 'x') + end; };
    CHECK(world.send("ListRooms", padded(signal::kMaxRoomServiceBody), jwt).status == 200);
    CHECK(world.send("ListRooms", padded(signal::kMaxRoomServiceBody + 1), jwt).code() == "resource_exhausted");
    // Deep nesting costs nothing.
    CHECK(world.send("ListRooms", std::string(signal::kMaxRoomServiceBody, '['), jwt).code() == "malformed");
    const auto binary = world.send("ListRooms", "", jwt, "application/protobuf");
    CHECK(binary.status == 200);
    CHECK(binary.bytes.find(world.room.room.str()) != std::string::npos);
}

TEST_CASE("rooms are made, listed, described and deleted; a name is used once", "[room-service]") {
    ApiKeyWorld world;
    const auto made = world.ask("CreateRoom", {{"name", "garden"}, {"metadata", R"({"color":"red"})"}});
    REQUIRE(made.status == 200);
    CHECK(made.body["name"] == "garden");
    CHECK(Json::parse(made.body["metadata"].get<std::string>())["color"] == "red");
    CHECK(world.ask("CreateRoom", {{"name", "garden"}, {"metadata", R"({"color":"blue"})"}}).body["metadata"] == made.body["metadata"]);
    CHECK(world.ask("CreateRoom", {{"name", "a b"}}).code() == "invalid_argument");
    CHECK(world.ask("CreateRoom", {{"name", std::string(65, 'x')}}).code() == "invalid_argument");
    CHECK(world.ask("CreateRoom", {{"name", std::string(64, 'x')}}).status == 200);
    CHECK(world.ask("CreateRoom").code() == "invalid_argument");
    CHECK(world.ask("CreateRoom", {{"name", "m"}, {"metadata", "words"}}).code() == "invalid_argument");
    CHECK(world.ask("CreateRoom", {{"name", "m"}, {"metadata", R"({"title":"x"})"}}).code() == "invalid_argument");
    CHECK(world.ask("ListRooms").body["rooms"].size() == 3);
    CHECK(world.ask("ListRooms", {{"names", {"garden", "nowhere"}}}).body["rooms"].size() == 1);
    const auto changed = world.ask("UpdateRoomMetadata", {{"room", "garden"}, {"metadata", R"({"n":1})"}});
    CHECK(Json::parse(changed.body["metadata"].get<std::string>())["n"] == 1);
    CHECK(world.ask("UpdateRoomMetadata", {{"room", "garden"}, {"metadata", R"({"door_locked":true})"}}).code() == "invalid_argument");
    CHECK(world.ask("UpdateRoomMetadata", {{"room", "nowhere"}, {"metadata", "{}"}}).code() == "not_found");
    // Another process on the same store.
    world.service.reset();
    world.rules.reset();
    world.executor.runReady();
    world.start();
    const auto again = world.ask("ListRooms", {{"names", {"garden"}}});
    CHECK(Json::parse(again.body["rooms"][0]["metadata"].get<std::string>())["n"] == 1);
    CHECK(world.ask("DeleteRoom", {{"room", "garden"}}).status == 200);
    CHECK(world.ask("DeleteRoom", {{"room", "garden"}}).code() == "not_found");
    CHECK(world.ask("CreateRoom", {{"name", "garden"}}).code() == "failed_precondition");
    CHECK(auditOf(world) == std::vector<std::string>{"room_made", "room_made", "room_metadata", "room_ended"});
}

TEST_CASE("participants are seen, muted, described and written to by the house's rules", "[room-service]") {
    ApiKeyWorld world;
    const auto room = world.room.room.str();
    ScriptedClient ann(world, HouseWorld::id("ann").str()), bob(world, HouseWorld::id("bob").str());
    ann.connect(world.tokenOf("ann", world.room.links.moderator));
    bob.connect(world.tokenOf("bob", world.room.links.listener));
    world.run(std::chrono::milliseconds(800));
    ann.publish();
    ann.talk(true);
    world.run(std::chrono::milliseconds(800));
    CHECK(bob.takeHeard().size() == 1);
    const auto annId = HouseWorld::id("ann").str(), bobId = HouseWorld::id("bob").str();

    const auto people = world.ask("ListParticipants", {{"room", room}}).body["participants"];
    REQUIRE(people.size() == 2);
    const auto one = world.ask("GetParticipant", {{"room", room}, {"identity", annId}}).body;
    CHECK(one["name"] == "ann");
    REQUIRE(one["tracks"].size() == 1);
    CHECK(world.ask("ListRooms", {{"names", {room}}}).body["rooms"][0]["num_participants"] == 2);
    CHECK(world.ask("GetParticipant", {{"room", room}, {"identity", "nobody"}}).code() == "not_found");

    const Json track{{"room", room}, {"identity", annId}, {"track_sid", one["tracks"][0]["sid"]}, {"muted", true}};
    auto unmute = track, unknown = track;
    unmute["muted"] = false;
    unknown["track_sid"] = "TR_x";
    CHECK(world.ask("MutePublishedTrack", unknown).code() == "not_found");
    CHECK(world.ask("MutePublishedTrack", track).body["track"]["muted"] == true);
    world.run(std::chrono::milliseconds(200));
    (void)bob.takeHeard();
    world.run(std::chrono::milliseconds(400));
    CHECK(bob.takeHeard().empty());
    CHECK(world.ask("MutePublishedTrack", unmute).code() == "failed_precondition");

    const auto update = [&](const std::string& who, Json more) {
        more["room"] = room;
        more["identity"] = who;
        return world.ask("UpdateParticipant", more);
    };
    CHECK(update(bobId, {{"attributes", {{"team", "blue"}}}}).body["attributes"]["team"] == "blue");
    world.run(std::chrono::seconds(3));   // news of the audience come gathered
    CHECK(ann.knows(bobId)->attributes["team"] == "blue");
    CHECK(update(bobId, {{"attributes", {{"parlour.power", "host"}}}}).code() == "permission_denied");
    CHECK(update(bobId, {{"name", "ann"}}).code() == "permission_denied");
    CHECK(update(bobId, {{"permission", {{"can_publish", true}}}}).code() == "failed_precondition");
    // Nobody is put on stage: the person is asked.
    const Json stage{{"permission", {{"can_subscribe", true}, {"can_publish", true}, {"can_publish_data", true}}}};
    CHECK(update(bobId, stage).body["permission"]["can_publish"] == false);
    world.run(std::chrono::milliseconds(300));
    CHECK_FALSE(bob.knows(bobId)->attributes["parlour.invited"].empty());
    CHECK(bob.knows(bobId)->attributes["team"] == "blue");
    const Json audience{{"permission", {{"can_subscribe", true}, {"can_publish_data", true}}}};
    CHECK(update(annId, audience).body["permission"]["can_publish"] == false);

    const auto data = [&](Json more) {
        more["room"] = room;
        return world.ask("SendData", more).code();
    };
    CHECK(data({{"data", base::toBase64(base::asBytes(std::string_view("hello")))}, {"destination_identities", {bobId}}, {"topic", "t"}}).empty());
    world.run(std::chrono::milliseconds(200));
    const auto isHello = [](const signal::DataPacket& p) {
        const auto* user = std::get_if<signal::UserData>(&p.value);
        return user != nullptr && user->topic == "t" && base::asText(user->payload) == "hello" && p.sender.empty();
    };
    CHECK(std::count_if(bob.data.begin(), bob.data.end(), isHello) == 1);
    CHECK(std::count_if(ann.data.begin(), ann.data.end(), isHello) == 0);
    CHECK(data({{"data", ""}, {"topic", "parlour.hand"}}) == "permission_denied");
    CHECK(data({{"data", base::toBase64(base::Bytes(signal::kMaxDataPacket))}}) == "invalid_argument");
    const auto audit = auditOf(world);
    for (const char* verb : {"invite", "participant_described"})
        CHECK(std::count(audit.begin(), audit.end(), verb) == 1);
    // What gathers over many calls stays readable for every client.
    for (int i = 1; i < 48; ++i) REQUIRE(update(bobId, {{"attributes", {{"a" + std::to_string(i), "x"}}}}).status == 200);
    CHECK(update(bobId, {{"attributes", {{"onemore", "x"}}}}).status != 200);
    CHECK(update(bobId, {{"attributes", {{"a1", ""}, {"onemore", "x"}}}}).status == 200);
}

TEST_CASE("RemoveParticipant ends the session and every token that led into it", "[room-service][T1]") {
    ApiKeyWorld world;
    const auto bobId = HouseWorld::id("bob").str();
    ScriptedClient bob(world, bobId);
    const auto token = world.tokenOf("bob", world.room.links.listener);
    bob.connect(token);
    world.run(std::chrono::milliseconds(800));
    const auto refresh = bob.last<signal::RefreshToken>()->token;
    const Json who{{"room", world.room.room.str()}, {"identity", bobId}};
    CHECK(world.ask("RemoveParticipant", who).status == 200);
    world.run(std::chrono::milliseconds(100));
    REQUIRE(bob.last<signal::Leave>());
    CHECK(bob.last<signal::Leave>()->reason == signal::DisconnectReason::participantRemoved);
    CHECK(world.ask("RemoveParticipant", who).code() == "not_found");
    for (const auto& one : {token, refresh})
        for (const bool resume : {false, true}) {
            ScriptedClient again(world, bobId);
            again.connect(one, resume);
            world.run(std::chrono::milliseconds(100));
            CHECK((resume || again.refusedStatus >= 401));   // a resume is told to join afresh, which is refused
            CHECK(again.all<signal::Join>().empty());
            CHECK(again.all<signal::Reconnect>().empty());
        }
    CHECK(world.ask("ListParticipants", {{"room", world.room.room.str()}}).body["participants"].empty());
    std::vector<server::RoomNews::What> told;
    for (const auto& one : world.news) told.push_back(one.what);
    using What = server::RoomNews::What;
    CHECK(told == std::vector<What>{What::roomStarted, What::participantJoined, What::participantLeft});
    CHECK(world.ask("DeleteRoom", {{"room", world.room.room.str()}}).status == 200);
    CHECK(world.news.back().what == What::roomFinished);
}

TEST_CASE("a key file is read when nobody else may read it", "[room-service]") {
    const std::string secret(32, 's');
    const auto keys = server::parseApiKeys("# mine\nbackend: " + secret + "\n\n other :\"" + secret + "x\" # old\n", "keys");
    REQUIRE(keys);
    REQUIRE(keys->size() == 2);
    CHECK((*keys)[1].id == "other");
    CHECK((*keys)[1].secret == secret + "x");
    CHECK(server::parseApiKeys("a: " + secret.substr(1), "keys").error().message.starts_with("keys:1"));
    CHECK_FALSE(server::parseApiKeys("", "keys"));
    CHECK_FALSE(server::parseApiKeys("a " + secret, "keys"));
    CHECK_FALSE(server::parseApiKeys("a: " + secret + "\na: " + secret, "keys"));
    std::string many;
    for (std::size_t i = 0; i < server::kMaxApiKeys; ++i) many += "k" + std::to_string(i) + ": " + secret + "\n";
    CHECK(server::parseApiKeys(many, "keys"));
    CHECK_FALSE(server::parseApiKeys(many + "last: " + secret + "\n", "keys"));

    char name[] = "/tmp/parlour-keys-XXXXXX";
    const int fd = mkstemp(name);
    REQUIRE(fd >= 0);
    close(fd);
    std::ofstream(name) << "a: " << secret << "\n";
    CHECK(server::loadApiKeys(name));
    std::filesystem::permissions(name, std::filesystem::perms::group_read, std::filesystem::perm_options::add);
    CHECK(server::loadApiKeys(name).error().advice.find("chmod 600") != std::string::npos);
    std::filesystem::remove(name);
    CHECK_FALSE(server::loadApiKeys(name));
}
