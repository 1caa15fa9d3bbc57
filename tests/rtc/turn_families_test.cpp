// SPDX-License-Identifier: Apache-2.0
// Relayed addresses of IPv4 and IPv6, and a relay that sends its client elsewhere, as one allocation sees them.
#include "tests/rtc/turn_lab.h"

using namespace parlour;
using namespace parlour::rtc;
using namespace parlour::tests;

namespace {

const auto kPeer = turnAt("198.51.100.20:7000");
const auto kOther = turnAt("198.51.100.21:7000");

}  // namespace

TEST_CASE("a relayed address of IPv6 is asked for by itself, or beside the one of IPv4, or when there is none of that", "[turn][v6]") {
    const auto v4 = turnAt("203.0.113.5:50000"), v6 = turnAt("[2001:db8::5]:50001"), farV6 = turnAt("[2001:db8::20]:7000");
    TurnLab lab;
    const auto start = [&](TurnFamily family, std::optional<base::SocketAddress> hasV4, std::optional<base::SocketAddress> hasV6) {
        lab.relay.relayed = hasV4;
        lab.relay.relayedV6 = hasV6;
        lab.client.start(lab.now, family);
        lab.runFor(7s);
    };
    SECTION("IPv4 is what one gets without asking") {
        start(TurnFamily::v4, v4, v6);
        CHECK(lab.relay.families == std::vector{0});
        CHECK(lab.client.relayed() == v4);
        CHECK_FALSE(lab.client.relayedToo());
        lab.say(farV6, "x");
        lab.runFor(1s);
        CHECK(lab.count(kTurnCreatePermission) == 0);   // no way there: nothing is asked
        CHECK(lab.client.peerCount() == 0);
    }
    SECTION("IPv6 alone") {
        start(TurnFamily::v6, v4, v6);
        CHECK(lab.relay.families == std::vector{20});
        CHECK(lab.client.relayed() == v6);
        lab.say(kPeer, "x");
        CHECK(lab.client.peerCount() == 0);
        lab.say(farV6, "x");
        lab.runFor(1s);
        REQUIRE(lab.relay.sent.size() == 1);
        CHECK(lab.relay.sent[0].first == farV6);
    }
    SECTION("both") {
        start(TurnFamily::both, v4, v6);
        CHECK(lab.relay.families == std::vector{2});
        CHECK(lab.client.relayed() == v4);
        CHECK(lab.client.relayedToo() == v6);
        for (const auto& peer : {kPeer, farV6}) lab.say(peer, "x");
        lab.runFor(1s);
        CHECK(lab.relay.sent.size() == 2);
        lab.client.close(lab.now);
        CHECK_FALSE(lab.client.relayedToo());
    }
    SECTION("both, of a relay that has IPv4 alone") {
        start(TurnFamily::both, v4, std::nullopt);
        CHECK(lab.client.relayed() == v4);
        CHECK_FALSE(lab.client.relayedToo());
    }
    SECTION("both, of a relay that has IPv6 alone") {
        lab.relay.sign = GENERATE(true, false);
        start(TurnFamily::both, std::nullopt, v6);
        if (lab.relay.sign) {
            CHECK(lab.relay.families == std::vector{2, 20});
            CHECK(lab.client.relayed() == v6);
        } else {
            CHECK(lab.client.state() == TurnState::failed);   // nothing it says is proved
        }
    }
    SECTION("both, of a relay that does not know that one may ask for two") {
        lab.relay.takesTwo = false;
        start(TurnFamily::both, v4, v6);
        CHECK(lab.relay.families == std::vector{2, 0});
        CHECK(lab.client.relayed() == v4);
    }
    SECTION("none of the kind that is needed") {
        start(TurnFamily::v6, v4, std::nullopt);
        CHECK(lab.client.failure().code == "turn_family");
        CHECK(lab.relay.families == std::vector{20});
    }
}

TEST_CASE("a second relayed address that is none is not believed", "[turn][v6]") {
    TurnLab lab;
    lab.relay.relayedV6 = turnAt(GENERATE("203.0.113.6:50001", "[::]:50001", "[2001:db8::5]:0"));
    lab.client.start(lab.now, TurnFamily::both);
    lab.runFor(1s);
    CHECK(lab.client.relayed() == lab.relay.relayed);
    CHECK_FALSE(lab.client.relayedToo());
}

TEST_CASE("a relay that sends us on is believed as far as it has proved who it is", "[turn][redirect]") {
    TurnLab lab;
    lab.relay.elsewhere = turnAt("198.51.100.2:3478");
    lab.relay.elsewhereName = "other.example";
    lab.relay.redirectsProved = GENERATE(true, false);
    lab.client.start(lab.now);
    lab.runFor(1s);
    CHECK(lab.client.failure().code == "turn_redirected");
    REQUIRE(lab.client.redirect());
    CHECK(lab.client.redirect()->to == lab.relay.elsewhere);
    CHECK(lab.client.redirect()->domain == "other.example");
    CHECK(lab.client.redirect()->proved == lab.relay.redirectsProved);
}

TEST_CASE("who has shown his name is not sent on without proof, and an order without an address is none", "[turn][redirect]") {
    TurnLab lab;
    SECTION("forged, after the name was shown") {
        lab.client.start(lab.now);
        lab.runFor(12ms);   // the challenge has come, the answer to it is on its way
        REQUIRE(lab.toRelay.size() == 1);
        const auto asked = parseStun(lab.toRelay.begin()->second);
        REQUIRE(asked->integrityAt != 0);
        lab.client.handleBytes(lab.now, StunWriter(StunClass::error, kTurnAllocate, asked->id).errorCode(300, "").alternateServer(kOther).finish(""));
        lab.runFor(1s);
        CHECK_FALSE(lab.client.redirect());
        CHECK(lab.client.state() == TurnState::ready);
    }
    SECTION("without an address") {
        lab.relay.errors[kTurnAllocate] = 300;
        lab.client.start(lab.now);
        lab.runFor(1s);
        CHECK(lab.client.failure().code == "turn_refused");
        CHECK_FALSE(lab.client.redirect());
    }
    SECTION("an allocation that is there stays") {
        lab.allocate();
        lab.relay.errors[kTurnCreatePermission] = 300;
        lab.relay.elsewhere = kOther;
        lab.say(kPeer, "x");
        lab.runFor(1s);
        CHECK(lab.client.state() == TurnState::ready);
        CHECK(lab.client.denies(kPeer));
        CHECK_FALSE(lab.client.permits(kPeer));
    }
}
