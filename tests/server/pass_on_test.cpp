// SPDX-License-Identifier: Apache-2.0
// What one server of a house passes on to another, over real sockets on one loop.
#include "core/server/pass_on.h"

#include <algorithm>

#include "core/net/http_client.h"
#include "core/net/websocket.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::server;
using namespace std::chrono_literals;

namespace {

/// A door that passes on, and the server behind it.
struct Doors {
    net::EventLoop loop;
    std::optional<net::HttpRequest> came;                  ///< at the one behind, unwrapped
    bool strangers = false;                                ///< something came without the key
    bool admin = false;                                    ///< the last that came was a line of the admin socket
    std::function<void(net::Respond)> answer = [](net::Respond respond) { respond(net::HttpResponse::json(200, R"({"a":1})")); };
    std::function<void(net::Upgrade)> open = [](net::Upgrade upgrade) { upgrade.refuse(net::HttpResponse::text(404, "no")); };
    PassOn passing{loop};
    std::unique_ptr<net::HttpServer> front, behind;

    Doors() {
        net::HttpServerHandlers there;
        there.onRequest = [this](const net::HttpRequest& request, net::Respond respond) {
            came = passedOn(request, "secret");
            strangers = strangers || !came;
            admin = isAdminLine(request);
            answer(std::move(respond));
        };
        there.onUpgrade = [this](const net::HttpRequest& request, net::Upgrade upgrade) {
            came = passedOn(request, "secret");
            open(std::move(upgrade));
        };
        behind = listen(std::move(there));
        net::HttpServerHandlers here;
        here.onRequest = [this](const net::HttpRequest& request, net::Respond respond) { passing.handle(request, std::move(respond)); };
        here.onUpgrade = [this](const net::HttpRequest& request, net::Upgrade upgrade) { passing.handle(request, std::move(upgrade)); };
        front = listen(std::move(here));
        passing.setTarget(PassTarget{behind->localAddress(), "secret"});
    }
    /// A WebSocket that is to be refused.
    net::Pending knock(std::optional<net::WebSocketRefusal>& refused) {
        net::WebSocketRequest request;
        request.url = url("/rtc");
        net::WebSocketAnswers answers;
        answers.onOpen = [](auto) {};
        answers.onRefused = [&refused](auto refusal) { refused = std::move(refusal); };
        return net::connectWebSocket(loop, std::move(request), std::move(answers));
    }
    std::unique_ptr<net::HttpServer> listen(net::HttpServerHandlers handlers) {
        net::HttpServerSettings settings;
        settings.listen = *base::SocketAddress::parse("127.0.0.1:0");
        auto made = net::HttpServer::listen(loop, std::move(settings), std::move(handlers));
        REQUIRE(made);
        return std::move(*made);
    }
    net::Url url(const std::string& rest) const { return *net::Url::parse("http://" + front->localAddress().toString() + rest); }
    net::HttpResponse ask(const std::string& method, const std::string& rest, net::Headers headers = {}, std::string body = {}) {
        net::HttpCall call;
        call.method = method;
        call.url = url(rest);
        call.headers = std::move(headers);
        call.body = std::move(body);
        std::optional<base::Result<net::HttpResponse>> got;
        auto pending = net::sendHttp(loop, std::move(call), [&](auto result) { got.emplace(std::move(result)); });
        REQUIRE(loop.runUntil([&] { return got.has_value(); }, 20s));
        REQUIRE(*got);
        return **got;
    }
};

}  // namespace

TEST_CASE("a request arrives as it came: path, query, body, name, who asks; the answer goes back", "[replica]") {
    Doors doors;
    doors.answer = [](net::Respond respond) {
        respond({304, {{"etag", "\"x\""}, {"content-type", "text/calendar"}}, ""});
    };
    const auto got = doors.ask("GET", "/api/v1/a%20b?q=1%2F2&r=", {{"authorization", "Bearer x"}, {"origin", "http://evil.example"}, {"accept", "a"}});
    CHECK(got.status == 304);
    CHECK(got.header("etag") == "\"x\"");
    REQUIRE(doors.came);
    CHECK(doors.came->target == "/api/v1/a%20b?q=1%2F2&r=");
    CHECK(doors.came->path == "/api/v1/a b");
    CHECK(doors.came->header("authorization") == "Bearer x");
    CHECK(doors.came->header("origin") == "http://evil.example");
    CHECK(doors.came->header("host") == doors.front->localAddress().toString());
    CHECK(doors.came->remote.ip == *base::IpAddress::parse("127.0.0.1"));
    CHECK_FALSE(doors.came->secure);
    for (const auto& [name, value] : doors.came->headers) CHECK_FALSE(name.starts_with("parlour-pass-"));

    doors.answer = [](net::Respond respond) { respond(net::HttpResponse::json(409, R"({"code":"x"})")); };
    const auto posted = doors.ask("POST", "/api/v1/x", {{"content-type", "application/json"}}, "{\"b\":2}");
    CHECK(posted.status == 409);
    CHECK(posted.body == R"({"code":"x"})");
    CHECK(doors.came->body == "{\"b\":2}");
    CHECK(doors.came->method == "POST");
    CHECK(doors.passing.stats().requests == 2);
}

TEST_CASE("who writes the headers of passing on themselves gains nothing by it", "[replica]") {
    Doors doors;
    doors.ask("GET", "/", {{"parlour-pass-key", "guessed"}, {"parlour-pass-for", "9.9.9.9:9"}, {"parlour-pass-host", "other"}, {"parlour-pass-secure", "1"}});
    REQUIRE(doors.came);
    CHECK(doors.came->remote.ip.isLoopback());
    CHECK(doors.came->header("host") == doors.front->localAddress().toString());
    CHECK_FALSE(doors.came->secure);

    net::HttpRequest direct;
    direct.headers = {{"parlour-pass-key", "guessed"}, {"parlour-pass-for", "9.9.9.9:9"}};
    CHECK_FALSE(passedOn(direct, "secret"));
    direct.headers["parlour-pass-key"] = "";
    CHECK_FALSE(passedOn(direct, ""));   // nobody holds the claim: no key fits
    direct.headers["parlour-pass-key"] = "secret";
    CHECK(passedOn(direct, "secret"));
    CHECK_FALSE(isAdminLine(direct));
    direct.headers["parlour-pass-for"] = "nobody";
    CHECK_FALSE(passedOn(direct, "secret"));
}

TEST_CASE("a line of the admin socket is passed on as one; whatever is asked at the door is none", "[replica]") {
    Doors doors;
    for (const char* path : {"/parlour/admin", "/parlour/%61dmin"}) {
        doors.ask("POST", path, {{"content-type", "application/json"}, {"parlour-pass-admin", "1"}}, R"({"command":"room.create"})");
        REQUIRE(doors.came);
        CHECK_FALSE(doors.admin);
    }
    std::optional<std::string> answered;
    doors.passing.admin(R"({"command":"ping"})", [&](std::string line) { answered = std::move(line); });
    REQUIRE(doors.loop.runUntil([&] { return answered.has_value(); }, 30s));
    CHECK(doors.admin);
    CHECK(doors.came->body == R"({"command":"ping"})");
}

TEST_CASE("where nobody runs the house, or nobody answers there, it is said so that one asks again", "[replica]") {
    Doors doors;
    const auto address = doors.behind->localAddress();
    doors.passing.setTarget(std::nullopt);
    const auto moving = doors.ask("POST", "/api/v1/x", {}, "{}");
    CHECK(moving.status == 503);
    CHECK(moving.header("retry-after") == "1");
    CHECK(moving.body.find("\"house_moved\"") != std::string::npos);
    doors.behind.reset();
    doors.passing.setTarget(PassTarget{address, "secret"});
    CHECK(doors.ask("POST", "/api/v1/x", {}, "{}").status == 503);
    CHECK(doors.passing.stats().refused == 2);
}

TEST_CASE("who waits for one that hangs is told to ask again when another takes over", "[replica]") {
    Doors doors;
    std::vector<net::Respond> hanging;
    doors.answer = [&](net::Respond respond) { hanging.push_back(std::move(respond)); };
    std::vector<net::Upgrade> undecided;
    doors.open = [&](net::Upgrade upgrade) { undecided.push_back(std::move(upgrade)); };
    std::vector<int> statuses;
    std::vector<net::Pending> pending;
    for (const char* method : {"GET", "POST"}) {
        net::HttpCall call;
        call.method = method;
        call.url = doors.url("/api/v1/x");
        pending.push_back(net::sendHttp(doors.loop, std::move(call), [&](auto result) { statuses.push_back(result ? result->status : 0); }));
    }
    std::optional<net::WebSocketRefusal> refused;
    pending.push_back(doors.knock(refused));
    REQUIRE(doors.loop.runUntil([&] { return hanging.size() == 2 && undecided.size() == 1; }, 20s));
    doors.passing.setTarget(PassTarget{*base::SocketAddress::parse("127.0.0.1:9"), "next"});
    REQUIRE(doors.loop.runUntil([&] { return statuses.size() == 2 && refused; }, 20s));
    std::sort(statuses.begin(), statuses.end());
    CHECK(statuses == std::vector<int>{502, 503});   // the POST was perhaps done
    CHECK(refused->status == 503);
}

TEST_CASE("what was perhaps done is not said to be undone", "[replica]") {
    Doors doors;
    bool killed = false;
    doors.answer = [&](net::Respond) {
        if (!std::exchange(killed, true)) doors.loop.post([&] { doors.behind.reset(); });
    };
    const auto got = doors.ask("POST", "/api/v1/x", {}, "{}");
    // The respond that was dropped answers 500 where the connection is still there.
    CHECK((got.status == 502 || got.status == 500));
    CHECK(got.header("retry-after").empty());
}

TEST_CASE("a WebSocket is passed on both ways, with texts, bytes and the reason of its end", "[replica]") {
    Doors doors;
    std::shared_ptr<net::WebSocket> there;
    std::vector<std::string> heard;
    doors.open = [&](net::Upgrade upgrade) {
        there = upgrade.accept();
        there->onText([&](std::string_view text) { heard.emplace_back(text); });
        there->onMessage([&](std::span<const std::byte> bytes) { heard.push_back("bytes " + std::to_string(bytes.size())); });
    };
    const auto open = [&](std::shared_ptr<net::WebSocket>& here, std::optional<net::WebSocketRefusal>& refused) {
        net::WebSocketRequest request;
        request.url = doors.url("/rtc?access_token=t");
        net::WebSocketAnswers answers;
        answers.onOpen = [&](auto socket) { here = std::move(socket); };
        answers.onRefused = [&](auto refusal) { refused = std::move(refusal); };
        auto pending = net::connectWebSocket(doors.loop, std::move(request), std::move(answers));
        REQUIRE(doors.loop.runUntil([&] { return here || refused; }, 20s));
    };
    std::shared_ptr<net::WebSocket> here;
    std::optional<net::WebSocketRefusal> refused;
    open(here, refused);
    REQUIRE(here);
    CHECK(doors.came->target == "/rtc?access_token=t");
    std::vector<std::string> back;
    int code = 0;
    here->onText([&](std::string_view text) { back.emplace_back(text); });
    here->onMessage([&](std::span<const std::byte> bytes) { back.push_back("bytes " + std::to_string(bytes.size())); });
    here->onClosed([&](int c, std::string) { code = c; });
    here->sendText("one");
    here->send(base::asBytes(std::string_view("four")));
    REQUIRE(doors.loop.runUntil([&] { return heard.size() == 2; }, 20s));
    CHECK(heard == std::vector<std::string>{"one", "bytes 4"});
    there->send(base::asBytes(std::string_view("12345")));
    there->sendText("two");
    REQUIRE(doors.loop.runUntil([&] { return back.size() == 2; }, 20s));
    CHECK(back == std::vector<std::string>{"bytes 5", "two"});
    CHECK(doors.passing.stats().open == 1);
    there->close(4001, "enough");
    REQUIRE(doors.loop.runUntil([&] { return code != 0; }, 20s));
    CHECK(code == 4001);
    CHECK(doors.passing.stats().open == 0);

    // The one behind dies without a word.
    here.reset();
    code = 0;
    open(here, refused);
    REQUIRE(here);
    here->onClosed([&](int c, std::string) { code = c; });
    here->onMessage([](auto) {});
    doors.behind.reset();
    REQUIRE(doors.loop.runUntil([&] { return code != 0; }, 20s));
    CHECK(code >= 1001);
    here.reset();
    open(here, refused);
    REQUIRE(refused);
    CHECK(refused->status == 503);
    CHECK(refused->retryAfterS == 1);
}

TEST_CASE("a refused WebSocket is refused in the same words", "[replica]") {
    Doors doors;
    doors.open = [](net::Upgrade upgrade) {
        auto response = net::HttpResponse::json(503, R"({"code":"arriving"})");
        response.headers["retry-after"] = "7";
        upgrade.refuse(std::move(response));
    };
    std::optional<net::WebSocketRefusal> refused;
    auto pending = doors.knock(refused);
    REQUIRE(doors.loop.runUntil([&] { return refused.has_value(); }, 20s));
    CHECK(refused->status == 503);
    CHECK(refused->body == R"({"code":"arriving"})");
    CHECK(refused->retryAfterS == 7);
}
