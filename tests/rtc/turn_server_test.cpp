// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/turn_server.h"

#include "tests/support/catch.h"

using namespace parlour::rtc;

TEST_CASE("addresses of relays are read as RFC 7065 writes them", "[turn]") {
    struct Row {
        const char* url;
        TurnCarrier carrier;
        const char* host;
        int port;
    };
    for (const auto& row : {Row{"turn:relay.example", TurnCarrier::udp, "relay.example", 3478},
                            Row{"turn:relay.example:443?transport=udp", TurnCarrier::udp, "relay.example", 443},
                            Row{"turn:192.0.2.1:53", TurnCarrier::udp, "192.0.2.1", 53},
                            Row{"turn:relay.example?transport=tcp", TurnCarrier::tcp, "relay.example", 3478},
                            Row{"turns:relay.example", TurnCarrier::tls, "relay.example", 5349},
                            Row{"turns:relay.example:443?transport=tcp", TurnCarrier::tls, "relay.example", 443},
                            Row{"turn:[2001:db8::1]:3479", TurnCarrier::udp, "2001:db8::1", 3479},
                            Row{"turns:[2001:db8::1]", TurnCarrier::tls, "2001:db8::1", 5349}}) {
        INFO(row.url);
        const auto server = parseTurnUrl(row.url, "anna", "secret");
        REQUIRE(server);
        CHECK(server->carrier == row.carrier);
        CHECK(server->host == row.host);
        CHECK(server->port == row.port);
        CHECK(server->username == "anna");
        CHECK(server->password == "secret");
    }
}

TEST_CASE("T31: what is no relay that we would use is refused", "[turn][T31]") {
    for (const auto* url : {"", "stun:relay.example", "turn:", "turn:relay.example:", "turn:relay.example:0", "turn:relay.example:65536",
                            "turn:relay.example:22", "turn:relay.example:25", "turn:relay.example?transport=sctp", "turns:relay.example?transport=udp",
                            "turn:relay example", "turn:relay.example/x", "turn://relay.example", "turn:[relay.example]", "turn:[2001:db8::1",
                            "turn:[2001:db8::1]x", "turn:[2001:db8::1]:", "turn:[192.0.2.1]", "turn:user@relay.example", "turn:relay.example:+80",
                            "turn:relay.example?transport=tcp&x=1", "TURN:relay.example"}) {
        INFO(url);
        CHECK_FALSE(parseTurnUrl(url, "anna", "secret"));
    }
}

TEST_CASE("a relay wants a name and a password, each of at most 508 bytes, and a host of at most 253", "[turn]") {
    const std::string longest(kMaxTurnName, 'x'), longer(kMaxTurnName + 1, 'x');
    CHECK(parseTurnUrl("turn:a", longest, longest));
    CHECK_FALSE(parseTurnUrl("turn:a", longer, "p"));
    CHECK_FALSE(parseTurnUrl("turn:a", "u", longer));
    CHECK_FALSE(parseTurnUrl("turn:a", "", "p"));
    CHECK_FALSE(parseTurnUrl("turn:a", "u", ""));
    CHECK(parseTurnUrl("turn:" + std::string(253, 'a'), "u", "p"));
    CHECK_FALSE(parseTurnUrl("turn:" + std::string(254, 'a'), "u", "p"));
}
