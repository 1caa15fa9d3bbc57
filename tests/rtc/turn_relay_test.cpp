// SPDX-License-Identifier: Apache-2.0
// Which of several relays is used, and what happens when it is lost.
#include "core/rtc/turn_relay.h"

#include "core/rtc/turn_redirect.h"
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
    std::map<std::string, base::SocketAddress> at;         ///< host -> where it is
    std::map<std::uint32_t, TurnServer> servers;
    TurnRelay relay;
    base::TimePoint now{10s};
    std::map<std::uint32_t, std::string> open;
    std::vector<std::string> opened, log;
    base::TimePoint foundAt = base::kNever;

    explicit RelayLab(std::vector<TurnServer> named) : relay(std::move(named)) {}

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
                        servers[wish->id] = wish->server;
                        relay.opened(wish->id, at.contains(wish->server.host) ? at[wish->server.host] : turnAt("203.0.113.1:3478"), now);
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
    CHECK(lab.relay.addresses().empty());
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
        if (!lab.relay.addresses().empty()) lose();
    }
    CHECK(lab.opened.size() >= 6);
    CHECK(lab.opened.size() <= 8);   // after 1, 2, 4, 8, 16, 30, 30 seconds
    lab.runFor(31s + kTurnShortLife);
    REQUIRE_FALSE(lab.relay.addresses().empty());
    const auto times = lab.opened.size();
    lose();   // it had been good
    lab.runFor(0s);
    CHECK(lab.opened.size() == times + 1);
}

TEST_CASE("a relay that sends us on is followed to where the sound then goes, with the same login", "[turn][redirect]") {
    RelayLab lab({server("one"), server("two")});
    lab.at["one"] = turnAt("198.51.100.1:3478");
    lab.relays["one"].elsewhere = turnAt("198.51.100.2:3479");
    lab.relays["one"].redirectsProved = true;
    lab.relays["198.51.100.2"].relayed = turnAt("198.51.100.2:50000");
    lab.relay.start(lab.now);
    lab.runFor(10s);
    CHECK(lab.opened == std::vector<std::string>{"one", "198.51.100.2"});
    CHECK(lab.log == std::vector<std::string>{"found 198.51.100.2:50000"});
    REQUIRE(lab.open.size() == 1);
    CHECK(lab.servers[lab.open.begin()->first].port == 3479);
}

TEST_CASE("relays that send us in a circle, or on and on, are left for the next one that was named", "[turn][redirect]") {
    RelayLab lab({server("one"), server("two")});
    lab.at["one"] = turnAt("198.51.100.1:3478");
    const int length = GENERATE(1, 2, 3, 4);
    INFO(length << " relays, each sends us to the next");
    const bool circle = GENERATE(true, false);
    for (int i = 1; i <= length; ++i) {
        const auto host = i == 1 ? std::string("one") : "198.51.100." + std::to_string(i);
        lab.at[host] = turnAt(("198.51.100." + std::to_string(i) + ":3478").c_str());
        lab.relays[host].redirectsProved = true;
        lab.relays[host].elsewhere = turnAt(("198.51.100." + std::to_string(circle && i == length ? 1 : i + 1) + ":3478").c_str());
    }
    lab.at["198.51.100." + std::to_string(length + 1)] = turnAt(("198.51.100." + std::to_string(length + 1) + ":3478").c_str());
    lab.relays["198.51.100." + std::to_string(length + 1)].relayed = turnAt("198.51.100.99:50000");
    lab.relays["two"].relayed = turnAt("203.0.113.9:50000");
    lab.relay.start(lab.now);
    lab.runFor(10s);
    const bool followed = !circle && length <= static_cast<int>(kMaxTurnRedirects);
    CHECK(lab.log == std::vector<std::string>{followed ? "found 198.51.100.99:50000" : "found 203.0.113.9:50000"});
    CHECK(lab.opened.size() <= kMaxTurnRedirects + 2);
    CHECK(lab.open.size() == 1);
}

TEST_CASE("who is sent where he does not go says so when nothing else is left", "[turn][redirect]") {
    RelayLab lab({server("one")});
    lab.relays["one"].elsewhere = turnAt("127.0.0.1:3478");
    std::string detail;
    lab.relay.start(lab.now);
    lab.runFor(10s);
    CHECK(lab.opened == std::vector<std::string>{"one"});
    CHECK(lab.log == std::vector<std::string>{"failed turn_redirected"});
}

TEST_CASE("new logins leave the relay in use alone, and are used when it is lost", "[turn]") {
    RelayLab lab({server("one")});
    lab.relay.start(lab.now);
    lab.runFor(1s);
    auto renewed = server("one");
    renewed.username = "1700000000:anna";
    lab.relay.rename({renewed, server("two")});
    lab.runFor(60s);
    CHECK(lab.opened.size() == 1);
    CHECK(lab.log == std::vector<std::string>{"found 203.0.113.5:50000"});
    CHECK(lab.relay.carrier() == TurnCarrier::udp);
    lab.relays["one"].name = renewed.username;   // the old one has ended
    lab.relays["one"].errors = {{kTurnRefresh, 437}};
    lab.runFor(600s);
    REQUIRE(lab.opened.size() == 2);
    CHECK(lab.servers[lab.open.begin()->first].username == renewed.username);
    CHECK(lab.log.back() == "found 203.0.113.5:50000");
}

TEST_CASE("logins that come while the relays are still tried are used from the first one on", "[turn]") {
    RelayLab lab({server("one"), server("two")});
    lab.relays["one"].silent = lab.relays["two"].silent = true;
    lab.relay.start(lab.now);
    lab.runFor(500ms);
    lab.relay.rename({server("three")});
    lab.runFor(2s);
    CHECK(lab.log == std::vector<std::string>{"found 203.0.113.5:50000"});
    CHECK(lab.opened.back() == "three");
}

TEST_CASE("a relay with both kinds of addresses tells of both, and takes both away", "[turn][v6]") {
    RelayLab lab({server("one")});
    lab.relays["one"].relayedV6 = turnAt("[2001:db8::5]:50001");
    lab.relay.start(lab.now, TurnFamily::both);
    lab.runFor(1s);
    CHECK(lab.log == std::vector<std::string>{"found 203.0.113.5:50000", "found [2001:db8::5]:50001"});
    CHECK(lab.relay.addresses().size() == 2);
    const auto id = lab.open.begin()->first;
    lab.open.clear();
    lab.unreachable["one"] = {base::ErrorKind::unreachable, "connection_refused", "Nothing answers.", {}, {}};
    lab.relay.closed(id, {base::ErrorKind::unreachable, "connection_lost", "The connection was lost.", {}, {}}, lab.now);
    lab.runFor(10s);
    CHECK(lab.log == std::vector<std::string>{"found 203.0.113.5:50000", "found [2001:db8::5]:50001", "lost 203.0.113.5:50000", "lost [2001:db8::5]:50001",
                                              "failed connection_refused"});
}
