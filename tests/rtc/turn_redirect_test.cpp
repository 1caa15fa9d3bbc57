// SPDX-License-Identifier: Apache-2.0
// Where a client goes that a relay sends elsewhere, and where it does not.
#include "core/rtc/turn_redirect.h"

#include "tests/rtc/turn_lab.h"

using namespace parlour;
using namespace parlour::rtc;
using namespace parlour::tests;

namespace {

constexpr const char* kTimed = "1764255600:anna";

struct Way {
    TurnTarget from{{TurnCarrier::udp, "relay.example", 3478, kTimed, "secret"}};
    base::SocketAddress at = turnAt("198.51.100.1:3478");
    TurnRedirect redirect{turnAt("198.51.100.2:3478"), "", false};
    std::vector<base::SocketAddress> visited;

    /// "host:port name", or "no: reason".
    std::string go() const {
        const auto next = followRedirect(from, at, redirect, visited);
        if (!next) return "no: " + next.error();
        CHECK(next->server.carrier == from.server.carrier);
        CHECK(next->server.username == from.server.username);
        CHECK(next->server.password == from.server.password);
        return next->server.host + ":" + std::to_string(next->server.port) + (next->certificateName.empty() ? "" : " " + next->certificateName);
    }
    bool follows() const { return !go().starts_with("no: "); }
};

}  // namespace

TEST_CASE("a login that ends by itself is taken along without proof, a lasting one is not", "[turn][redirect]") {
    Way way;
    CHECK(way.go() == "198.51.100.2:3478");
    way.from.server.username = "anna";
    CHECK(way.go() == "no: without proof, and the login is a lasting one");
    way.redirect.proved = true;
    CHECK(way.go() == "198.51.100.2:3478");
    CHECK(isTimedLogin("1764255600:"));
    for (const auto* lasting : {"", "anna", ":anna", "123456789:anna", "1764255600", "1764255600123:anna", "17642x5600:anna", "anna:1764255600"})
        CHECK_FALSE(isTimedLogin(lasting));
}

TEST_CASE("nobody is sent from one kind of network into another without proof", "[turn][redirect]") {
    const std::vector<const char*> v4{"127.0.0.1:3478", "169.254.1.1:3478", "10.0.0.1:3478", "198.51.100.1:3478"};
    const std::vector<const char*> v6{"[::1]:3478", "[fe80::1]:3478", "[fd00::1]:3478", "[2001:db8::1]:3478"};
    for (const auto* from : {&v4, &v6})
        for (const auto* to : {&v4, &v6})
            for (std::size_t a = 0; a < 4; ++a)
                for (std::size_t b = 0; b < 4; ++b) {
                    Way way;
                    way.at = turnAt((*from)[a]);
                    way.redirect.to = {turnAt((*to)[b]).ip, 3479};
                    INFO((*from)[a] << " -> " << (*to)[b]);
                    CHECK(way.follows() == (from == to && a == b));
                    way.redirect.proved = true;
                    CHECK(way.follows() == (from == to && (a == b || b >= 2 || b > a)));   // further in only as far as the local network
                }
}

TEST_CASE("nobody goes to an address that is nobody's, or to a port where other services stand", "[turn][redirect]") {
    Way way;
    way.redirect.proved = true;
    for (const auto* to : {"0.0.0.0:3478", "0.1.2.3:3478", "224.0.0.1:3478", "255.255.255.255:3478", "198.51.100.2:0", "198.51.100.2:22", "198.51.100.2:25"}) {
        way.redirect.to = turnAt(to);
        INFO(to);
        CHECK_FALSE(way.follows());
    }
    for (const auto* to : {"198.51.100.2:443", "198.51.100.2:80", "198.51.100.2:53", "198.51.100.2:1024"}) {
        way.redirect.to = turnAt(to);
        INFO(to);
        CHECK(way.follows());
    }
    way.at = turnAt("[2001:db8::1]:3478");
    way.redirect.to = turnAt("[ff02::1]:3478");
    CHECK_FALSE(way.follows());
}

TEST_CASE("three times at most, and never to where one has been", "[turn][redirect]") {
    Way way;
    way.redirect.to = way.at;
    CHECK(way.go() == "no: sent in a circle");
    way.redirect.to = turnAt("198.51.100.9:3478");
    for (std::size_t i = 0; i < kMaxTurnRedirects; ++i) {
        CHECK(way.follows());
        way.visited.push_back(turnAt(("198.51.100.1" + std::to_string(i) + ":3478").c_str()));
    }
    CHECK(way.go() == "no: sent on too often");
    way.visited = {turnAt("198.51.100.9:3478")};
    CHECK(way.go() == "no: sent in a circle");
    way.visited = {turnAt("198.51.100.9:3479")};   // another server
    CHECK(way.follows());
}

TEST_CASE("behind TLS the certificate has to name the same server, or the one of ALTERNATE-DOMAIN", "[turn][redirect]") {
    Way way;
    way.from.server.carrier = TurnCarrier::tls;
    CHECK(way.go() == "198.51.100.2:3478 relay.example");
    way.redirect.domain = "other.example";
    CHECK(way.go() == "198.51.100.2:3478 other.example");
    way.from.server.username = "anna";
    CHECK_FALSE(way.follows());
    way.redirect.domain = "RELAY.example";
    CHECK(way.go() == "198.51.100.2:3478 RELAY.example");
    way.redirect.domain.clear();
    CHECK(way.go() == "198.51.100.2:3478 relay.example");
    way.from.server.host = "198.51.100.1";   // sent on once before
    way.from.certificateName = "relay.example";
    CHECK(way.go() == "198.51.100.2:3478 relay.example");
    way.redirect.domain = "198.51.100.1";   // the name counts that was believed, not the address
    CHECK_FALSE(way.follows());
    for (const auto* none : {"two words", "a/b", "a:1", "\xc3\xa4.example"}) {
        way.redirect = {turnAt("198.51.100.2:3478"), none, true};
        CHECK(way.go() == "no: a name that is none");
    }
    way.redirect.domain = std::string(253, 'a');
    CHECK(way.follows());
    way.redirect.domain += 'a';
    CHECK_FALSE(way.follows());
    way.from.server.carrier = TurnCarrier::tcp;   // there no name says anything
    way.redirect.domain = "relay.example";
    CHECK(way.go() == "198.51.100.2:3478");
    way.redirect.proved = false;
    CHECK_FALSE(way.follows());
}
