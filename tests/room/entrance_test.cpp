// SPDX-License-Identifier: Apache-2.0
// In by address and token: what is refused before anything is dialled, and what the server's refusals are called.
#include "core/room/entrance.h"

#include "core/signal/access_token.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::room;
using namespace std::chrono_literals;

namespace {

std::string token(const std::string& roomName, bool join = true) {
    signal::AccessToken claims;
    claims.identity = base::Identity("ana");
    claims.expires = base::fromUnixMs(4'000'000'000'000);
    claims.video.roomJoin = join;
    claims.video.room = base::RoomId(roomName);
    const auto made = signal::mintToken(claims, {"key", "a secret of more than thirty-two bytes"});
    REQUIRE(made);
    return *made;
}

std::string code(const std::string& url, const std::string& jwt) {
    const auto checked = checkServerAddress({url, jwt});
    return checked ? "ok " + checked->url : checked.error().code;
}

}  // namespace

TEST_CASE("the address of a LiveKit server is dialled as WebSocket, and never unencrypted over a network", "[room][entrance]") {
    const auto jwt = token("talk");
    CHECK(code("wss://talk.example.org", jwt) == "ok wss://talk.example.org/");
    CHECK(code("https://talk.example.org/livekit/", jwt) == "ok wss://talk.example.org/livekit/");
    CHECK(code("ws://127.0.0.1:7880", jwt) == "ok ws://127.0.0.1:7880/");
    CHECK(code("http://localhost:7880", jwt) == "ok ws://localhost:7880/");
    CHECK(code("ws://[::1]:7880", jwt) == "ok ws://[::1]:7880/");
    CHECK(code("ws://192.0.2.1:7880", jwt) == "server_plain");
    CHECK(code("http://talk.example.org", jwt) == "server_plain");
    CHECK(code("wss://talk.example.org/?access_token=x", jwt) == "server_address");
    CHECK_FALSE(checkServerAddress({"talk.example.org", jwt}));
    CHECK_FALSE(checkServerAddress({"wss://ana@talk.example.org", jwt}));
}

TEST_CASE("a token that leads into no room is said to be none before it is sent", "[room][entrance]") {
    const std::string at = "wss://talk.example.org";
    CHECK(code(at, "") == "token_form");
    CHECK(code(at, "abc") == "token_form");
    CHECK(code(at, "a.b.c") == "token_form");
    CHECK(code(at, token("talk", false)) == "token_unfit");
    CHECK(code(at, token("")) == "token_unfit");
}

TEST_CASE("a token is all there is: the newest is given again, the server's words are not repeated", "[room][entrance]") {
    net::EventLoop loop;
    const auto jwt = token("talk");
    auto entrance = byToken(loop, {"ws://127.0.0.1:7880/", jwt});
    CHECK(entrance->house() == nullptr);
    CHECK_FALSE(entrance->renews());
    std::vector<api::JoinGrant> grants;
    const auto keep = [&](base::Result<api::JoinGrant> grant) {
        REQUIRE(grant);
        grants.push_back(*grant);
    };
    entrance->arrive(keep);
    CHECK(grants.empty());   // never from inside the call
    REQUIRE(loop.runUntil([&] { return grants.size() == 1; }, 5s));
    CHECK(grants[0].room.str() == "talk");
    CHECK(grants[0].token == jwt);
    entrance->refreshed("newer");
    entrance->renew(base::RoomId("talk"), keep);
    REQUIRE(loop.runUntil([&] { return grants.size() == 2; }, 5s));
    CHECK(grants[1].token == "newer");
    CHECK(grants[1].url == "ws://127.0.0.1:7880/");

    // LiveKit's 401 has the whole token in it.
    const base::Error said{base::ErrorKind::unreachable, "upgrade_refused", "127.0.0.1 refuses the connection (HTTP status 401).", {}, {}};
    for (const auto& [status, name] : std::map<int, std::string>{{400, "token_unfit"}, {401, "token_refused"}, {403, "token_refused"},
                                                                 {404, "room_unknown"}, {503, "server_full"}, {500, "upgrade_refused"}}) {
        SignalEnd end{said, status};
        end.code = "invalid token: " + jwt;
        const auto error = entrance->refusal(end);
        CHECK(error.code == name);
        CHECK(base::describe(error).find("eyJ") == std::string::npos);
    }
}

TEST_CASE("an entrance that is dropped answers nothing", "[room][entrance]") {
    net::EventLoop loop;
    bool answered = false, over = false;
    auto entrance = byToken(loop, {"ws://127.0.0.1:7880/", token("talk")});
    entrance->arrive([&](base::Result<api::JoinGrant>) { answered = true; });
    entrance.reset();
    loop.post([&] { over = true; });
    REQUIRE(loop.runUntil([&] { return over; }, 5s));
    CHECK_FALSE(answered);
}

TEST_CASE("a house's certificate is asked of the house, not of the server that carries its sound", "[room][entrance][pin]") {
    net::EventLoop loop;
    auto keys = PersonKeys::fresh();
    const std::string pin(43, 'p');
    auto entrance = byPlace(loop, keys, {{true, "house.example.org", 8443}, pin}, base::RoomId("talk"), "Ana");
    CHECK(entrance->pinFor("wss://house.example.org:8443/") == pin);
    CHECK(entrance->pinFor("wss://House.example.org:8443") == pin);
    for (const auto* other : {"wss://livekit.example.org/", "wss://house.example.org/", "wss://house.example.org:7880/", "ws://house.example.org:8443/", "nonsense", ""})
        CHECK(entrance->pinFor(other).empty());
    auto plain = byPlace(loop, keys, {{true, "house.example.org", 443}, {}}, base::RoomId("talk"), "Ana");
    CHECK(plain->pinFor("wss://house.example.org/").empty());
    CHECK(byToken(loop, {"wss://livekit.example.org/", token("talk")})->pinFor("wss://livekit.example.org/").empty());
}
