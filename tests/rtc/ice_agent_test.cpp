// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/ice_agent.h"

#include <map>
#include <set>

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::rtc;
using namespace std::chrono_literals;

namespace {

base::SocketAddress addr(const std::string& text) { return base::SocketAddress::parse(text).value(); }

/// Two agents on a wire with a filter; addresses may be translated by a NAT in front of the first.
struct Duo {
    IceAgent a{true};
    IceAgent b{false};
    base::TimePoint now{10s};
    base::Duration delay{5ms};
    std::function<bool(const OutgoingDatagram&)> passes = [](const auto&) { return true; };
    std::map<base::SocketAddress, base::SocketAddress> nat;  ///< inside -> outside
    std::multimap<base::TimePoint, std::pair<IceAgent*, OutgoingDatagram>> flying;
    std::size_t sentByA = 0;

    void describe() {
        a.setRemote(b.local(), now);
        b.setRemote(a.local(), now);
    }
    void trickle() {
        for (const auto& c : a.localCandidates()) b.addRemoteCandidate(c, now);
        for (const auto& c : b.localCandidates()) a.addRemoteCandidate(c, now);
    }
    void collect() {
        for (auto* agent : {&a, &b}) {
            while (auto d = agent->pollDatagram()) {
                sentByA += agent == &a;
                if (!passes(*d)) continue;
                if (const auto it = nat.find(d->from); it != nat.end()) d->from = it->second;
                for (const auto& [inside, outside] : nat)
                    if (d->to == outside) d->to = inside;
                flying.emplace(now + delay, std::pair(agent == &a ? &b : &a, std::move(*d)));
            }
        }
    }
    void runFor(base::Duration d) {
        const auto end = now + d;
        collect();
        while (true) {
            auto next = std::min(a.nextTimeout(), b.nextTimeout());
            if (!flying.empty()) next = std::min(next, flying.begin()->first);
            if (next > end) break;
            now = std::max(now, next);
            while (!flying.empty() && flying.begin()->first <= now) {
                auto [to, d2] = std::move(flying.begin()->second);
                flying.erase(flying.begin());
                if (const auto m = parseStun(d2.bytes)) to->handleStun(now, d2.to, d2.from, *m);
            }
            if (a.nextTimeout() <= now) a.handleTimeout(now);
            if (b.nextTimeout() <= now) b.handleTimeout(now);
            collect();
        }
        now = end;
    }
    void requireSamePath() {
        REQUIRE(a.state() == IceState::connected);
        REQUIRE(b.state() == IceState::connected);
        REQUIRE(a.route());
        REQUIRE(b.route());
        CHECK(a.route()->local == b.route()->remote);
        CHECK(a.route()->remote == b.route()->local);
    }
};

IceCandidate host(const std::string& text, std::uint32_t priority = 100) {
    IceCandidate c;
    c.foundation = "1";
    c.priority = priority;
    c.address = addr(text);
    return c;
}

}  // namespace

TEST_CASE("several addresses on both sides end on one and the same best pair") {
    Duo duo;
    for (int i = 1; i <= 3; ++i) {
        duo.a.addLocalAddress(addr("10.0." + std::to_string(i) + ".1:1000"));
        duo.b.addLocalAddress(addr("10.0." + std::to_string(i) + ".2:2000"));
    }
    duo.describe();
    duo.trickle();
    duo.runFor(1s);
    duo.requireSamePath();
    CHECK(duo.a.route()->local == addr("10.0.1.1:1000"));
    CHECK(duo.a.route()->remote == addr("10.0.1.2:2000"));
    CHECK(duo.a.controlling());
    CHECK_FALSE(duo.b.controlling());
}

TEST_CASE("when the better paths are dead the working one is found within a second") {
    Duo duo;
    for (int i = 1; i <= 3; ++i) {
        duo.a.addLocalAddress(addr("10.0." + std::to_string(i) + ".1:1000"));
        duo.b.addLocalAddress(addr("10.0." + std::to_string(i) + ".2:2000"));
    }
    duo.passes = [](const auto& d) {
        return d.from.ip.toString().substr(0, 6) == "10.0.3" && d.to.ip.toString().substr(0, 6) == "10.0.3";
    };
    duo.describe();
    duo.trickle();
    duo.runFor(1s);
    duo.requireSamePath();
    CHECK(duo.a.route()->local == addr("10.0.3.1:1000"));
}

TEST_CASE("checks are paced") {
    Duo duo;
    duo.passes = [](const auto&) { return false; };
    for (int i = 1; i <= 4; ++i) duo.a.addLocalAddress(addr("10.0.0." + std::to_string(i) + ":1000"));
    for (int i = 1; i <= 8; ++i) duo.b.addLocalAddress(addr("10.0.1." + std::to_string(i) + ":2000"));
    duo.describe();
    duo.trickle();
    CHECK(duo.a.pairCount() == 32);
    duo.runFor(99ms);
    CHECK(duo.sentByA == 5);  // one at once, then one each 20 ms, no retransmission before 100 ms
}

TEST_CASE("candidates may trickle in after the checks began, on both sides") {
    Duo duo;
    duo.describe();
    duo.runFor(200ms);
    CHECK(duo.a.state() == IceState::checking);
    duo.a.addLocalAddress(addr("10.0.0.1:1000"));
    duo.runFor(200ms);
    duo.b.addLocalAddress(addr("10.0.0.2:2000"));
    duo.a.addRemoteCandidate(duo.b.localCandidates()[0], duo.now);
    duo.runFor(200ms);
    duo.requireSamePath();
}

TEST_CASE("a candidate ahead of its description waits for it") {
    Duo duo;
    duo.a.addLocalAddress(addr("10.0.0.1:1000"));
    duo.b.addLocalAddress(addr("10.0.0.2:2000"));
    duo.trickle();
    CHECK(duo.a.pairCount() == 0);
    duo.describe();
    duo.runFor(200ms);
    duo.requireSamePath();
    // Of a generation that never came, it is not used.
    auto stray = host("10.0.0.9:1");
    stray.ufrag = "another";
    duo.a.addRemoteCandidate(stray, duo.now);
    CHECK(duo.a.remoteCandidateCount() == 1);
}

TEST_CASE("an address behind a NAT is learned from its check") {
    Duo duo;
    duo.a.addLocalAddress(addr("192.168.1.5:1000"));
    duo.b.addLocalAddress(addr("203.0.113.2:2000"));
    duo.nat[addr("192.168.1.5:1000")] = addr("198.51.100.7:40000");
    duo.describe();
    duo.a.addRemoteCandidate(duo.b.localCandidates()[0], duo.now);
    duo.runFor(500ms);
    REQUIRE(duo.a.state() == IceState::connected);
    REQUIRE(duo.b.state() == IceState::connected);
    CHECK(duo.b.route()->remote == addr("198.51.100.7:40000"));
    CHECK(duo.b.isValid(addr("203.0.113.2:2000"), addr("198.51.100.7:40000")));
    CHECK_FALSE(duo.b.isValid(addr("203.0.113.2:2000"), addr("192.168.1.5:1000")));
}

TEST_CASE("checks that come before the peer's description count when it arrives") {
    Duo duo;
    duo.a.addLocalAddress(addr("10.0.0.1:1000"));
    duo.b.addLocalAddress(addr("10.0.0.2:2000"));
    duo.a.setRemote(duo.b.local(), duo.now);
    duo.a.addRemoteCandidate(duo.b.localCandidates()[0], duo.now);
    duo.runFor(300ms);
    CHECK(duo.b.state() == IceState::idle);
    duo.b.setRemote(duo.a.local(), duo.now);  // no candidate of a's: learned from the checks
    duo.runFor(100ms);
    duo.requireSamePath();
}

TEST_CASE("two agents of the same role settle who controls") {
    for (const bool bothControlling : {true, false}) {
        for (int round = 0; round < 8; ++round) {
            Duo duo;
            duo.a = IceAgent(bothControlling);
            duo.b = IceAgent(bothControlling);
            duo.a.addLocalAddress(addr("10.0.0.1:1000"));
            duo.b.addLocalAddress(addr("10.0.0.2:2000"));
            duo.describe();
            duo.trickle();
            duo.runFor(2s);
            duo.requireSamePath();
            CHECK(duo.a.controlling() != duo.b.controlling());
        }
    }
}

TEST_CASE("against a lite peer we control, whatever was planned") {
    IceAgent agent(false);
    agent.setRemote({"lite", std::string(24, 'x'), true}, base::TimePoint(1s));
    CHECK(agent.controlling());
}

TEST_CASE("an answer with a wrong password, from elsewhere or to nothing we asked proves nothing") {
    IceAgent agent(true);
    base::TimePoint now{1s};
    const auto local = addr("10.0.0.1:1000"), remote = addr("10.0.0.2:2000");
    agent.addLocalAddress(local);
    const IceParameters peer{"peer", std::string(24, 'p'), false};
    agent.setRemote(peer, now);
    agent.addRemoteCandidate(host("10.0.0.2:2000"), now);
    const auto request = agent.pollDatagram();
    REQUIRE(request);
    const auto m = parseStun(request->bytes);
    REQUIRE(m);
    CHECK(m->username == "peer:" + agent.local().ufrag);
    CHECK(checkIntegrity(*m, peer.pwd));
    CHECK(m->controlling);
    CHECK_FALSE(m->useCandidate);
    const auto answer = [&](const StunTransactionId& id, std::string_view password) {
        return StunWriter(StunClass::success, kStunBinding, id).xorMappedAddress(local).finish(password);
    };
    const auto wrong = answer(m->id, "wrong"), unsigned_ = answer(m->id, ""), unasked = answer(randomTransactionId(), peer.pwd),
               right = answer(m->id, peer.pwd);
    CHECK_FALSE(agent.handleStun(now, local, remote, *parseStun(wrong)));
    CHECK_FALSE(agent.handleStun(now, local, remote, *parseStun(unsigned_)));
    CHECK_FALSE(agent.handleStun(now, local, remote, *parseStun(unasked)));
    CHECK_FALSE(agent.handleStun(now, local, addr("10.0.0.3:2000"), *parseStun(right)));
    CHECK_FALSE(agent.route());
    CHECK(agent.handleStun(now, local, remote, *parseStun(right)));
    CHECK(agent.route() == Route{local, remote});
    CHECK_FALSE(agent.handleStun(now, local, remote, *parseStun(right)));
}

TEST_CASE("32 remote candidates and 16 local addresses are the limit") {
    IceAgent agent(true);
    const base::TimePoint now{1s};
    for (int i = 0; i < 17; ++i) agent.addLocalAddress(addr("10.0.0.1:" + std::to_string(1000 + i)));
    CHECK(agent.localCandidates().size() == kMaxLocalCandidates);
    agent.setRemote({"peer", std::string(24, 'p'), false}, now);
    for (std::size_t i = 0; i < kMaxRemoteCandidates; ++i)
        CHECK(agent.addRemoteCandidate(host("10.0.0.2:" + std::to_string(2000 + i)), now));
    CHECK_FALSE(agent.addRemoteCandidate(host("10.0.0.2:3000"), now));
    CHECK(agent.remoteCandidateCount() == kMaxRemoteCandidates);
    CHECK(agent.pairCount() == kMaxIcePairs);
}

TEST_CASE("candidates that we cannot use are ignored") {
    IceAgent agent(true);
    const base::TimePoint now{1s};
    agent.addLocalAddress(addr("10.0.0.1:1000"));
    agent.setRemote({"peer", std::string(24, 'p'), false}, now);
    auto tcp = host("10.0.0.2:2000");
    tcp.protocol = CandidateProtocol::tcp;
    auto second = host("10.0.0.2:2000");
    second.component = 2;
    for (const auto& c : {tcp, second, host("10.0.0.2:0"), host("0.0.0.0:2000")})
        CHECK_FALSE(agent.addRemoteCandidate(c, now));
    CHECK(agent.addRemoteCandidate(host("[2001:db8::1]:2000"), now));
    CHECK(agent.pairCount() == 0);
}

TEST_CASE("consent is asked about once a second and its loss is noticed in seconds") {
    Duo duo;
    duo.a.addLocalAddress(addr("10.0.0.1:1000"));
    duo.b.addLocalAddress(addr("10.0.0.2:2000"));
    duo.describe();
    duo.trickle();
    duo.runFor(1s);
    const auto before = duo.sentByA;
    duo.runFor(60s);
    // Ours and the answers to theirs.
    CHECK(duo.sentByA - before >= 100);
    CHECK(duo.sentByA - before <= 150);
    duo.passes = [](const auto&) { return false; };
    duo.runFor(4s);
    CHECK(duo.a.state() == IceState::disconnected);
    CHECK(duo.a.route());
    duo.runFor(12s);
    CHECK(duo.a.state() == IceState::failed);
    CHECK_FALSE(duo.a.route());
    const auto silent = duo.sentByA;
    duo.runFor(60s);
    CHECK(duo.sentByA == silent);
}

TEST_CASE("when the selected path dies another known one takes over without a restart") {
    Duo duo;
    for (int i = 1; i <= 2; ++i) {
        duo.a.addLocalAddress(addr("10.0." + std::to_string(i) + ".1:1000"));
        duo.b.addLocalAddress(addr("10.0." + std::to_string(i) + ".2:2000"));
    }
    duo.passes = [](const auto& d) { return d.from.ip.bytes()[2] == d.to.ip.bytes()[2]; };
    duo.describe();
    duo.trickle();
    duo.runFor(2s);
    duo.requireSamePath();
    REQUIRE(duo.a.route()->local == addr("10.0.1.1:1000"));
    duo.passes = [](const auto& d) { return d.from.ip.bytes()[2] == 2 && d.to.ip.bytes()[2] == 2; };
    duo.runFor(5s);
    duo.requireSamePath();
    CHECK(duo.a.route()->local == addr("10.0.2.1:1000"));
}

TEST_CASE("a path that was dead at first takes over when the selected one dies") {
    Duo duo;
    for (int i = 1; i <= 2; ++i) {
        duo.a.addLocalAddress(addr("10.0." + std::to_string(i) + ".1:1000"));
        duo.b.addLocalAddress(addr("10.0." + std::to_string(i) + ".2:2000"));
    }
    const auto only = [](int net) {
        return [net](const auto& d) { return d.from.ip.bytes()[2] == net && d.to.ip.bytes()[2] == net; };
    };
    duo.passes = only(1);
    duo.delay = 60ms;  // so that every pair has been tried before the first is selected
    duo.describe();
    duo.trickle();
    duo.runFor(20s);
    duo.requireSamePath();
    duo.passes = only(2);
    duo.runFor(5s);
    duo.requireSamePath();
    CHECK(duo.a.route()->local == addr("10.0.2.1:1000"));
    duo.passes = only(1);
    duo.runFor(5s);
    duo.requireSamePath();
    CHECK(duo.a.route()->local == addr("10.0.1.1:1000"));
}

TEST_CASE("T39: a check with a wrong password or a dead ufrag gets no answer from a full agent", "[T39]") {
    IceAgent agent(false);
    const base::TimePoint now{1s};
    const auto local = addr("10.0.0.1:1000"), remote = addr("10.0.0.2:2000");
    agent.addLocalAddress(local);
    agent.setRemote({"peer", std::string(24, 'p'), false}, now);
    const auto check = [&](const std::string& ufrag, std::string_view password) {
        StunWriter w(StunClass::request, kStunBinding, randomTransactionId());
        const auto raw = w.username(ufrag + ":peer").priority(1).controlling(1).useCandidate().finish(password);
        return agent.handleStun(now, local, remote, *parseStun(raw));
    };
    CHECK_FALSE(check(agent.local().ufrag, "wrong"));
    CHECK_FALSE(check(agent.local().ufrag, ""));
    CHECK_FALSE(check("dead", agent.local().pwd));
    CHECK_FALSE(agent.pollDatagram());
    CHECK(agent.pairCount() == 0);
    CHECK_FALSE(agent.isValid(local, remote));
    CHECK(check(agent.local().ufrag, agent.local().pwd));
    CHECK(agent.pollDatagram());
    CHECK(agent.isValid(local, remote));
}

TEST_CASE("a restart after failure connects again with new credentials") {
    Duo duo;
    duo.a.addLocalAddress(addr("10.0.0.1:1000"));
    duo.b.addLocalAddress(addr("10.0.0.2:2000"));
    duo.describe();
    duo.trickle();
    duo.runFor(1s);
    duo.passes = [](const auto&) { return false; };
    duo.runFor(20s);
    REQUIRE(duo.a.state() == IceState::failed);
    duo.passes = [](const auto&) { return true; };
    const auto old = duo.a.local();
    duo.a.restart(duo.now);
    CHECK(duo.a.local().ufrag != old.ufrag);
    CHECK(duo.a.state() != IceState::failed);
    duo.b.setRemote(duo.a.local(), duo.now);
    duo.a.setRemote(duo.b.local(), duo.now);
    duo.trickle();
    duo.runFor(1s);
    duo.requireSamePath();
}
