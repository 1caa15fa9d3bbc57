// SPDX-License-Identifier: Apache-2.0
// People and each other through the table of requests.
#include <fstream>
#include <iterator>

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
    CHECK(world.refused("bob", world.path("people", "ann", "picture")) == "no_picture");
}

namespace {

struct PictureWorld : ProfileWorld {
    static std::string file(const std::string& name) {
        std::ifstream in(std::string(PARLOUR_SOURCE_DIR) + "/tests/fuzz/corpus/picture/" + name, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    static Json wish(const std::string& name) { return {{"data", base::toBase64Url(base::asBytes(file(name)))}}; }
    /// As a browser's <img> would: a path of its own, bytes and no JSON.
    base::Result<server::ApiReply> image(const std::string& asker, const std::string& whose) {
        server::ApiRequest request{"GET", "/people/" + id(whose).str() + "/picture", {}, {}, {sessions[asker], false}};
        return wait<server::ApiReply>([&](auto answer) { house->request(request, answer); });
    }
    std::int64_t listed(const std::string& asker, const std::string& whose) {
        const auto page = get(asker, "members");
        for (const auto& one : page["members"])
            if (one["id"] == id(whose).str()) return one["picture_ms"];
        return -1;
    }
};

}  // namespace

TEST_CASE("the picture a member gets is a JPEG of at most 256 by 256, whatever was sent", "[profiles][picture]") {
    PictureWorld world;
    const auto set = world.post("ann", "profile/picture", PictureWorld::wish("large.png"))["picture_ms"].get<std::int64_t>();
    CHECK(set == base::toUnixMs(world.clock.wallNow()));
    const auto reply = world.image("bob", "ann");
    REQUIRE(reply);
    CHECK(reply->type == "image/jpeg");
    CHECK(reply->headers.at("cache-control") == "private, max-age=3600");
    CHECK(reply->body.starts_with("\xff\xd8\xff"));
    CHECK(reply->body.size() < 64 * 1024);
    const auto frame = reply->body.find("\xff\xc0");
    REQUIRE(frame != std::string::npos);
    const auto side = [&](std::size_t at) { return static_cast<unsigned char>(reply->body[frame + at]) * 256 + static_cast<unsigned char>(reply->body[frame + at + 1]); };
    CHECK(side(5) == 256);
    CHECK(side(7) == 256);
    CHECK(world.get("bob", world.path("people", "ann", "picture"))["data"] == base::toBase64Url(base::asBytes(reply->body)));
    CHECK(world.refused("ann", "profile/picture", PictureWorld::wish("4097.png")) == "picture_large");
    CHECK(world.see("bob", "ann")["picture_ms"] == set);   // the old one stays

    CHECK(world.post("ann", "profile/picture", {{"data", ""}})["picture_ms"] == 0);
    CHECK(world.image("bob", "ann").error().code == "no_picture");
}

TEST_CASE("a stranger gets no picture, and cannot tell who has one or who is a member", "[profiles][picture][T25]") {
    PictureWorld world;
    world.post("ann", "profile/picture", PictureWorld::wish("halves.png"));
    // Without a session, and with that of somebody who only came to listen.
    REQUIRE(world.comeBy("eve", {{"link", world.links.listener}}));
    for (const std::string asker : {"nobody", "eve"}) {
        const auto has = world.image(asker, "ann"), none = world.image(asker, "bob"), unknown = world.image(asker, "zoe");
        INFO(asker);
        REQUIRE_FALSE(has);
        CHECK(has.error().code == (asker == "eve" ? "members_only" : "session_invalid"));
        for (const auto* other : {&none, &unknown}) {
            REQUIRE_FALSE(*other);
            CHECK(other->error().code == has.error().code);
            CHECK(other->error().message == has.error().message);
        }
        CHECK(world.refused(asker, world.path("people", "ann", "picture")) == has.error().code);
    }
}

TEST_CASE("lists say who has a picture, and hide it where one has blocked the other", "[profiles][picture]") {
    PictureWorld world;
    for (const char* who : {"ann", "bob"}) world.post(who, "profile/picture", PictureWorld::wish("halves.png"));
    world.post("bob", world.path("people", "ann", "relation"), {{"follow", true}});
    const auto set = world.see("bob", "ann")["picture_ms"].get<std::int64_t>();
    REQUIRE(set > 0);
    CHECK(world.listed("bob", "ann") == set);
    CHECK(world.listed("bob", "olga") == 0);
    CHECK(world.get("bob", "relations")["follows"][0]["picture_ms"] == set);
    world.post("ann", world.path("people", "bob", "relation"), {{"block", true}});
    CHECK(world.listed("bob", "ann") == 0);
    CHECK(world.listed("ann", "bob") == 0);
    CHECK(world.get("ann", "relations")["blocks"][0]["picture_ms"] == 0);
    for (const auto& [asker, whose] : {std::pair("ann", "bob"), std::pair("bob", "ann")}) {
        CHECK(world.image(asker, whose).error().code == "person_unknown");
        CHECK(world.refused(asker, world.path("people", whose, "picture")) == "person_unknown");
    }
    CHECK(world.listed("olga", "ann") == set);
    CHECK(world.image("olga", "ann"));
}

TEST_CASE("a notice says whether who it is from has a picture, and says nothing of who was blocked", "[profiles][picture]") {
    PictureWorld world;
    world.post("bob", world.path("people", "ann", "relation"), {{"follow", true}});
    const auto stamp = [&] { return world.get("ann", "notices")["notices"][0].value("picture_ms", -1); };
    CHECK(stamp() == 0);
    const auto set = world.post("bob", "profile/picture", PictureWorld::wish("halves.png"))["picture_ms"].get<std::int64_t>();
    CHECK(world.get("ann", "notices")["notices"][0]["picture_ms"] == set);
    world.post("ann", world.path("people", "bob", "relation"), {{"block", true}});
    CHECK(world.get("ann", "notices")["notices"].empty());
}

TEST_CASE("in a room, and in line before it, one sees who has a picture; a new one at once", "[profiles][picture]") {
    PictureWorld world;
    world.post("bob", "profile/picture", PictureWorld::wish("halves.png"));
    const auto ann = world.enter("ann", world.links.moderator);
    const auto bob = world.enter("bob", world.links.listener);
    const auto shown = [](const std::map<std::string, std::string>& attributes) { return attributes.at("parlour.picture"); };
    CHECK(shown(ann.admission.attributes).empty());
    CHECK(shown(bob.admission.attributes) == std::to_string(world.listed("olga", "bob")));
    const auto set = world.post("ann", "profile/picture", PictureWorld::wish("halves.jpg"))["picture_ms"].get<std::int64_t>();
    world.executor.runReady();
    REQUIRE(world.last("ann"));
    CHECK(shown(world.last("ann")->attributes) == std::to_string(set));
    world.post("ann", "profile/picture", {{"data", ""}});
    world.executor.runReady();
    CHECK(shown(world.last("ann")->attributes).empty());

    world.post("ann", "rooms/" + world.room.str() + "/settings", {{"waiting_room", true}});
    world.bring("olga", "cleo");
    world.post("cleo", "profile/picture", PictureWorld::wish("halves.webp"));
    const auto redeemed = world.redeem("cleo", world.links.listener);
    REQUIRE(redeemed);
    CHECK(world.admit(redeemed->join.token).error().code == "waiting");
    const auto line = world.get("ann", "rooms/" + world.room.str() + "/waiting")["waiting"];
    REQUIRE(line.size() == 1);
    CHECK(line[0]["picture_ms"] == world.listed("olga", "cleo"));
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
