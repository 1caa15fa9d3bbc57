// SPDX-License-Identifier: Apache-2.0
// Which of several relays is used, and what happens when it is lost.
#include "core/rtc/turn_relay.h"

#include "tests/rtc/turn_lab.h"

using namespace parlour;
using namespace parlour::rtc;
using namespace parlour::tests;

namespace {

TurnServer server(const std::string& host, TurnCarrier carrier = TurnCarrier::udp) { return {carrier, host, 3478, "anna", "secret"}; }

/// The owner of a TurnRelay: one fake relay per host.
struct RelayLab {
    std::map<std::string, FakeRelay> relays;
    std::map<std::string, base::Error> unreachable;
    TurnRelay relay;
    base::TimePoint now{10s};
    std::map<std::uint32_t, std::string> open;
    std::vector<std::string> opened, log;
    base::TimePoint foundAt = base::kNever;

    explicit RelayLab(std::vector<TurnServer> servers) : relay(std::move(servers)) {}

    void collect() {
        for (bool more = true; more;) {
            more = false;
            while (auto bytes = relay.pollBytes()) {
                more = true;
                if (!open.contains(bytes->first)) continue;
                if (const auto answer = relays[open[bytes->first]].handle(bytes->second)) relay.handleBytes(bytes->first, now, *answer);
            }
            while (auto event = relay.pollEvent()) {
                more = true;
                if (const auto* wish = std::get_if<OpenCarrier>(&*event)) {
                    opened.push_back(wish->server.host);
                    if (const auto it = unreachable.find(wish->server.host); it != unreachable.end()) {
                        relay.closed(wish->id, it->second, now);
                    } else {
                        open[wish->id] = wish->server.host;
                        relay.opened(wish->id, now);
                    }
                } else if (const auto* close = std::get_if<CloseCarrier>(&*event)) {
                    open.erase(close->id);
                } else if (const auto* found = std::get_if<RelayFound>(&*event)) {
                    log.push_back("found " + found->address.toString());
                    foundAt = now;
                } else if (const auto* lost = std::get_if<RelayLost>(&*event)) {
                    log.push_back("lost " + lost->address.toString());
                } else if (const auto* failed = std::get_if<RelayFailed>(&*event)) {
                    log.push_back("failed " + failed->error.code);
                }
            }
        }
    }
    void runFor(base::Duration length) {
        const auto end = now + length;
        collect();
        while (relay.nextTimeout() <= end) {
            now = std::max(now, relay.nextTimeout());
            relay.handleTimeout(now);
            collect();
        }
        now = end;
    }
};

}  // namespace

TEST_CASE("the first relay that works is used and no other is asked", "[turn]") {
    RelayLab lab({server("one"), server("two")});
    lab.relay.start(lab.now);
    lab.runFor(60s);
    CHECK(lab.opened == std::vector<std::string>{"one"});
    CHECK(lab.log == std::vector<std::string>{"found 203.0.113.5:50000"});
    CHECK(lab.relay.carrier() == TurnCarrier::udp);
    lab.relay.start(lab.now);   // again: nothing
    lab.runFor(60s);
    CHECK(lab.log.size() == 1);
}

TEST_CASE("a relay that is full or forbids sends us to the next one at once", "[turn]") {
    for (const int code : {486, 403, 508}) {
        RelayLab lab({server("one"), server("two"), server("three", TurnCarrier::tls)});
        lab.relays["one"].errors[kTurnAllocate] = code;
        lab.unreachable["two"] = {base::ErrorKind::unreachable, "connection_refused", "Nothing answers.", {}, {}};
        lab.relays["three"].relayed = turnAt("203.0.113.9:50000");
        const auto begun = lab.now;
        lab.relay.start(lab.now);
        lab.runFor(10s);
        CHECK(lab.opened == std::vector<std::string>{"one", "two", "three"});
        CHECK(lab.log == std::vector<std::string>{"found 203.0.113.9:50000"});
        CHECK(lab.foundAt == begun);
        CHECK(lab.open.size() == 1);
        CHECK(lab.relay.carrier() == TurnCarrier::tls);
    }
}

TEST_CASE("a silent relay has a head start of a second, and a late answer of it is not waited for", "[turn]") {
    RelayLab lab({server("one"), server("two")});
    lab.relays["one"].silent = true;
    const auto begun = lab.now;
    lab.relay.start(lab.now);
    lab.runFor(999ms);
    CHECK(lab.opened.size() == 1);
    lab.runFor(10s);
    CHECK(lab.foundAt == begun + kTurnHeadStart);
    CHECK(lab.open.size() == 1);
    CHECK(lab.open.begin()->second == "two");
}

TEST_CASE("without any relay that works it says why, and may be asked again", "[turn]") {
    RelayLab lab({server("one"), server("two")});
    lab.relays["one"].silent = true;
    lab.relays["two"].errors[kTurnAllocate] = 486;
    lab.relay.start(lab.now);
    lab.runFor(10s);
    CHECK(lab.log == std::vector<std::string>{"failed turn_no_answer"});
    CHECK(lab.relay.nextTimeout() == base::kNever);
    CHECK(lab.open.empty());
    lab.relays["two"].errors.clear();
    lab.relay.start(lab.now);
    lab.runFor(10s);
    CHECK(lab.log.back() == "found 203.0.113.5:50000");
    RelayLab none({});
    none.relay.start(none.now);
    none.runFor(1s);
    CHECK(none.log == std::vector<std::string>{"failed turn_none"});
}

TEST_CASE("a relay that is lost is replaced by another one", "[turn]") {
    RelayLab lab({server("one"), server("two")});
    lab.relays["two"].relayed = turnAt("203.0.113.9:50000");
    lab.relay.start(lab.now);
    lab.runFor(1s);
    REQUIRE(lab.open.size() == 1);
    const auto id = lab.open.begin()->first;
    SECTION("its connection breaks") {
        lab.unreachable["one"] = {base::ErrorKind::unreachable, "connection_refused", "Nothing answers.", {}, {}};
        lab.open.clear();
        lab.relay.closed(id, {base::ErrorKind::unreachable, "connection_lost", "The connection was lost.", {}, {}}, lab.now);
        lab.runFor(1s);
        CHECK(lab.opened == std::vector<std::string>{"one", "one", "two"});
    }
    SECTION("it does not renew and takes nobody in") {
        lab.relays["one"].errors = {{kTurnRefresh, 437}, {kTurnAllocate, 486}};
        lab.runFor(545s);
    }
    CHECK(lab.log == std::vector<std::string>{"found 203.0.113.5:50000", "lost 203.0.113.5:50000", "found 203.0.113.9:50000"});
}

TEST_CASE("eight relays are the limit", "[turn]") {
    std::vector<TurnServer> many;
    for (std::size_t i = 0; i <= kMaxTurnServers; ++i) many.push_back(server("relay" + std::to_string(i)));
    RelayLab lab(many);
    CHECK(lab.relay.serverCount() == kMaxTurnServers);
    for (const auto& s : many) lab.relays[s.host].errors[kTurnAllocate] = 486;
    lab.relay.start(lab.now);
    lab.runFor(10s);
    CHECK(lab.opened.size() == kMaxTurnServers);
    CHECK(lab.log == std::vector<std::string>{"failed turn_full"});
}

TEST_CASE("what goes through the relay arrives, and who is closed gives it back", "[turn]") {
    RelayLab lab({server("one")});
    lab.relay.start(lab.now);
    lab.runFor(1s);
    const auto peer = turnAt("198.51.100.20:7000");
    lab.relay.send(lab.now, peer, base::asBytes("hello"));
    lab.runFor(100ms);
    REQUIRE(lab.relays["one"].sent.size() == 1);
    lab.relay.handleBytes(lab.open.begin()->first, lab.now, FakeRelay::indication(peer, "yes"));
    const auto in = lab.relay.pollReceived();
    REQUIRE(in);
    CHECK(in->peer == peer);
    lab.relay.close(lab.now);
    lab.collect();
    CHECK(lab.relays["one"].lastLifetime == 0);
    CHECK(lab.open.empty());
    CHECK_FALSE(lab.relay.address());
    CHECK(lab.relay.nextTimeout() == base::kNever);
}

TEST_CASE("a relay that is lost as soon as it is there is asked again more and more slowly", "[turn]") {
    RelayLab lab({server("one")});
    const base::Error broken{base::ErrorKind::unreachable, "connection_lost", "The connection was lost.", {}, {}};
    const auto lose = [&] {
        const auto id = lab.open.begin()->first;
        lab.open.clear();
        lab.relay.closed(id, broken, lab.now);
    };
    lab.relay.start(lab.now);
    for (int i = 0; i < 900; ++i) {
        lab.runFor(100ms);
        if (lab.relay.address()) lose();
    }
    CHECK(lab.opened.size() >= 6);
    CHECK(lab.opened.size() <= 8);   // after 1, 2, 4, 8, 16, 30, 30 seconds
    lab.runFor(31s + kTurnShortLife);
    REQUIRE(lab.relay.address());
    const auto times = lab.opened.size();
    lose();   // it had been good
    lab.runFor(0s);
    CHECK(lab.opened.size() == times + 1);
}
