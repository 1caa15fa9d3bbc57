// SPDX-License-Identifier: Apache-2.0
#include "core/net/ws_codec.h"
#include "tests/support/catch.h"
#include "tests/support/net_lab.h"

using namespace parlour;
using namespace parlour::net;
using namespace std::chrono_literals;
using base::asBytes;
using base::asText;
using tests::NetLab;
using tests::Seen;

namespace {

/// Accepts every upgrade but /no; /later is decided by the test.
struct Server {
    NetLab& lab;
    std::vector<std::unique_ptr<Seen>> seen;
    std::vector<Upgrade> undecided;
    std::vector<HttpRequest> requests;
    bool echo = false;
    bool text = true;
    std::unique_ptr<HttpServer> http;

    explicit Server(NetLab& l, Limits limits = {}) : lab(l) {
        auto result = HttpServer::listen(
            lab.loop, {NetLab::anyPort(), std::nullopt, limits},
            {{}, [this](const HttpRequest& request, Upgrade upgrade) { decide(request, std::move(upgrade)); }});
        REQUIRE(result);
        http = std::move(*result);
    }
    void decide(const HttpRequest& request, Upgrade upgrade) {
        requests.push_back(request);
        if (request.path == "/later") return undecided.push_back(std::move(upgrade));
        if (request.path == "/no") {
            auto response = HttpResponse::text(404, "not here");
            response.headers["access-control-allow-origin"] = "*";
            return upgrade.refuse(std::move(response));
        }
        accept(upgrade);
    }
    Seen& accept(const Upgrade& upgrade) {
        auto& end = *seen.emplace_back(std::make_unique<Seen>());
        end.watch(upgrade.accept(), text);
        if (echo) {
            end.channel->onMessage([&end](base::ByteView m) {
                end.messages.push_back(base::toBytes(m));
                end.channel->send(m);
            });
            end.channel->onText([&end](std::string_view t) { end.channel->sendText(t); });
        }
        return end;
    }
    WebSocketRequest request(const std::string& path = "/ws") const {
        WebSocketRequest out;
        out.url = NetLab::urlOf(*http, path, "ws");
        return out;
    }
};

std::string handshake(const std::string& path = "/ws") {
    return "GET " + path +
           " HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
           "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
}

constexpr std::array<std::byte, 4> kMask{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};

std::string masked(WsOpcode opcode, std::string_view payload) {
    return std::string(asText(encodeFrame(opcode, asBytes(payload), kMask)));
}

}  // namespace

TEST_CASE("binary messages and text come back from an echo, in order", "[net][ws]") {
    NetLab lab;
    Server server(lab);
    server.echo = true;
    auto request = server.request("/ws?x=1");
    request.headers["Authorization"] = "Bearer t";
    const auto opened = lab.open(std::move(request));
    REQUIRE(opened.channel);
    Seen client;
    client.watch(opened.channel);
    for (const std::size_t size : {0u, 1u, 125u, 126u, 65535u, 65536u, 200'000u})
        opened.channel->send(base::Bytes(size, std::byte{7}));
    opened.channel->sendText("gr\xc3\xbc\xc3\x9f");
    REQUIRE(lab.until([&] { return client.messages.size() == 7 && client.texts.size() == 1; }));
    CHECK(client.messages[6] == base::Bytes(200'000, std::byte{7}));
    CHECK(client.texts[0] == "gr\xc3\xbc\xc3\x9f");
    CHECK(server.seen.at(0)->channel->sawText());
    CHECK(server.requests.at(0).header("authorization") == "Bearer t");
    CHECK(server.requests.at(0).query.at("x") == "1");
    CHECK(server.http->counters().upgrades == 1);
}

TEST_CASE("no extension is agreed on, whatever is offered", "[net][ws][T35]") {
    NetLab lab;
    Server server(lab);
    const auto peer = lab.raw(server.http->localAddress());
    peer->say(handshake());
    REQUIRE(lab.until([&] { return peer->has("\r\n\r\n"); }));
    CHECK(peer->has("HTTP/1.1 101 "));
    CHECK(peer->has("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    CHECK_FALSE(peer->has("extensions"));
    CHECK_FALSE(peer->has("deflate"));
}

TEST_CASE("a ping is answered with the same payload, and we ping ourselves", "[net][ws]") {
    NetLab lab;
    Limits limits;
    limits.pingInterval = 20ms;
    Server server(lab, limits);
    const auto peer = lab.raw(server.http->localAddress());
    peer->say(handshake() + masked(WsOpcode::ping, "are you there"));
    REQUIRE(lab.until([&] { return peer->has("\x8a\x0d" "are you there"); }));
    REQUIRE(lab.until([&] { return peer->has(std::string("\x89\0", 2)); }));
}

TEST_CASE("whoever talks by itself is not pinged", "[net][ws]") {
    NetLab lab;
    Limits limits;
    limits.pingInterval = 500ms;
    Server server(lab, limits);
    const auto peer = lab.raw(server.http->localAddress());
    peer->say(handshake());
    REQUIRE(lab.until([&] { return server.seen.size() == 1; }));
    const auto isPinged = [&] { return peer->has(std::string("\x89\0", 2)); };
    for (int i = 0; i < 60; ++i) {   // 1.2 s
        peer->say(masked(WsOpcode::binary, "x"));
        CHECK_FALSE(lab.loop.runUntil(isPinged, 20ms));
    }
    CHECK(lab.until(isPinged));
}

TEST_CASE("who says nothing at all is dropped, who answers pings stays", "[net][ws][T37]") {
    NetLab lab;
    Limits limits;
    limits.pingInterval = 10ms;
    limits.idleTime = 80ms;
    limits.controlFramesPerSecond = 1000;
    Server server(lab, limits);
    auto request = server.request();
    request.limits.controlFramesPerSecond = 1000;
    const auto opened = lab.open(std::move(request));
    Seen client;
    client.watch(opened.channel);
    const auto dead = lab.raw(server.http->localAddress());
    dead->say(handshake());
    REQUIRE(lab.until([&] { return server.seen.size() == 2 && server.seen[1]->code; }));
    CHECK(*server.seen[1]->code == 1001);
    CHECK_FALSE(server.seen[0]->code);
    CHECK_FALSE(client.code);
}

TEST_CASE("a refused upgrade gives its status, headers and body", "[net][ws]") {
    NetLab lab;
    Server server(lab);
    const auto refused = lab.open(server.request("/no"));
    REQUIRE(refused.refusal);
    CHECK(refused.refusal->status == 404);
    CHECK(refused.refusal->body == "not here");
    CHECK(refused.refusal->error.kind == base::ErrorKind::refused);
    CHECK(refused.refusal->error.code == "upgrade_refused");
    const auto peer = lab.raw(server.http->localAddress());
    peer->say(handshake("/no"));
    REQUIRE(lab.until([&] { return peer->has("not here"); }));
    CHECK(peer->has("HTTP/1.1 404 "));
    CHECK(peer->has("access-control-allow-origin: *\r\n"));
}

TEST_CASE("an upgrade may be decided later; early messages wait", "[net][ws]") {
    NetLab lab;
    Server server(lab);
    const auto peer = lab.raw(server.http->localAddress());
    peer->say(handshake("/later") + masked(WsOpcode::binary, "early"));
    REQUIRE(lab.until([&] { return server.undecided.size() == 1; }));
    CHECK(peer->got.empty());
    auto& end = server.accept(server.undecided[0]);
    end.channel->send(asBytes("welcome"));
    REQUIRE(lab.until([&] { return end.messages.size() == 1 && peer->has("welcome"); }));
    CHECK(asText(end.messages[0]) == "early");
    // A second decision changes nothing.
    server.undecided[0].refuse(HttpResponse::text(403, "changed my mind"));
    peer->say(masked(WsOpcode::binary, "still open"));
    REQUIRE(lab.until([&] { return end.messages.size() == 2; }));
    CHECK_FALSE(peer->has("403"));
}

TEST_CASE("an upgrade that nobody decides is answered 500, one that comes too late 503", "[net][ws]") {
    NetLab lab;
    Limits limits;
    limits.answerTime = 50ms;
    Server server(lab, limits);
    const auto forgotten = lab.raw(server.http->localAddress());
    forgotten->say(handshake("/later"));
    REQUIRE(lab.until([&] { return server.undecided.size() == 1; }));
    server.undecided.clear();
    REQUIRE(lab.until([&] { return forgotten->has("HTTP/1.1 500 "); }));
    const auto late = lab.raw(server.http->localAddress());
    late->say(handshake("/later"));
    REQUIRE(lab.until([&] { return late->has("HTTP/1.1 503 "); }));
    auto& end = server.accept(server.undecided.at(0));
    REQUIRE(lab.until([&] { return end.code.has_value(); }));
    CHECK(*end.code == 1006);
}

TEST_CASE("handshakes that are none are refused", "[net][ws]") {
    NetLab lab;
    Server server(lab);
    const auto answerTo = [&](std::string text, const std::string& from, const std::string& to) {
        text.replace(text.find(from), from.size(), to);
        const auto peer = lab.raw(server.http->localAddress());
        peer->say(text);
        REQUIRE(lab.until([&] { return peer->has("\r\n\r\n"); }));
        return peer->got.substr(9, 3);
    };
    CHECK(answerTo(handshake(), "Version: 13", "Version: 8") == "426");
    CHECK(answerTo(handshake(), "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZQ==") == "400");
    CHECK(answerTo(handshake(), "dGhlIHNhbXBsZSBub25jZQ==", "not base64 at all!!!") == "400");
    CHECK(answerTo(handshake(), "GET ", "PUT ") == "400");
    CHECK(answerTo(handshake(), "Upgrade: websocket", "Upgrade: h2c") == "404");
    CHECK(server.requests.empty());
}

TEST_CASE("a close carries code and reason to the other side, whoever closes", "[net][ws]") {
    NetLab lab;
    Server server(lab);
    for (const bool fromServer : {true, false}) {
        const auto opened = lab.open(server.request());
        Seen client;
        client.watch(opened.channel);
        REQUIRE(lab.until([&] { return !server.seen.empty(); }));
        auto& end = *server.seen.back();
        (fromServer ? end : client).channel->send(asBytes("last"));
        (fromServer ? end : client).channel->close(4001, "bye");
        REQUIRE(lab.until([&] { return client.code && end.code; }));
        CHECK(*client.code == 4001);
        CHECK(*end.code == 4001);
        CHECK((fromServer ? client : end).reason == "bye");
        CHECK((fromServer ? client : end).messages.size() == 1);
        server.seen.clear();
    }
    REQUIRE(lab.until([&] { return server.http->counters().open == 0; }));
}

TEST_CASE("letting go of a channel closes it in order", "[net][ws]") {
    NetLab lab;
    Server server(lab);
    auto opened = lab.open(server.request());
    opened.channel->send(asBytes("before"));
    opened.channel.reset();
    REQUIRE(lab.until([&] { return !server.seen.empty() && server.seen[0]->code; }));
    CHECK(*server.seen[0]->code == 1000);
    CHECK(server.seen[0]->messages.size() == 1);
}

TEST_CASE("a connection that breaks is seen as 1006", "[net][ws]") {
    NetLab lab;
    Server server(lab);
    auto peer = lab.raw(server.http->localAddress());
    peer->say(handshake());
    REQUIRE(lab.until([&] { return server.seen.size() == 1; }));
    peer.reset();
    REQUIRE(lab.until([&] { return server.seen[0]->code.has_value(); }));
    CHECK(*server.seen[0]->code == 1006);
}

TEST_CASE("T33 two MiB pass, one byte more closes with 1009 on both ends", "[net][ws][T33]") {
    NetLab lab;
    Server server(lab);
    const auto send = [&](std::size_t size) {
        auto request = server.request();
        request.limits.sendQueueBytes = 8 * 1024 * 1024;
        const auto opened = lab.open(std::move(request));
        auto client = std::make_unique<Seen>();
        client->watch(opened.channel);
        opened.channel->send(base::Bytes(size, std::byte{1}));
        lab.until([&] { return client->code || (!server.seen.empty() && !server.seen.back()->messages.empty()); });
        return client->code.value_or(0);
    };
    CHECK(send(2 * 1024 * 1024) == 0);
    server.seen.clear();
    CHECK(send(2 * 1024 * 1024 + 1) == 1009);
    CHECK(server.seen.back()->messages.empty());
    CHECK(*server.seen.back()->code == 1009);
}

TEST_CASE("T33 our own client does not swallow a message of two MiB and a byte either", "[net][ws][T33]") {
    NetLab lab;
    Limits limits;
    limits.sendQueueBytes = 8 * 1024 * 1024;
    Server server(lab, limits);
    const auto opened = lab.open(server.request());
    Seen client;
    client.watch(opened.channel);
    REQUIRE(lab.until([&] { return server.seen.size() == 1; }));
    server.seen[0]->channel->send(base::Bytes(2 * 1024 * 1024 + 1));
    REQUIRE(lab.until([&] { return client.code.has_value(); }));
    CHECK(*client.code == 1009);
    CHECK(client.messages.empty());
}

TEST_CASE("T36 floods and broken frames close with their code, and the peer is told", "[net][ws][T36]") {
    NetLab lab;
    Server server(lab);
    const auto codeAfter = [&](const std::string& bytes) {
        const auto peer = lab.raw(server.http->localAddress());
        peer->say(handshake());
        REQUIRE(lab.until([&] { return peer->has("\r\n\r\n"); }));
        peer->got.clear();
        peer->say(bytes);
        REQUIRE(lab.until([&] { return peer->closed && server.seen.back()->code; }));
        const auto at = peer->got.find('\x88');
        REQUIRE(at != std::string::npos);
        const int told = (static_cast<unsigned char>(peer->got[at + 2]) << 8) | static_cast<unsigned char>(peer->got[at + 3]);
        CHECK(told == *server.seen.back()->code);
        return told;
    };
    std::string pings;
    for (int i = 0; i < 11; ++i) pings += masked(WsOpcode::ping, "");
    CHECK(codeAfter(pings) == 1008);
    std::string fragments = masked(WsOpcode::binary, "");
    fragments[0] = '\x02';
    for (int i = 0; i < 64; ++i) {
        auto more = masked(WsOpcode::continuation, "");
        more[0] = '\0';
        fragments += more;
    }
    CHECK(codeAfter(fragments) == 1008);
    CHECK(codeAfter(std::string("\x82\x01x", 3)) == 1002);
    CHECK(codeAfter(masked(WsOpcode::text, "\xff")) == 1007);
}

TEST_CASE("text without a receiver closes with 1003", "[net][ws]") {
    NetLab lab;
    Server server(lab);
    server.text = false;
    const auto opened = lab.open(server.request());
    Seen client;
    client.watch(opened.channel);
    opened.channel->sendText("{}");
    REQUIRE(lab.until([&] { return client.code.has_value(); }));
    CHECK(*client.code == 1003);
}

TEST_CASE("T37 a reader slower than the queue is dropped, and only that one", "[net][ws][T37]") {
    NetLab lab;
    Server server(lab);
    const auto slow = lab.raw(server.http->localAddress());
    slow->say(handshake());
    REQUIRE(lab.until([&] { return server.seen.size() == 1; }));
    slow->stream->setReading(false);
    const auto opened = lab.open(server.request());
    Seen quick;
    quick.watch(opened.channel);
    REQUIRE(lab.until([&] { return server.seen.size() == 2; }));
    const base::Bytes block(64 * 1024, std::byte{9});
    std::size_t sent = 0;
    while (!server.seen[0]->code && sent < 2000) {
        for (auto& end : server.seen) end->channel->send(block);
        ++sent;
        CHECK(server.seen[0]->channel->queuedBytes() <= Limits{}.sendQueueBytes);
        REQUIRE(lab.until([&] { return quick.messages.size() == sent; }));
    }
    REQUIRE(server.seen[0]->code);
    CHECK(*server.seen[0]->code == 1008);
    CHECK(server.seen[0]->reason == "slow reader");
    CHECK_FALSE(quick.code);
    CHECK(server.http->counters().slowReaders == 1);
}

TEST_CASE("one address opens as many WebSockets in a minute as the limit says, the next gets 429", "[net][ws][T37]") {
    NetLab lab;
    Limits limits;
    limits.webSocketConnectsPerMinute = 5;
    Server server(lab, limits);
    for (int i = 0; i < 5; ++i) CHECK(lab.open(server.request()).channel);
    const auto sixth = lab.open(server.request());
    REQUIRE(sixth.refusal);
    CHECK(sixth.refusal->status == 429);
}

TEST_CASE("stopping the server tells the clients", "[net][ws]") {
    NetLab lab;
    Server server(lab);
    const auto opened = lab.open(server.request());
    Seen client;
    client.watch(opened.channel);
    REQUIRE(lab.until([&] { return server.seen.size() == 1; }));
    server.http.reset();
    REQUIRE(lab.until([&] { return client.code && server.seen[0]->code; }));
    CHECK(*client.code == 1001);
}

TEST_CASE("a WebSocket to something else is refused in words", "[net][ws]") {
    NetLab lab;
    // Answers every HTTP request with 200: no WebSocket there.
    auto http = HttpServer::listen(lab.loop, {NetLab::anyPort(), std::nullopt, {}},
                                   {[](const HttpRequest&, Respond respond) { respond(HttpResponse::text(200, "hi")); }, {}});
    REQUIRE(http);
    WebSocketRequest request;
    request.url = NetLab::urlOf(**http, "/", "ws");
    const auto refused = lab.open(request);
    REQUIRE(refused.refusal);
    CHECK(refused.refusal->status == 404);
    request.url.port = 1;
    const auto closed = lab.open(request);
    REQUIRE(closed.refusal);
    CHECK(closed.refusal->status == 0);
    CHECK(closed.refusal->error.code == "connection_refused");
}
