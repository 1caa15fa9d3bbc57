// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "core/net/http_codec.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::net;

namespace {

struct Parsed {
    ParseState state;
    int status = 0;
    HttpRequest request;
    bool keepAlive = false;
    std::size_t left = 0;
};

Parsed parse(std::string bytes, std::size_t headerLimit = 16384, std::size_t bodyLimit = 1000, std::size_t chunk = SIZE_MAX) {
    HttpRequestParser parser(headerLimit, bodyLimit);
    std::string input;
    std::size_t at = 0;
    while (at < bytes.size() && parser.state() != ParseState::done && parser.state() != ParseState::failed) {
        const auto count = std::min(chunk, bytes.size() - at);
        input += bytes.substr(at, count);
        at += count;
        input.erase(0, parser.feed(base::asBytes(input)));
    }
    Parsed out{parser.state(), 0, {}, false, input.size()};
    if (out.state == ParseState::failed) out.status = parser.failureStatus();
    if (out.state == ParseState::done) {
        out.keepAlive = parser.keepAlive();
        out.request = parser.take();
    }
    return out;
}

}  // namespace

TEST_CASE("a request is read whole, however it is cut", "[net][http]") {
    const std::string text =
        "POST /api/v1/x%20y?a=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nX-Twice: a\r\nx-twice: b\r\n\r\nhelloGET";
    for (const std::size_t chunk : {std::size_t{1}, std::size_t{7}, SIZE_MAX}) {
        auto parsed = parse(text, 16384, 1000, chunk);
        REQUIRE(parsed.state == ParseState::done);
        CHECK(parsed.request.method == "POST");
        CHECK(parsed.request.body == "hello");
        CHECK(parsed.request.header("x-twice") == "a, b");
        CHECK(parsed.keepAlive);
        REQUIRE(splitTarget(parsed.request));
        CHECK(parsed.request.path == "/api/v1/x y");
        CHECK(parsed.request.query.at("a") == "1");
        if (chunk == SIZE_MAX) CHECK(parsed.left == 3);
    }
    const auto chunked = parse("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    REQUIRE(chunked.state == ParseState::done);
    CHECK(chunked.request.body == "abc");
    CHECK_FALSE(parse("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").keepAlive);
    CHECK(parse("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n").request.isHead);
}

TEST_CASE("bodies are taken up to the limit and refused above it, also in chunks", "[net][http]") {
    const auto post = [](std::size_t size) {
        return parse("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" + std::string(size, 'b'));
    };
    CHECK(post(1000).state == ParseState::done);
    CHECK(post(1001).status == 413);
    const auto chunked = [](std::size_t size) {
        char length[16];
        std::snprintf(length, sizeof length, "%zx", size);
        return parse("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(length) + "\r\n" +
                     std::string(size, 'b') + "\r\n0\r\n\r\n");
    };
    CHECK(chunked(1000).state == ParseState::done);
    CHECK(chunked(1001).status == 413);
}

TEST_CASE("headers are taken up to the limit and refused above it with 431", "[net][http]") {
    const auto get = [](std::size_t total) {
        const std::string start = "GET / HTTP/1.1\r\nHost: h\r\nX: ";
        return parse(start + std::string(total - start.size() - 4, 'x') + "\r\n\r\n", 4096);
    };
    CHECK(get(4096).state == ParseState::done);
    CHECK(get(4097).status == 431);
}

TEST_CASE("what two parsers could read differently is refused", "[net][http]") {
    for (const char* bad : {
             "GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
             "GET / HTTP/9.9\r\nHost: h\r\n\r\n",
             "GET /\r\nHost: h\r\n\r\n",
             "G\x01T / HTTP/1.1\r\nHost: h\r\n\r\n",
             "GET / HTTP/1.1\r\nHost : h\r\n\r\n",
             "GET / HTTP/1.1\nHost: h\n\n",
             "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
             "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
             "GET / HTTP/1.1\r\nHost: h\r\nX: a\x01z\r\n\r\n",
             "\x16\x03\x01\x02\x01\xfc\x03\x03 a TLS hello on a plain port",
         }) {
        INFO(bad);
        CHECK(parse(bad).state == ParseState::failed);
    }
    // One Host, not two and not none.
    for (const char* bad : {"GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"}) {
        auto parsed = parse(bad);
        CHECK((parsed.state == ParseState::failed || !splitTarget(parsed.request)));
    }
}

TEST_CASE("targets are decoded strictly", "[net][http]") {
    const auto split = [](const char* target) {
        HttpRequest request;
        request.target = target;
        return splitTarget(request) ? request.path : std::string("refused");
    };
    CHECK(split("/a//b/../c") == "/a//b/../c");
    CHECK(split("/%C3%A4") == "/\xc3\xa4");
    CHECK(split("*") == "*");
    for (const char* bad : {"", "a", "http://evil.example/", "/%", "/%0", "/%00", "/a%0d%0ab", "/\x7f", "/?a=%", "/#f"})
        CHECK(split(bad) == "refused");
}

TEST_CASE("a response cannot be split by a header value, and says its length", "[net][http]") {
    HttpResponse response = HttpResponse::text(200, "body");
    response.headers["x-good"] = "yes";
    response.headers["x-evil"] = "a\r\nset-cookie: b=c";
    response.headers["x evil"] = "name";
    response.headers["Content-Length"] = "9999";
    const auto text = formatResponse(response, true, false, base::fromUnixMs(784111777000));
    CHECK(text.substr(0, 17) == "HTTP/1.1 200 OK\r\n");
    CHECK(text.find("x-good: yes\r\n") != std::string::npos);
    CHECK(text.find("set-cookie") == std::string::npos);
    CHECK(text.find("x evil") == std::string::npos);
    CHECK(text.find("9999") == std::string::npos);
    CHECK(text.find("content-length: 4\r\n") != std::string::npos);
    CHECK(text.find("date: Sun, 06 Nov 1994 08:49:37 GMT\r\n") != std::string::npos);
    CHECK(text.find("server:") == std::string::npos);
    CHECK(text.substr(text.size() - 8) == "\r\n\r\nbody");
    const auto head = formatResponse(response, true, true, {});
    CHECK(head.find("content-length: 4\r\n") != std::string::npos);
    CHECK(head.substr(head.size() - 4) == "\r\n\r\n");
    CHECK(formatResponse({204, {}, "ignored"}, true, false, {}).find("content-length") == std::string::npos);
}

TEST_CASE("responses end by length, by chunk or by the end of the connection", "[net][http]") {
    const auto read = [](const std::string& text, bool noBody = false) {
        HttpResponseParser parser(16384, 100, noBody);
        std::string left = text;
        left.erase(0, parser.feed(base::asBytes(left)));
        const auto before = parser.state();
        parser.end();
        return std::tuple(before, parser.state(), parser.state() == ParseState::done ? parser.take().body : "", left);
    };
    CHECK(read("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcREST") == std::tuple(ParseState::done, ParseState::done, "abc", "REST"));
    CHECK(read("HTTP/1.1 200 OK\r\n\r\nabc") == std::tuple(ParseState::body, ParseState::done, "abc", ""));
    CHECK(std::get<1>(read("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc")) == ParseState::failed);
    CHECK(std::get<1>(read("HTTP/1.1 200")) == ParseState::failed);
    CHECK(std::get<1>(read("SSH-2.0-OpenSSH\r\n")) == ParseState::failed);
    CHECK(std::get<0>(read("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n", true)) == ParseState::done);
    CHECK(read("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x82") ==
          std::tuple(ParseState::done, ParseState::done, "", "\x82"));
    HttpResponseParser parser(16384, 100);
    const auto text = "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n";
    parser.feed(base::asBytes(text));
    CHECK(parser.tooLong());
    CHECK(hasToken("keep-alive, Upgrade", "upgrade"));
    CHECK_FALSE(hasToken("keep-alive, Upgraded", "upgrade"));
}
