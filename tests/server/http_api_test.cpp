// SPDX-License-Identifier: Apache-2.0
// The house API through a real HTTP port on loopback, by our own client: behaviour, refusals, throttling.
#include "core/server/house_routes.h"

#include <fstream>
#include <set>

#include "tests/server/api_world.h"

using namespace parlour;
using namespace parlour::tests;

TEST_CASE("a newcomer previews, redeems, joins, raises a hand and is seen in the queue, all over HTTP", "[http-api]") {
    ApiWorld world;
    const auto [id, secret] = HouseWorld::parts(world.room.links.listener);
    const auto preview = world.post<api::Preview>("invitations/preview", api::PreviewRequest{id, secret, {}});
    REQUIRE(preview);
    CHECK(preview->roomTitle == "Room");
    const auto ann = world.redeem("ann", world.room.links.moderator);
    const auto bob = world.redeem("bob", world.room.links.listener);
    REQUIRE(ann);
    REQUIRE(bob);
    for (const auto& one : {*ann, *bob}) {
        REQUIRE(world.ask<server::Admission>([&](auto answer) { world.house->admit({one.join.token, false}, answer); }));
        world.house->connected(one.join.room, one.identity);
    }
    const std::string base = "rooms/" + world.room.room.str();
    api::StageCommand raise;
    raise.note = "hello";
    REQUIRE(world.post<api::StageAnswer>(base + "/stage", raise, bob->session));
    const auto hands = world.get<api::Hands>(base + "/hands", ann->session);
    REQUIRE(hands);
    REQUIRE(hands->hands.size() == 1);
    CHECK(hands->hands[0].note == "hello");
    api::StageCommand mute;
    mute.verb = api::StageVerb::mute;
    mute.target = ann->identity;
    CHECK(world.post<api::StageAnswer>(base + "/stage", mute, bob->session).error().code == "not_allowed");
    const auto made = world.post<api::InvitationMade>(base + "/invitations", api::InvitationWish{}, ann->session);
    REQUIRE(made);
    CHECK(world.get<api::InvitationList>(base + "/invitations", ann->session)->invitations.size() == 4);
    CHECK(world.post<api::Nothing>(base + "/invitations/" + made->id.str() + "/revoke", api::RevokeWish{}, ann->session));
    CHECK(world.get<api::RoomList>("rooms", bob->session)->rooms.size() == 1);
    CHECK(world.post<api::JoinGrant>(base + "/token", api::TokenRequest{}, bob->session));
    CHECK(world.post<api::Nothing>(base + "/leave", api::Nothing{}, bob->session));
}

TEST_CASE("browsers of other origins, rebound names and foreign bodies are refused", "[http-api][T56]") {
    ApiWorld world;
    const std::string body = api::toJson(api::ChallengeRequest{crypto::randomToken(16), "login"});
    const auto status = [&](net::Headers headers) { return world.send("POST", "/api/v1/challenge", body, std::move(headers)).status; };
    CHECK(status({}) == 200);
    CHECK(status({{"origin", world.origin}}) == 200);
    CHECK(status({{"origin", "https://evil.example"}}) == 403);
    CHECK(status({{"origin", "null"}}) == 403);
    CHECK(status({{"content-type", "text/plain"}}) == 415);
    CHECK(status({{"content-type", "application/x-www-form-urlencoded"}}) == 415);
    CHECK(status({{"content-type", "application/json; charset=utf-8"}}) == 200);
    CHECK(world.send("PUT", "/api/v1/challenge", body).status == 405);
    CHECK(world.send("OPTIONS", "/api/v1/challenge").status == 405);
    const auto answer = world.send("POST", "/api/v1/challenge", body);
    CHECK(answer.header("access-control-allow-origin").empty());
    CHECK(answer.header("cache-control") == "no-store");
    // The same port under a name of somebody else's: what DNS rebinding does.
    const std::string port = world.origin.substr(world.origin.rfind(':'));
    const auto rebound = [&](const std::string& host) {
        net::HttpCall call;
        call.url = *net::Url::parse("http://" + host + port + "/api/v1/rooms");
        std::optional<base::Result<net::HttpResponse>> result;
        auto pending = net::sendHttp(world.loop, std::move(call), [&](auto r) { result.emplace(std::move(r)); });
        world.runUntil([&] { return result.has_value(); });
        return *result ? (*result)->status : 0;
    };
    CHECK(rebound("localhost") == 421);  // not configured in this test
    CHECK(rebound("127.0.0.1") == 401);
}

TEST_CASE("bodies that are no good get 400 and a name, never a crash", "[http-api]") {
    ApiWorld world;
    for (const char* path : {"challenge", "invitations/preview", "invitations/redeem", "login", "rooms/x/stage", "rooms/x/token"})
        for (const std::string body : {"{", "[]", "null", "\"x\"", "{\"id\":{}}", "\xff\xfe", "{\"verb\":\"raise\",\"note\":[1]}"}) {
            const auto response = world.send("POST", std::string("/api/v1/") + path, body);
            INFO(path << " " << body);
            CHECK((response.status == 400 || response.status == 401));
            CHECK(api::fromJson<api::ErrorBody>(response.body));
        }
    CHECK(world.send("GET", "/api/v1/nothing").status == 404);
    CHECK(world.send("GET", "/api/v1/rooms//hands").status != 500);
    CHECK(world.send("GET", "/api/v1/rooms/../../etc/passwd").status == 404);
}

TEST_CASE("requests without a session learn nothing about rooms", "[http-api][T25]") {
    ApiWorld world;
    std::set<std::string> answers;
    for (const auto& room : {world.room.room.str(), std::string("unknown")})
        for (const std::string what : {"/token", "/stage", "/leave"}) {
            const auto response = world.send("POST", "/api/v1/rooms/" + room + what, what == "/stage" ? R"({"verb":"raise"})" : "{}");
            CHECK(response.status == 401);
            answers.insert(response.body);
        }
    for (const auto& room : {world.room.room.str(), std::string("unknown")})
        for (const std::string what : {"/hands", "/invitations"}) {
            const auto response = world.send("GET", "/api/v1/rooms/" + room + what);
            CHECK(response.status == 401);
            answers.insert(response.body);
        }
    CHECK(answers.size() == 1);

    // A member of this house, but of another room: the same for a room that is there and one that is not.
    const auto other = world.ask<api::RoomMade>([&](auto answer) { world.house->createRoom({"Other"}, answer); }).value();
    const auto eve = world.redeem("eve", other.links.moderator).value();
    answers.clear();
    for (const auto& room : {world.room.room.str(), std::string("unknown")}) {
        const net::Headers bearer{{"authorization", "Bearer " + eve.session}};
        for (const char* what : {"/token", "/leave", "/invitations", "/invitations/abc/revoke"})
            answers.insert(world.send("POST", "/api/v1/rooms/" + room + what, R"({"role":"listener"})", bearer).body);
        answers.insert(world.send("POST", "/api/v1/rooms/" + room + "/stage", R"({"verb":"raise"})", bearer).body);
        for (const char* what : {"/hands", "/invitations"})
            answers.insert(world.send("GET", "/api/v1/rooms/" + room + what, {}, bearer).body);
    }
    CHECK(answers.size() == 1);
    CHECK(answers.begin()->find("room_unknown") != std::string::npos);
}

TEST_CASE("after ten wrong secrets the eleventh and everything else from there waits", "[http-api][T21]") {
    ApiWorld world(10);
    const auto [id, secret] = HouseWorld::parts(world.room.links.listener);
    const auto session = world.redeem("ann", world.room.links.listener)->session;
    for (int i = 0; i < 20; ++i) CHECK(world.send("GET", "/api/v1/rooms").status != 429);   // not signed in is no guess
    std::set<std::string> bodies;
    for (int i = 0; i < 10; ++i) {
        const bool known = i % 2 == 0;
        const auto response = world.send("POST", "/api/v1/invitations/preview",
                                         api::toJson(api::PreviewRequest{known ? id : base::InvitationId("unknown00000"), "AAAAAAAAAAAAAAAAAAAAAA", {}}));
        CHECK(response.status == 404);
        bodies.insert(response.body);
    }
    CHECK(bodies.size() == 1);  // wrong secret and unknown id: one answer
    const auto blocked = world.send("POST", "/api/v1/invitations/preview", api::toJson(api::PreviewRequest{id, secret, {}}));
    CHECK(blocked.status == 429);
    CHECK(blocked.header("retry-after") == "25");
    CHECK(world.send("GET", "/healthz").status == 200);
    // A session that nobody looks at there opens no way around.
    CHECK(world.send("POST", "/api/v1/invitations/preview", api::toJson(api::PreviewRequest{id, secret, {}}), {{"authorization", "Bearer " + session}}).status == 429);
    // Who is signed in, or can prove who they are, goes on; a guessed session learns no more than a guessed secret.
    CHECK(world.send("GET", "/api/v1/rooms", {}, {{"authorization", "Bearer " + session}}).status == 200);
    CHECK(world.send("POST", "/api/v1/challenge", "{}").status != 429);
    CHECK(world.send("GET", "/api/v1/rooms", {}, {{"authorization", "Bearer AAAAAAAAAAAAAAAAAAAAAA"}}).status == 429);
}

TEST_CASE("every invitation page is the same and forbids everything else", "[http-api][T21]") {
    ApiWorld world;
    const auto [id, secret] = HouseWorld::parts(world.room.links.listener);
    const auto known = world.send("GET", "/i/" + id.str());
    const auto unknown = world.send("GET", "/i/Zz0Zz0Zz0Zz0");
    CHECK(known.status == 200);
    CHECK(known.body == unknown.body);
    CHECK(known.header("referrer-policy") == "no-referrer");
    CHECK(known.header("content-security-policy").find("default-src 'none'") != std::string_view::npos);
    CHECK(known.body.find("http") == std::string::npos);  // no address of anybody
    CHECK(known.header("content-security-policy").find("unsafe") == std::string_view::npos);
    for (const std::string file : {"page.js", "guest.js", "house.js", "terms.js", "statements.js", "dom.js", "invitation.js", "person.js", "listen.js",
                                   "stay.js", "chat.js", "room_state.js", "house_words.js", "own_ways.js", "reactions.js", "sound.js", "sdk.js", "page.css", "room.css"}) {
        const auto part = world.send("GET", "/web/" + file);
        INFO(file);
        CHECK(part.status == 200);
        CHECK(part.header("content-type").find(file.ends_with(".js") ? "text/javascript" : "text/css") == 0);
        CHECK(part.body.find("innerHTML") == std::string::npos);  // words of people never become markup
        CHECK(part.body.find("://") == part.body.rfind("://"));   // parlour:// at most
    }
    for (const char* path : {"/web/", "/web/page.html", "/web/embed.cmake", "/web/../http_api.cpp", "/web/nothing.js"})
        CHECK(world.send("GET", path).status == 404);
    CHECK(world.send("GET", "/i/short").status == 404);
    CHECK(world.send("GET", "/i/" + std::string(33, 'a')).status == 404);
    CHECK(world.send("GET", "/i/..%2f..%2fetc").status == 404);
}

TEST_CASE("a page of a house whose sound is elsewhere may go there, and nowhere else", "[http-api]") {
    const auto reach = [](const net::HttpResponse& page) {
        const auto policy = page.headers.at("content-security-policy");
        const auto from = policy.find("connect-src ");
        return policy.substr(from, policy.find(';', from) - from);
    };
    const auto sound = *net::Url::parse("wss://livekit.example/ignored");
    for (const char* path : {"/i/Zz0Zz0Zz0Zz0", "/web/page.js", "/web/sound.js"}) {
        CHECK(reach(server::pageAnswer(path)) == "connect-src 'self'");
        CHECK(reach(server::pageAnswer(path, sound)) == "connect-src 'self' wss://livekit.example https://livekit.example");
    }
    CHECK(reach(server::pageAnswer("/i/Zz0Zz0Zz0Zz0", *net::Url::parse("ws://192.0.2.1:7880"))) == "connect-src 'self' ws://192.0.2.1:7880 http://192.0.2.1:7880");
    CHECK(server::pageAnswer("/web/sound.js").body.ends_with("\nexport const SOUND = '';\n"));
    CHECK(server::pageAnswer("/web/sound.js", sound).body == "export const SOUND = 'wss://livekit.example';\n");
}

TEST_CASE("health, readiness, version and metrics", "[http-api]") {
    ApiWorld world;
    CHECK(world.send("GET", "/healthz").body == "ok\n");
    CHECK(world.send("GET", "/readyz").status == 200);
    CHECK(api::fromJson<api::VersionInfo>(world.send("GET", "/version").body)->program == "parlourd");
    CHECK(world.send("GET", "/metrics").body == "parlour_rooms 1\n");
    CHECK(world.send("GET", "/metrics", {}, {{"x-forwarded-for", "203.0.113.9"}}).status == 404);
    world.api->setDraining();
    CHECK(world.send("GET", "/readyz").status == 503);
    CHECK(world.send("GET", "/healthz").status == 200);
}

TEST_CASE("every operation of docs/api.yaml exists here, and no verb of the stage is missing there", "[http-api]") {
    std::ifstream in(PARLOUR_SOURCE_DIR "/docs/api.yaml");
    REQUIRE(in);
    ApiWorld world;
    const auto [id, secret] = HouseWorld::parts(world.room.links.moderator);
    const auto ann = world.redeem("ann", world.room.links.moderator).value();
    std::string line, path, text, pattern;
    std::set<std::string> described;
    int operations = 0;
    while (std::getline(in, line)) {
        text += line + "\n";
        if (line.starts_with("  /")) {
            path = pattern = line.substr(2, line.find(':') - 2);
            for (const auto& [name, value] : {std::pair<std::string, std::string>{"{room}", world.room.room.str()}, {"{id}", id.str()}, {"{slot}", "none"}, {"{token}", "none"}, {"{event}", "none"}, {"{method}", "ListRooms"}})
                if (const auto at = path.find(name); at != std::string::npos) path.replace(at, name.size(), value);
        }
        for (const std::string method : {"GET", "POST"}) {
            const std::string key = method == "GET" ? "    get: " : "    post: ";
            if (!line.starts_with(key) || path.empty()) continue;
            const auto response = world.send(method, path, method == "POST" ? "{}" : "", {{"authorization", "Bearer " + ann.session}});
            INFO(method << " " << path << " " << response.body);
            CHECK(response.body.find("no_such_path") == std::string::npos);
            CHECK(response.status != 405);
            CHECK(response.status < 500);
            // What the description calls protected is.
            if (line.find("security:") != std::string::npos)
                CHECK(world.send(method, path, method == "POST" ? R"({"verb":"raise","role":"listener"})" : "").status == 401);
            described.insert(method + " " + pattern);
            ++operations;
        }
    }
    CHECK(operations >= 15);
    for (const auto& one : server::houseRoutes().listed()) {
        INFO(one << " is not described in docs/api.yaml");
        const auto space = one.find(' ');
        CHECK(described.count(one.substr(0, space) + one.substr(space)) == 1);
    }
    for (int i = 0; i <= static_cast<int>(api::StageVerb::end); ++i)
        CHECK(text.find(std::string(api::toString(static_cast<api::StageVerb>(i)))) != std::string::npos);
}
