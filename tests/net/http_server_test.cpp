// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include "tests/support/catch.h"
#include "tests/support/net_lab.h"

using namespace parlour;
using namespace parlour::net;
using namespace std::chrono_literals;
using tests::NetLab;

namespace {

struct Server {
    NetLab& lab;
    std::vector<HttpRequest> seen;
    std::vector<Respond> waiting;
    std::unique_ptr<HttpServer> http;

    explicit Server(NetLab& l, Limits limits = {}, const char* ip = "127.0.0.1") : lab(l) {
        auto result = HttpServer::listen(lab.loop, {NetLab::anyPort(ip), std::nullopt, limits},
                                         {[this](const HttpRequest& r, Respond respond) { handle(r, std::move(respond)); }, {}});
        REQUIRE(result);
        http = std::move(*result);
    }
    void handle(const HttpRequest& request, Respond respond) {
        seen.push_back(request);
        if (request.path == "/wait") return waiting.push_back(std::move(respond));
        if (request.path == "/drop") return;
        if (request.path == "/big") return respond(HttpResponse::text(200, std::string(3'000'000, 'b')));
        respond(HttpResponse::text(200, request.method + " " + request.path + " " + request.body));
    }
    base::SocketAddress at() const { return http->localAddress(); }
};

std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n"; }

}  // namespace

TEST_CASE("a request gets its answer, with the port the system chose", "[net][http]") {
    NetLab lab;
    Server server(lab);
    CHECK(server.at().port != 0);
    HttpCall call;
    call.method = "POST";
    call.url = NetLab::urlOf(*server.http, "/a%20b?x=1");
    call.headers["x-own"] = "mine";
    call.body = "body";
    const auto answer = lab.ask(std::move(call));
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == "POST /a b body");
    CHECK(answer->headers.count("server") == 0);
    REQUIRE(server.seen.size() == 1);
    CHECK(server.seen[0].query.at("x") == "1");
    CHECK(server.seen[0].header("x-own") == "mine");
    CHECK(server.seen[0].header("host") == server.at().toString());
    CHECK(server.seen[0].remote.ip.isLoopback());
    CHECK_FALSE(server.seen[0].secure);
}

TEST_CASE("the server listens on IPv6 too", "[net][http]") {
    NetLab lab;
    Server server(lab, {}, "::1");
    const auto answer = lab.get(NetLab::urlOf(*server.http, "/six"));
    REQUIRE(answer);
    CHECK(answer->body == "GET /six ");
}

TEST_CASE("several requests on one connection are answered in order, also when sent at once", "[net][http]") {
    NetLab lab;
    Server server(lab);
    const auto peer = lab.raw(server.at());
    peer->say(get("/1") + get("/2") + "HEAD /3 HTTP/1.1\r\nHost: h\r\n\r\n" + get("/4"));
    REQUIRE(lab.until([&] { return peer->has("GET /4 "); }));
    CHECK(peer->got.find("GET /1 ") < peer->got.find("GET /2 "));
    CHECK_FALSE(peer->has("GET /3 "));
    REQUIRE(server.seen.size() == 4);
    CHECK(server.seen[2].isHead);
    CHECK(server.http->counters().accepted == 1);
    peer->say("GET /5 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    REQUIRE(lab.until([&] { return peer->closed; }));
    CHECK(peer->has("connection: close"));
}

TEST_CASE("an answer may come later and from another thread, and counts once", "[net][http]") {
    NetLab lab;
    Server server(lab);
    const auto peer = lab.raw(server.at());
    peer->say(get("/wait"));
    REQUIRE(lab.until([&] { return server.waiting.size() == 1; }));
    std::thread([respond = server.waiting[0]] {
        respond(HttpResponse::text(201, "first"));
        respond(HttpResponse::text(500, "second"));
    }).join();
    REQUIRE(lab.until([&] { return peer->has("first"); }));
    peer->say(get("/after"));
    REQUIRE(lab.until([&] { return peer->has("GET /after "); }));
    CHECK_FALSE(peer->has("second"));
}

TEST_CASE("a handler that forgets to answer or takes too long does not hang the client", "[net][http]") {
    NetLab lab;
    Limits limits;
    limits.answerTime = 50ms;
    Server server(lab, limits);
    const auto status = [&](const char* path) {
        const auto answer = lab.get(NetLab::urlOf(*server.http, path));
        INFO((answer ? std::string() : base::describe(answer.error())));
        REQUIRE(answer);
        return answer->status;
    };
    CHECK(status("/drop") == 500);
    CHECK(status("/wait") == 503);
    server.waiting.at(0)(HttpResponse::text(200, "too late"));
    CHECK(status("/fine") == 200);
}

TEST_CASE("a body of the limit is taken, one byte more is answered 413", "[net][http]") {
    NetLab lab;
    Limits limits;
    limits.bodyBytes = 100'000;
    Server server(lab, limits);
    const auto post = [&](std::size_t size) {
        HttpCall call;
        call.method = "POST";
        call.url = NetLab::urlOf(*server.http, "/p");
        call.body = std::string(size, 'x');
        const auto answer = lab.ask(std::move(call));
        return answer ? answer->status : 0;
    };
    CHECK(post(100'000) == 200);
    CHECK(post(100'001) == 413);
    CHECK(server.http->counters().badRequests == 1);
}

TEST_CASE("T37 a header or a body that does not arrive in time is answered 408", "[net][http][T37]") {
    NetLab lab;
    Limits limits;
    limits.headerTime = 40ms;
    limits.bodyTime = 40ms;
    Server server(lab, limits);
    const auto header = lab.raw(server.at());
    header->say("GET / HTTP/1.1\r\nHo");
    REQUIRE(lab.until([&] { return header->closed; }));
    CHECK(header->has("HTTP/1.1 408 "));
    const auto body = lab.raw(server.at());
    body->say("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhel");
    REQUIRE(lab.until([&] { return body->closed; }));
    CHECK(body->has("HTTP/1.1 408 "));
    const auto silent = lab.raw(server.at());
    REQUIRE(lab.until([&] { return silent->closed; }));
    CHECK(silent->got.empty());
}

TEST_CASE("T37 a connection that is idle for too long is closed", "[net][http][T37]") {
    NetLab lab;
    Limits limits;
    limits.idleTime = 40ms;
    Server server(lab, limits);
    const auto peer = lab.raw(server.at());
    peer->say(get("/x"));
    REQUIRE(lab.until([&] { return peer->closed; }));
    CHECK(peer->has("GET /x "));
}

TEST_CASE("T37 one address gets as many connections as the limit says, not one more", "[net][http][T37]") {
    NetLab lab;
    Limits limits;
    limits.connectionsPerIp = 4;
    Server server(lab, limits);
    std::vector<std::unique_ptr<tests::RawPeer>> peers;
    for (int i = 0; i < 4; ++i) peers.push_back(lab.raw(server.at()));
    peers.back()->say(get("/fourth"));
    REQUIRE(lab.until([&] { return peers.back()->has("GET /fourth "); }));
    const auto fifth = lab.raw(server.at());
    REQUIRE(lab.until([&] { return fifth->closed; }));
    CHECK(fifth->got.empty());
    CHECK(server.http->counters().refusedByLimit == 1);
    CHECK(server.http->counters().open == 4);
    // One goes, one may come.
    peers.pop_back();
    REQUIRE(lab.until([&] { return server.http->counters().open == 3; }));
    CHECK(lab.get(NetLab::urlOf(*server.http, "/again"))->status == 200);

    limits.connectionsPerIp = 0;
    Server unlimited(lab, limits);
    std::vector<std::unique_ptr<tests::RawPeer>> many;
    for (int i = 0; i < 100; ++i) many.push_back(lab.raw(unlimited.at()));
    REQUIRE(lab.until([&] { return unlimited.http->counters().open == 100; }));
}

TEST_CASE("bad requests are answered 400 and 431 and end the connection", "[net][http]") {
    NetLab lab;
    Limits limits;
    limits.headerBytes = 1000;
    Server server(lab, limits);
    const auto answerTo = [&](const std::string& text) {
        const auto peer = lab.raw(server.at());
        peer->say(text);
        REQUIRE(lab.until([&] { return peer->closed; }));
        return peer->got.substr(0, 13);
    };
    CHECK(answerTo("nonsense\r\n\r\n") == "HTTP/1.1 400 ");
    CHECK(answerTo("GET /%00 HTTP/1.1\r\nHost: h\r\n\r\n") == "HTTP/1.1 400 ");
    CHECK(answerTo("GET / HTTP/1.1\r\n\r\n") == "HTTP/1.1 400 ");
    CHECK(answerTo("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(1000, 'x')) == "HTTP/1.1 431 ");
    CHECK(server.seen.empty());
}

TEST_CASE("100-continue is answered before the body comes", "[net][http]") {
    NetLab lab;
    Server server(lab);
    const auto peer = lab.raw(server.at());
    peer->say("POST /c HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    REQUIRE(lab.until([&] { return peer->has("100 Continue"); }));
    peer->say("ok");
    REQUIRE(lab.until([&] { return peer->has("POST /c ok"); }));
}

TEST_CASE("T37 who asks again and again without reading the answers is dropped", "[net][http][T37]") {
    NetLab lab;
    Server server(lab);
    const auto peer = lab.raw(server.at());
    peer->stream->setReading(false);
    std::string requests;
    for (int i = 0; i < 20; ++i) requests += get("/big");
    peer->say(requests);
    REQUIRE(lab.until([&] { return server.http->counters().slowReaders == 1; }));
    CHECK(server.http->counters().requests < 20);
}

TEST_CASE("draining answers what is running, refuses what is new and tells when it is done", "[net][http]") {
    NetLab lab;
    Server server(lab);
    const auto address = server.at();
    const auto idle = lab.raw(address);
    idle->say(get("/idle"));
    REQUIRE(lab.until([&] { return idle->has("GET /idle "); }));
    const auto busy = lab.raw(address);
    busy->say(get("/wait"));
    REQUIRE(lab.until([&] { return server.waiting.size() == 1; }));
    bool done = false;
    server.http->drain(10s, [&] { done = true; });
    REQUIRE(lab.until([&] { return idle->closed; }));
    CHECK_FALSE(done);
    const auto refused = lab.get(*Url::parse("http://" + address.toString() + "/new"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == base::ErrorKind::unreachable);
    server.waiting[0](HttpResponse::text(200, "last words"));
    REQUIRE(lab.until([&] { return done && busy->closed; }));
    CHECK(busy->has("last words"));
    CHECK(busy->has("connection: close"));
}

TEST_CASE("draining ends after its time although somebody holds on", "[net][http]") {
    NetLab lab;
    Server server(lab);
    const auto busy = lab.raw(server.at());
    busy->say(get("/wait"));
    REQUIRE(lab.until([&] { return server.waiting.size() == 1; }));
    bool done = false;
    server.http->drain(30ms, [&] { done = true; });
    REQUIRE(lab.until([&] { return done && busy->closed; }));
}

TEST_CASE("a port that is taken is refused with a sentence that names it", "[net][http]") {
    NetLab lab;
    Server server(lab);
    const auto second = HttpServer::listen(lab.loop, {server.at(), std::nullopt, {}}, {});
    REQUIRE_FALSE(second);
    CHECK(second.error().kind == base::ErrorKind::unavailable);
    CHECK(second.error().code == "listen_failed");
    CHECK(second.error().message.find(server.at().toString()) != std::string::npos);
    CHECK_FALSE(second.error().advice.empty());
}

TEST_CASE("every way of not reaching a server has its own sentence", "[net][http]") {
    NetLab lab;
    // A port nobody listens on: one that was just ours.
    base::SocketAddress free;
    {
        Server server(lab);
        free = server.at();
    }
    const auto refused = lab.get(*Url::parse("http://" + free.toString()));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == base::ErrorKind::unreachable);
    CHECK(refused.error().code == "connection_refused");
    CHECK(refused.error().message.find("127.0.0.1") != std::string::npos);
    CHECK_FALSE(refused.error().advice.empty());

    const auto unknown = lab.get(*Url::parse("http://no-such-host.invalid/"));
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().code == "name_not_found");
    CHECK(unknown.error().message.find("no-such-host.invalid") != std::string::npos);

    Server server(lab);
    HttpCall slow;
    slow.url = NetLab::urlOf(*server.http, "/wait");
    slow.timeout = 50ms;
    const auto late = lab.ask(std::move(slow));
    REQUIRE_FALSE(late);
    CHECK(late.error().code == "answer_timeout");

    HttpCall big;
    big.url = NetLab::urlOf(*server.http, "/big");
    big.maxBody = 3'000'000;
    CHECK(lab.ask(big)->body.size() == 3'000'000);
    big.maxBody = 2'999'999;
    CHECK(lab.ask(big).error().code == "answer_too_long");
}

TEST_CASE("a call that is given up calls nobody", "[net][http]") {
    NetLab lab;
    Server server(lab);
    bool answered = false;
    {
        HttpCall call;
        call.url = NetLab::urlOf(*server.http, "/wait");
        auto pending = sendHttp(lab.loop, std::move(call), [&](auto) { answered = true; });
        REQUIRE(lab.until([&] { return server.waiting.size() == 1; }));
    }
    REQUIRE(lab.until([&] { return server.http->counters().open == 1; }));
    server.waiting[0](HttpResponse::text(200, "nobody hears"));
    REQUIRE(lab.until([&] { return server.http->counters().open == 0; }));
    CHECK_FALSE(answered);
}
