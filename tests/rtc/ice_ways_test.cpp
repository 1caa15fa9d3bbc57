// SPDX-License-Identifier: Apache-2.0
// Ways beside UDP (TCP, relays), addresses that go, and silence under media, on virtual time.
#include <functional>
#include <map>
#include <set>

#include "core/rtc/ice_agent.h"
#include "core/rtc/ice_lite.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::rtc;
using namespace std::chrono_literals;

namespace {

base::SocketAddress addr(const std::string& text) { return base::SocketAddress::parse(text).value(); }

IceCandidate passive(const std::string& text) {
    IceCandidate c;
    c.foundation = "t";
    c.protocol = CandidateProtocol::tcp;
    c.tcpType = "passive";
    c.priority = 90u << 24;
    c.address = addr(text);
    return c;
}

/// A client with a lite server at 10.0.0.2:2000 (UDP) and 10.0.0.2:2001 (TCP), 5 ms apart.
struct Ways {
    IceAgent client;
    IceLite server;
    base::TimePoint now{10s};
    std::function<bool(const base::SocketAddress& client)> passes = [](const auto&) { return true; };
    std::multimap<base::TimePoint, std::pair<bool, OutgoingDatagram>> flying;   ///< true: to the server
    std::vector<std::pair<base::TimePoint, PathWish>> wishes;
    std::size_t checks = 0;    ///< of the client
    bool mediaIn = false, mediaOut = false;   ///< each 20 ms
    base::TimePoint nextMedia = now;
    base::TimePoint lostAt = base::kNever;

    explicit Ways(IceWays ways = {true, true, false}) : client(true, ways) {}

    void describe(bool udp = true, bool tcp = true) {
        if (udp) server.addLocalAddress(addr("10.0.0.2:2000"));
        client.setRemote(server.local(), now);
        server.setRemote(client.local(), now);
        if (udp) client.addRemoteCandidate(server.localCandidates()[0], now);
        if (tcp) client.addRemoteCandidate(passive("10.0.0.2:2001"), now);
    }
    void collect() {
        while (auto d = client.pollDatagram()) {
            ++checks;
            if (passes(d->from)) flying.emplace(now + 5ms, std::pair(true, std::move(*d)));
        }
        while (auto d = server.pollDatagram())
            if (passes(d->to)) flying.emplace(now + 5ms, std::pair(false, std::move(*d)));
        while (auto wish = client.pollWish()) wishes.emplace_back(now, *wish);
        if (client.state() == IceState::disconnected && lostAt == base::kNever) lostAt = now;
    }
    void runFor(base::Duration length) {
        const auto end = now + length;
        collect();
        while (true) {
            auto next = std::min(client.nextTimeout(), server.nextTimeout());
            if (!flying.empty()) next = std::min(next, flying.begin()->first);
            if (mediaIn || mediaOut) next = std::min(next, nextMedia);
            if (next > end) break;
            now = std::max(now, next);
            while (!flying.empty() && flying.begin()->first <= now) {
                auto [toServer, d] = std::move(flying.begin()->second);
                flying.erase(flying.begin());
                const auto m = parseStun(d.bytes);
                REQUIRE(m);
                if (toServer) server.handleStun(now, d.to, d.from, *m);
                else client.handleStun(now, d.to, d.from, *m);
            }
            if ((mediaIn || mediaOut) && nextMedia <= now) {
                nextMedia = now + 20ms;
                if (mediaOut) client.noteMediaSent(now);
                if (mediaIn && client.route() && passes(client.route()->local)) client.noteReceived(*client.route(), true, now);
            }
            if (client.nextTimeout() <= now) client.handleTimeout(now);
            if (server.nextTimeout() <= now) server.handleTimeout(now);
            collect();
        }
        now = end;
    }
    std::size_t dials() const {
        std::size_t n = 0;
        for (const auto& [when, wish] : wishes) n += std::holds_alternative<StreamWish>(wish);
        return n;
    }
    void up() {
        client.addLocalAddress(addr("10.0.0.1:1000"));
        describe();
        runFor(2s);
        REQUIRE(client.state() == IceState::connected);
        REQUIRE(client.route());
    }
};

}  // namespace

TEST_CASE("where UDP passes, no TCP connection is dialled and no relay asked for", "[ice]") {
    Ways lab({true, true, true});
    lab.up();
    lab.runFor(60s);
    CHECK(lab.wishes.empty());
    CHECK(lab.client.route()->remote == addr("10.0.0.2:2000"));
}

TEST_CASE("where UDP does not pass, a TCP connection is dialled and carries", "[ice]") {
    Ways lab;
    lab.client.addLocalAddress(addr("10.0.0.1:1000"));
    lab.passes = [](const auto& client) { return client.port != 1000; };
    const auto begun = lab.now;
    lab.describe();
    lab.runFor(1s);
    REQUIRE(lab.dials() == 1);
    CHECK(lab.wishes[0].first == begun + kStreamDelay);
    CHECK(std::get<StreamWish>(lab.wishes[0].second).to == addr("10.0.0.2:2001"));
    const Route stream{addr("10.0.0.1:45000"), addr("10.0.0.2:2001")};
    const auto before = lab.checks;
    CHECK(lab.client.streamOpened(stream, lab.now));
    CHECK_FALSE(lab.client.streamOpened({addr("10.0.0.1:45001"), addr("10.0.0.2:2001")}, lab.now));   // one is enough
    CHECK_FALSE(lab.client.streamOpened({addr("10.0.0.1:45002"), addr("10.0.0.9:2001")}, lab.now));   // nobody asked for it
    lab.runFor(500ms);
    CHECK(lab.client.state() == IceState::connected);
    CHECK(lab.client.route() == stream);
    CHECK(lab.server.route() == Route{stream.remote, stream.local});
    CHECK(lab.checks > before);
    lab.runFor(60s);
    CHECK(lab.client.state() == IceState::connected);   // consent goes over it
    CHECK(lab.dials() == 1);
    lab.client.streamClosed(stream, lab.now);
    CHECK(lab.client.state() == IceState::disconnected);
    CHECK_FALSE(lab.client.needsStream(stream));
}

TEST_CASE("a check over TCP is sent once", "[ice]") {
    Ways lab;
    lab.client.addLocalAddress(addr("10.0.0.1:1000"));
    lab.passes = [](const auto&) { return false; };
    lab.describe(false);
    lab.runFor(400ms);
    CHECK(lab.checks == 0);
    REQUIRE(lab.client.streamOpened({addr("10.0.0.1:45000"), addr("10.0.0.2:2001")}, lab.now));
    lab.runFor(7s);
    CHECK(lab.checks == 1);
    lab.runFor(30s);
    CHECK(lab.client.state() == IceState::failed);
}

TEST_CASE("T31: TCP goes only where it may: passive, one of our kinds of address, no port of others, four at most", "[ice][T31]") {
    Ways lab;
    lab.client.addLocalAddress(addr("10.0.0.1:1000"));
    lab.describe(true, false);
    auto active = passive("10.0.0.2:2001"), open = passive("10.0.0.2:2001"), none = passive("10.0.0.2:2001");
    active.tcpType = "active";
    open.tcpType = "so";
    none.tcpType = "";
    for (const auto& c : {active, open, none, passive("10.0.0.2:22"), passive("10.0.0.2:1023"), passive("127.0.0.1:2001"), passive("[2001:db8::2]:2001"),
                          passive("10.0.0.2:0")})
        CHECK_FALSE(lab.client.addRemoteCandidate(c, lab.now));
    for (std::size_t i = 0; i < kMaxStreams; ++i)
        CHECK(lab.client.addRemoteCandidate(passive("10.0.0.2:" + std::to_string(i == 0 ? 443 : 1024 + i)), lab.now));
    CHECK(lab.client.addRemoteCandidate(passive("10.0.0.2:443"), lab.now));   // known
    CHECK_FALSE(lab.client.addRemoteCandidate(passive("10.0.0.2:3000"), lab.now));
    lab.passes = [](const auto&) { return false; };
    lab.runFor(5s);
    CHECK(lab.dials() == kMaxStreams);
    Ways without({true, false, false});
    without.client.addLocalAddress(addr("10.0.0.1:1000"));
    without.describe(true, false);
    CHECK_FALSE(without.client.addRemoteCandidate(passive("10.0.0.2:2001"), without.now));
}

TEST_CASE("a restart dials anew and leaves the old connection to the old credentials", "[ice]") {
    Ways lab;
    lab.client.addLocalAddress(addr("10.0.0.1:1000"));
    lab.passes = [](const auto& client) { return client.port != 1000; };
    lab.describe();
    lab.runFor(1s);
    const Route first{addr("10.0.0.1:45000"), addr("10.0.0.2:2001")}, second{addr("10.0.0.1:45001"), addr("10.0.0.2:2001")};
    REQUIRE(lab.client.streamOpened(first, lab.now));
    lab.runFor(1s);
    lab.client.restart(lab.now);
    lab.server.restart(lab.now);
    lab.describe();
    CHECK(lab.client.needsStream(first));   // carries until the new one does
    CHECK(lab.client.route() == first);
    lab.runFor(400ms);
    REQUIRE(lab.dials() == 2);
    REQUIRE(lab.client.streamOpened(second, lab.now));
    lab.runFor(1s);
    CHECK(lab.client.route() == second);
    CHECK_FALSE(lab.client.needsStream(first));
}

TEST_CASE("a relay is asked for when nothing direct has answered, once, and carries when it is there", "[ice]") {
    Ways lab({true, true, true});
    lab.client.addLocalAddress(addr("10.0.0.1:1000"));
    lab.passes = [](const auto& client) { return client.ip.toString() == "203.0.113.5"; };
    const auto begun = lab.now;
    lab.describe();
    lab.runFor(1500ms);
    REQUIRE(lab.wishes.size() == 2);
    CHECK(std::holds_alternative<RelayWish>(lab.wishes[1].second));
    CHECK(lab.wishes[1].first == begun + kRelayDelay);
    const auto relayed = addr("203.0.113.5:50000");
    const auto candidate = lab.client.addLocalAddress(relayed, CandidateType::relay);
    CHECK(candidate.type == CandidateType::relay);
    CHECK(candidate.priority < 1u << 24);
    lab.client.handleTimeout(lab.now);
    lab.runFor(1s);
    CHECK(lab.client.route() == Route{relayed, addr("10.0.0.2:2000")});
    lab.client.removeLocalAddress(relayed, lab.now);   // the relay has lost it
    CHECK(lab.client.state() == IceState::disconnected);
    CHECK(lab.client.localCandidates().size() == 1);
}

TEST_CASE("relays only: nothing leaves by another way, and the relay is asked for at once", "[ice]") {
    Ways lab({false, true, true});
    lab.describe();
    lab.runFor(1s);
    CHECK(lab.checks == 0);
    REQUIRE(lab.wishes.size() == 1);
    CHECK(std::holds_alternative<RelayWish>(lab.wishes[0].second));
    CHECK(lab.wishes[0].first == base::TimePoint(10s));
}

TEST_CASE("when our address goes the next one takes over in a moment, without a restart", "[ice]") {
    Ways lab;
    lab.up();
    lab.client.addLocalAddress(addr("10.0.1.1:1001"));
    lab.client.removeLocalAddress(addr("10.0.0.1:1000"), lab.now);
    CHECK(lab.client.state() == IceState::disconnected);   // somebody has to be told
    lab.runFor(100ms);
    CHECK(lab.client.state() == IceState::connected);
    CHECK(lab.client.route()->local == addr("10.0.1.1:1001"));
    CHECK(lab.server.route()->remote == addr("10.0.1.1:1001"));
    CHECK(lab.client.localCandidates().size() == 1);
    CHECK_FALSE(lab.client.isValid(addr("10.0.0.1:1000"), addr("10.0.0.2:2000")));
    for (int i = 0; i < 40; ++i) {   // of a day on trains
        lab.client.addLocalAddress(addr("10.0.2.1:" + std::to_string(2000 + i)));
        lab.client.removeLocalAddress(lab.client.localCandidates()[0].address, lab.now);
        lab.runFor(300ms);
    }
    CHECK(lab.client.state() == IceState::connected);
    CHECK(lab.client.localCandidates().size() == 1);
    std::set<std::string> foundations;
    for (int i = 0; i < 4; ++i) foundations.insert(lab.client.addLocalAddress(addr("10.0.3.1:" + std::to_string(2000 + i))).foundation);
    CHECK(foundations.size() == 4);
}

TEST_CASE("silence under media is noticed within a second, whichever way the media goes", "[ice]") {
    for (const bool in : {true, false}) {
        Ways lab;
        lab.up();
        (in ? lab.mediaIn : lab.mediaOut) = true;
        lab.runFor(10s);
        CHECK(lab.lostAt == base::kNever);
        const auto cut = lab.now;
        lab.passes = [](const auto&) { return false; };
        lab.runFor(3s);
        REQUIRE(lab.lostAt != base::kNever);
        CHECK(lab.lostAt - cut <= 950ms);
        CHECK(lab.lostAt - cut >= 500ms);
        lab.passes = [](const auto&) { return true; };   // only a tunnel
        lab.runFor(1s);
        CHECK(lab.client.state() == IceState::connected);
    }
}

TEST_CASE("a speaker's pause is no silence: the path is asked and answers", "[ice]") {
    Ways lab;
    lab.up();
    lab.mediaIn = true;
    lab.runFor(2s);
    for (int i = 0; i < 20; ++i) {
        lab.mediaIn = false;
        lab.runFor(3s);
        lab.mediaIn = true;
        lab.runFor(1s);
    }
    CHECK(lab.lostAt == base::kNever);
    lab.mediaIn = false;
    lab.runFor(2s);
    const auto before = lab.checks;
    lab.runFor(60s);
    CHECK(lab.checks - before <= 80);   // a quiet room costs what it did: consent once a second
}

TEST_CASE("the network may be asked about at any time, and an answer settles it", "[ice]") {
    Ways lab;
    lab.up();
    lab.client.probe(lab.now);
    lab.runFor(2s);
    CHECK(lab.lostAt == base::kNever);
    lab.passes = [](const auto&) { return false; };
    lab.runFor(100ms);   // an answer that was on its way would settle it, too
    const auto cut = lab.now;
    lab.client.probe(lab.now);
    lab.runFor(2s);
    CHECK(lab.lostAt == cut + kProbePatience);
}

TEST_CASE("one lost answer of five ends nothing", "[ice]") {
    Ways lab;
    lab.up();
    lab.mediaOut = true;
    int n = 0;
    lab.passes = [&n](const auto&) { return ++n % 5 != 0; };
    lab.runFor(60s);
    CHECK(lab.lostAt == base::kNever);
}
