// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/ice_lite.h"

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::rtc;
using namespace std::chrono_literals;

namespace {

const auto kServer = base::SocketAddress::parse("10.0.0.2:7000").value();

base::SocketAddress client(int port) { return base::SocketAddress::parse("10.0.0.1:" + std::to_string(port)).value(); }

struct Fixture {
    IceLite ice;
    base::TimePoint now{10s};
    base::Bytes last;

    bool check(const IceParameters& to, int port, bool nominate = false, std::optional<std::string> password = {},
               bool asControlled = false) {
        StunWriter w(StunClass::request, kStunBinding, randomTransactionId());
        w.username(to.ufrag + ":peer").priority(1);
        if (asControlled)
            w.controlled(1);
        else
            w.controlling(1);
        if (nominate) w.useCandidate();
        last = w.finish(password.value_or(to.pwd));
        const auto message = parseStun(last);
        REQUIRE(message);
        return ice.handleStun(now, kServer, client(port), *message);
    }
    bool check(int port, bool nominate = false) { return check(ice.local(), port, nominate); }
};

}  // namespace

TEST_CASE("a right check is answered to its sender and makes the tuple valid") {
    Fixture f;
    CHECK_FALSE(f.ice.isValid(kServer, client(1)));
    REQUIRE(f.check(1));
    const auto answer = f.ice.pollDatagram();
    REQUIRE(answer);
    CHECK(answer->from == kServer);
    CHECK(answer->to == client(1));
    const auto m = parseStun(answer->bytes);
    REQUIRE(m);
    CHECK(m->messageClass == StunClass::success);
    CHECK(m->mappedAddress == client(1));
    CHECK(checkIntegrity(*m, f.ice.local().pwd));
    CHECK(f.ice.isValid(kServer, client(1)));
    CHECK_FALSE(f.ice.isValid(kServer, client(2)));
    CHECK(f.ice.state() == IceState::connected);
}

TEST_CASE("T39: a wrong password, a dead ufrag or no integrity gets no answer and no tuple", "[T39]") {
    Fixture f;
    CHECK_FALSE(f.check(f.ice.local(), 1, true, "not the password of this one"));
    CHECK_FALSE(f.check(f.ice.local(), 1, true, ""));
    auto dead = f.ice.local();
    dead.ufrag[0] = dead.ufrag[0] == 'A' ? 'B' : 'A';
    CHECK_FALSE(f.check(dead, 1, true));
    StunWriter indication(StunClass::indication, kStunBinding, randomTransactionId());
    const auto raw = indication.username(f.ice.local().ufrag + ":x").finish(f.ice.local().pwd);
    CHECK_FALSE(f.ice.handleStun(f.now, kServer, client(1), *parseStun(raw)));
    CHECK_FALSE(f.ice.pollDatagram());
    CHECK(f.ice.tupleCount() == 0);
    CHECK(f.ice.state() == IceState::idle);
}

TEST_CASE("an answer is never longer than its request") {
    Fixture f;
    REQUIRE(f.check(1));
    CHECK(f.ice.pollDatagram()->bytes.size() <= f.last.size());
    REQUIRE(f.check(f.ice.local(), 1, false, std::nullopt, true));
    CHECK(f.ice.pollDatagram()->bytes.size() <= f.last.size());
}

TEST_CASE("the route follows the latest nomination, not the latest check") {
    Fixture f;
    f.check(1);
    CHECK(f.ice.route()->remote == client(1));
    f.check(2);
    CHECK(f.ice.route()->remote == client(1));
    f.check(2, true);
    CHECK(f.ice.route()->remote == client(2));
    f.check(1);
    CHECK(f.ice.route()->remote == client(2));
    f.check(1, true);
    CHECK(f.ice.route()->remote == client(1));
}

TEST_CASE("eight tuples are kept; a ninth replaces the longest silent one, never the nominated") {
    Fixture f;
    f.check(1, true);
    for (int port = 2; port <= static_cast<int>(kMaxIceTuples); ++port) {
        f.now += 10ms;
        f.check(port);
    }
    CHECK(f.ice.tupleCount() == kMaxIceTuples);
    f.now += 10ms;
    f.check(100);
    CHECK(f.ice.tupleCount() == kMaxIceTuples);
    CHECK(f.ice.isValid(kServer, client(1)));
    CHECK_FALSE(f.ice.isValid(kServer, client(2)));
    CHECK(f.ice.isValid(kServer, client(100)));
}

TEST_CASE("without checks a path goes stale, then expires") {
    Fixture f;
    f.check(1, true);
    CHECK(f.ice.nextTimeout() == f.now + kLiteStale);
    f.now += kLiteStale - 1us;
    f.ice.handleTimeout(f.now);
    CHECK(f.ice.state() == IceState::connected);
    f.now += 1us;
    f.ice.handleTimeout(f.now);
    CHECK(f.ice.state() == IceState::disconnected);
    CHECK(f.ice.isValid(kServer, client(1)));
    f.now += kLiteExpiry - kLiteStale;
    f.ice.handleTimeout(f.now);
    CHECK(f.ice.state() == IceState::failed);
    CHECK_FALSE(f.ice.isValid(kServer, client(1)));
    CHECK_FALSE(f.ice.route());
    f.check(1, true);
    CHECK(f.ice.state() == IceState::connected);
}

TEST_CASE("the peer's restart makes new credentials; the old ones live until the new ones nominate") {
    Fixture f;
    const IceParameters first{"peer", std::string(24, 'a'), false}, second{"again", std::string(24, 'b'), false};
    f.ice.setRemote(first, f.now);
    const auto old = f.ice.local();
    f.ice.setRemote(first, f.now);
    CHECK(f.ice.local().ufrag == old.ufrag);
    f.check(1, true);
    f.ice.setRemote(second, f.now);
    const auto fresh = f.ice.local();
    CHECK(fresh.ufrag != old.ufrag);
    CHECK(fresh.pwd != old.pwd);
    CHECK(f.ice.liveUfrags() == std::vector{fresh.ufrag, old.ufrag});
    CHECK(f.check(old, 1, true));
    CHECK(f.ice.route()->remote == client(1));
    CHECK(f.check(fresh, 2));
    CHECK(f.check(old, 1, true));
    CHECK(f.check(fresh, 2, true));
    CHECK(f.ice.route()->remote == client(2));
    CHECK_FALSE(f.check(old, 1, true));
    CHECK(f.ice.liveUfrags() == std::vector{fresh.ufrag});
}

TEST_CASE("a peer that thinks it is controlled is told to switch") {
    Fixture f;
    CHECK(f.check(f.ice.local(), 1, false, std::nullopt, true));
    const auto answer = f.ice.pollDatagram();
    REQUIRE(answer);
    CHECK(parseStun(answer->bytes)->errorCode == 487);
    CHECK(f.ice.tupleCount() == 0);
}
