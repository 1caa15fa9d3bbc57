// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "core/net/interfaces.h"
#include "core/net/resolver.h"
#include "core/net/udp_socket.h"
#include "tests/support/catch.h"
#include "tests/support/net_lab.h"

using namespace parlour;
using namespace parlour::net;
using tests::NetLab;

TEST_CASE("datagrams come whole and with their sender, over IPv4 and IPv6", "[net][udp]") {
    for (const char* ip : {"127.0.0.1", "::1"}) {
        NetLab lab;
        auto a = UdpSocket::bind(lab.loop, NetLab::anyPort(ip));
        auto b = UdpSocket::bind(lab.loop, NetLab::anyPort(ip));
        REQUIRE(a);
        REQUIRE(b);
        CHECK((*a)->localAddress().port != 0);
        std::vector<std::pair<base::Bytes, base::SocketAddress>> got;
        (*b)->onDatagram([&](base::ByteView d, const base::SocketAddress& from) { got.emplace_back(base::toBytes(d), from); });
        (*a)->send(base::asBytes("one"), (*b)->localAddress());
        (*a)->send({}, (*b)->localAddress());
        (*a)->send(base::Bytes(1500, std::byte{5}), (*b)->localAddress());
        REQUIRE(lab.until([&] { return got.size() == 3; }));
        CHECK(base::asText(got[0].first) == "one");
        CHECK(got[1].first.empty());
        CHECK(got[2].first.size() == 1500);
        CHECK(got[0].second == (*a)->localAddress());
    }
}

TEST_CASE("a datagram to a closed port does not stop the socket, an impossible one is counted", "[net][udp]") {
    NetLab lab;
    auto a = UdpSocket::bind(lab.loop, NetLab::anyPort());
    auto b = UdpSocket::bind(lab.loop, NetLab::anyPort());
    base::SocketAddress gone;
    { gone = (*UdpSocket::bind(lab.loop, NetLab::anyPort()))->localAddress(); }
    int got = 0;
    (*a)->onDatagram([&](base::ByteView, const base::SocketAddress&) { ++got; });
    (*a)->send(base::asBytes("into the void"), gone);
    (*b)->send(base::asBytes("hello"), (*a)->localAddress());
    REQUIRE(lab.until([&] { return got == 1; }));
    (*a)->send(base::asBytes("wrong family"), {*base::IpAddress::parse("::1"), 9});
    (*a)->send(base::Bytes(70'000), (*b)->localAddress());
    CHECK((*a)->dropped() == 2);
}

TEST_CASE("an address that is not ours cannot be bound", "[net][udp]") {
    NetLab lab;
    const auto socket = UdpSocket::bind(lab.loop, NetLab::anyPort("192.0.2.1"));
    REQUIRE_FALSE(socket);
    CHECK(socket.error().kind == base::ErrorKind::unavailable);
    CHECK(socket.error().message.find("192.0.2.1") != std::string::npos);
}

TEST_CASE("names and addresses are resolved, unknown names named", "[net]") {
    NetLab lab;
    const auto resolve = [&](const std::string& host) {
        std::optional<base::Result<std::vector<base::SocketAddress>>> out;
        auto pending = resolveHost(lab.loop, host, 80, [&](auto found) { out = std::move(found); });
        REQUIRE(lab.until([&] { return out.has_value(); }));
        return std::move(*out);
    };
    CHECK(resolve("10.1.2.3").value().at(0).toString() == "10.1.2.3:80");
    CHECK(resolve("2001:db8::1").value().at(0).toString() == "[2001:db8::1]:80");
    const auto local = resolve("localhost");
    REQUIRE(local);
    CHECK(local->size() == 2);
    for (const auto& address : *local) CHECK(address.ip.isLoopback());
    const auto none = resolve("no-such-host.invalid");
    REQUIRE_FALSE(none);
    CHECK(none.error().code == "name_not_found");
    bool called = false;
    { auto given_up = resolveHost(lab.loop, "127.0.0.1", 1, [&](auto) { called = true; }); }
    bool later = false;
    lab.loop.post([&] { later = true; });
    REQUIRE(lab.until([&] { return later; }));
    CHECK_FALSE(called);
}

TEST_CASE("a connection tries the next address when the first refuses", "[net]") {
    NetLab lab;
    // Listens on ::1 only; "localhost" is tried as 127.0.0.1 first.
    auto http = HttpServer::listen(lab.loop, {NetLab::anyPort("::1"), std::nullopt, {}}, {});
    REQUIRE(http);
    HttpCall call;
    call.url = *Url::parse("http://localhost:" + std::to_string((*http)->localAddress().port));
    const auto answer = lab.ask(std::move(call));
    REQUIRE(answer);
    CHECK(answer->status == 404);
}

TEST_CASE("local addresses are unicast, without duplicates, loopback only when asked for", "[net]") {
    const auto with = localAddresses(true);
    CHECK(std::any_of(with.begin(), with.end(), [](const LocalAddress& a) { return a.ip.isLoopback(); }));
    const auto without = localAddresses();
    bool sawV6 = false;
    for (const auto& a : without) {
        CHECK_FALSE(a.ip.isLoopback());
        CHECK_FALSE((a.ip.isLinkLocal() && a.ip.isV6()));
        CHECK_FALSE(a.interfaceName.empty());
        if (a.ip.isV6()) sawV6 = true;
        CHECK_FALSE((a.ip.isV4() && sawV6));
        CHECK(std::count_if(without.begin(), without.end(), [&](const LocalAddress& b) { return b.ip == a.ip; }) == 1);
    }
}
