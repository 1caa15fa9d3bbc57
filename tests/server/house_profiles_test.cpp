// SPDX-License-Identifier: Apache-2.0
// People and each other through the table of requests.
#include "core/base/byte_io.h"
#include "tests/server/member_world.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {
struct ProfileWorld : MemberWorld {
    ProfileWorld() {
        bring("olga", "ann");
        bring("olga", "bob");
    }
    Json see(const std::string& who, const std::string& whom) { return get(who, "people/" + id(whom).str()); }
    std::vector<std::string> told(const std::string& who) {
        std::vector<std::string> out;
        const auto page = get(who, "notices");
        for (const auto& one : page["notices"]) out.push_back(one["kind"].get<std::string>() + " " + one["from_name"].get<std::string>());
        return out;
    }
};
}  // namespace

TEST_CASE("a member shows who they are, and others read it with who brought them", "[profiles]") {
    ProfileWorld world;
    world.post("ann", "profile", {{"about", "cellist"}, {"pronouns", "she"}, {"links", {"https://example.org"}}});
    const auto ann = world.see("bob", "ann");
    CHECK(ann["about"] == "cellist");
    CHECK(ann["invited_by_name"] == "olga");
    CHECK(ann["links"] == Json::array({"https://example.org"}));
    CHECK(world.refused("ann", "profile", {{"links", {"javascript:1"}}}) == "bad_link");
    CHECK(world.refused("ann", "profile", {{"name", " "}}) == "bad_name");
    CHECK(world.post("ann", "profile", {{"name", "Ann Lee"}})["about"] == "cellist");
    CHECK(world.see("bob", "ann")["name"] == "Ann Lee");
    CHECK(world.refused("bob", "people/nobody") == "person_unknown");
}

TEST_CASE("a picture is given out as the house wrote it, and nothing else is taken for one", "[profiles]") {
    ProfileWorld world;
    CHECK(world.refused("ann", "profile/picture", {{"data", base::toBase64Url(base::asBytes(std::string("GIF89a")))}}) == "picture_kind");
    CHECK(world.refused("ann", "profile/picture", {{"data", "***"}}) == "bad_field");
    CHECK(world.see("bob", "ann")["picture_ms"] == 0);
    const std::string at = "/people/" + HouseWorld::id("ann").str() + "/picture";
    server::ApiRequest request{"GET", at, {}, {}, {}};
    CHECK(world.wait<server::ApiReply>([&](auto answer) { world.house->request(request, answer); }).error().code == "no_picture");
}

TEST_CASE("blocking hides both ways and ends following", "[profiles]") {
    ProfileWorld world;
    const std::string ann = world.path("people", "ann", "relation"), bob = world.path("people", "bob", "relation");
    world.post("bob", ann, {{"follow", true}});
    CHECK(world.told("ann") == std::vector<std::string>{"followed bob"});
    CHECK(world.see("olga", "ann")["followers"] == 1);
    world.post("ann", bob, {{"block", true}});
    CHECK(world.refused("bob", "people/" + HouseWorld::id("ann").str()) == "person_unknown");
    CHECK(world.refused("bob", world.path("people", "ann", "wave"), {{"text", "hi"}}) == "person_unknown");
    CHECK(world.refused("ann", world.path("people", "bob", "wave"), {{"text", "hi"}}) == "blocked");
    CHECK(world.see("olga", "ann")["followers"] == 0);
    CHECK(world.told("ann").empty());
    CHECK(world.get("ann", "relations")["blocks"].size() == 1);
    world.post("ann", bob, {{"block", false}});
    CHECK(world.see("bob", "ann")["name"] == "ann");
    CHECK(world.refused("ann", world.path("people", "ann", "relation"), {{"follow", true}}) == "not_oneself");
}

TEST_CASE("the first yes to a wave opens a room for the two; later does not", "[profiles]") {
    ProfileWorld world;
    const std::string at = world.path("people", "bob", "wave");
    const auto wave = world.post("ann", at, {{"text", "come and talk"}});
    CHECK(world.post("ann", at, {{"text", "again"}})["id"] == wave["id"]);
    CHECK(world.told("bob") == std::vector<std::string>{"wave ann"});
    const std::string answer = "waves/" + wave["id"].get<std::string>() + "/answer";
    CHECK(world.refused("ann", answer, {{"answer", "yes"}}) == "wave_unknown");
    CHECK(world.post("bob", answer, {{"answer", "later"}})["state"] == "later");
    const auto yes = world.post("bob", answer, {{"answer", "yes"}});
    CHECK(yes["state"] == "talking");
    CHECK(world.told("ann").back() == "wave_answered bob");
    const base::RoomId room(yes["room"].get<std::string>());
    for (const char* name : {"ann", "bob"})
        CHECK(world.wait<api::JoinGrant>([&](auto reply) { world.house->token({world.sessions[name], false}, room, {}, reply); }));
    CHECK(world.wait<api::JoinGrant>([&](auto reply) { world.house->token({world.sessions["olga"], false}, room, {}, reply); }).error().code == "room_unknown");
    const auto old = world.post("ann", world.path("people", "olga", "wave"), {{"text", ""}});
    world.clock.advance(24h);
    world.sessions["olga"] = world.signIn("olga");
    CHECK(world.refused("olga", "waves/" + old["id"].get<std::string>() + "/answer", {{"answer", "yes"}}) == "wave_expired");
}

TEST_CASE("a member is called into a running room and may come", "[profiles]") {
    ProfileWorld world;
    const auto made = world.post("ann", "rooms", {{"title", "Quiet"}});
    world.room = base::RoomId(made["room"].get<std::string>());
    CHECK(world.refused("ann", "rooms/" + world.room.str() + "/ping", {{"who", HouseWorld::id("bob").str()}}) == "room_unknown");
    world.enter("ann", made["links"]["speaker"]);
    world.post("ann", "rooms/" + world.room.str() + "/ping", {{"who", HouseWorld::id("bob").str()}});
    CHECK(world.told("bob") == std::vector<std::string>{"ping ann"});
    CHECK(world.wait<api::JoinGrant>([&](auto reply) { world.house->token({world.sessions["bob"], false}, world.room, {}, reply); }));
}

TEST_CASE("a listener from outside learns by no call who is a member", "[profiles][T25]") {
    ProfileWorld world;
    const auto made = world.post("ann", "rooms", {{"title", "Quiet"}});
    world.room = base::RoomId(made["room"].get<std::string>());
    const auto lena = world.enter("lena", made["links"]["listener"]);
    world.sessions["lena"] = lena.session;
    for (const char* who : {"bob", "nobody"}) {
        INFO(who);
        CHECK(world.refused("lena", "rooms/" + world.room.str() + "/ping", {{"who", HouseWorld::id(who).str()}}) == "members_only");
    }
}

TEST_CASE("two computers talk through a mailbox that only its name opens", "[profiles]") {
    ProfileWorld world;
    const std::string slot = world.post("ann", "links", Json::object())["slot"];
    REQUIRE(world.ask("POST", "links/" + slot, {{"from", "old"}, {"text", "hello"}}, {}));
    const auto read = world.ask("GET", "links/" + slot, nullptr, {}).value();
    CHECK(Json::parse(read.body)["messages"].size() == 1);
    CHECK(Json::parse(world.ask("GET", "links/" + slot + "?after=1", nullptr, {}).value().body)["messages"].empty());
    CHECK(world.ask("GET", "links/unknown", nullptr, {}).error().code == "link_unknown");
    CHECK(world.ask("POST", "links", Json::object(), {}).error().code == "session_invalid");
}
