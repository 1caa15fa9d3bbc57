// SPDX-License-Identifier: Apache-2.0
#include "core/net/forwarded.h"

#include "tests/support/catch.h"
#include "tests/support/net_lab.h"

using namespace parlour;
using net::clientAddress;
using tests::NetLab;

namespace {
base::IpAddress ip(const char* text) { return *base::IpAddress::parse(text); }
}  // namespace

TEST_CASE("behind a proxy of ours the client is the last address that is none of our proxies", "[net][http][forwarded]") {
    const std::vector<base::IpAddress> proxies{ip("127.0.0.1"), ip("10.0.0.7")};
    const auto seen = [&](const char* peer, const char* header) { return clientAddress(ip(peer), header, proxies).toString(); };
    CHECK(seen("127.0.0.1", "198.51.100.7") == "198.51.100.7");
    CHECK(seen("127.0.0.1", "203.0.113.9, 198.51.100.7") == "198.51.100.7");   // the first is what the client claims
    CHECK(seen("127.0.0.1", "203.0.113.9, 198.51.100.7 ,10.0.0.7") == "198.51.100.7");
    CHECK(seen("127.0.0.1", "2001:db8::1") == "2001:db8::1");
    CHECK(seen("127.0.0.1", "10.0.0.7") == "10.0.0.7");
    // Nothing said, or nothing that can be read.
    for (const char* nothing : {"", " ", ",", "unknown", "198.51.100.7:443", "a, b"}) CHECK(seen("127.0.0.1", nothing) == "127.0.0.1");
    CHECK(seen("127.0.0.1", "198.51.100.7, unknown") == "127.0.0.1");
    // Strangers' headers are nothing.
    CHECK(seen("192.0.2.1", "198.51.100.7") == "192.0.2.1");
    CHECK(clientAddress(ip("127.0.0.1"), "198.51.100.7", {}).toString() == "127.0.0.1");
}

TEST_CASE("the people behind a proxy have their own limits, the proxy has none", "[net][http][forwarded][T37]") {
    NetLab lab;
    net::HttpServerSettings settings;
    settings.listen = *base::SocketAddress::parse("127.0.0.1:0");
    settings.limits.connectionsPerIp = 2;
    settings.proxies = {ip("127.0.0.1")};
    std::string asked;
    net::HttpServerHandlers handlers;
    handlers.onRequest = [&](const net::HttpRequest& request, net::Respond respond) {
        asked = request.remote.ip.toString();
        respond(net::HttpResponse::text(200, "ok"));
    };
    const auto server = *net::HttpServer::listen(lab.loop, std::move(settings), std::move(handlers));
    std::vector<std::unique_ptr<tests::RawPeer>> peers;
    for (int i = 0; i < 4; ++i) {
        peers.push_back(lab.raw(server->localAddress()));
        peers.back()->say("GET / HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 198.51.100." + std::to_string(i) + "\r\n\r\n");
        REQUIRE(lab.until([&] { return asked == "198.51.100." + std::to_string(i); }));
    }
    CHECK(server->counters().open == 4);
}
