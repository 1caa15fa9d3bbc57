// SPDX-License-Identifier: Apache-2.0
// One allocation from the first question to the last, on virtual time.
#include "tests/rtc/turn_lab.h"

using namespace parlour;
using namespace parlour::rtc;
using namespace parlour::tests;

namespace {

const auto kPeer = turnAt("198.51.100.20:7000");
const auto kOther = turnAt("198.51.100.21:7000");

}  // namespace

TEST_CASE("the key of the long-term mechanism is the one of RFC 8489 section 9.2.2", "[turn]") {
    CHECK(base::toHex(base::asBytes(longTermKey("user", "realm", "pass"))) == "8493fbc53ba582fb4c044c456bdc40eb");
}

TEST_CASE("an allocation is asked for twice: without a name, then with it", "[turn]") {
    TurnLab lab;
    lab.allocate();
    CHECK(lab.relay.challenges == 1);
    CHECK(lab.count(kTurnAllocate) == 1);
    CHECK(lab.datagrams == 2);
}

TEST_CASE("over UDP a lost question is asked again, over a stream it is not", "[turn]") {
    TurnLab udp, stream(true);
    for (auto* lab : {&udp, &stream}) {
        lab->relay.silent = true;
        lab->client.start(lab->now);
        lab->runFor(4900ms);
        CHECK(lab->client.state() == TurnState::allocating);
        lab->runFor(200ms);
        CHECK(lab->client.state() == TurnState::failed);
        CHECK(lab->client.failure().code == "turn_no_answer");
        const auto sent = lab->datagrams;
        lab->runFor(60s);
        CHECK(lab->datagrams == sent);
        CHECK(lab->client.nextTimeout() == base::kNever);
    }
    CHECK(udp.datagrams == 5);   // 0, 0.25, 0.75, 1.75, 3.75 s
    CHECK(stream.datagrams == 1);
}

TEST_CASE("what a relay may refuse, and what a person reads", "[turn]") {
    struct Row {
        int error;
        const char* code;
        base::ErrorKind kind;
    };
    for (const auto& row : {Row{403, "turn_forbidden", base::ErrorKind::refused}, Row{441, "turn_credentials", base::ErrorKind::refused},
                            Row{486, "turn_full", base::ErrorKind::exhausted}, Row{508, "turn_full", base::ErrorKind::exhausted},
                            Row{437, "turn_refused", base::ErrorKind::unreachable}, Row{442, "turn_refused", base::ErrorKind::unreachable},
                            Row{500, "turn_refused", base::ErrorKind::unreachable}}) {
        for (const bool sign : {true, false}) {
            TurnLab lab;
            lab.relay.sign = sign;
            lab.relay.errors[kTurnAllocate] = row.error;
            lab.client.start(lab.now);
            lab.runFor(100ms);
            // Without proof it is believed only when nothing better has come for half a second.
            CHECK((lab.client.state() == TurnState::failed) == sign);
            lab.runFor(500ms);
            INFO(row.error);
            REQUIRE(lab.client.state() == TurnState::failed);
            CHECK(lab.client.failure().code == row.code);
            CHECK(lab.client.failure().kind == row.kind);
            CHECK(!lab.client.failure().message.empty());
            CHECK(!lab.client.failure().advice.empty());
        }
    }
}

TEST_CASE("a wrong password is said to be one, after one more try and no second one", "[turn]") {
    TurnLab lab;
    lab.relay.password = "another";
    lab.client.start(lab.now);
    lab.runFor(1s);
    REQUIRE(lab.client.state() == TurnState::failed);
    CHECK(lab.client.failure().code == "turn_credentials");
    CHECK(lab.datagrams == 2);
}

TEST_CASE("a nonce that has gone stale is replaced and the question repeated", "[turn]") {
    TurnLab lab;
    lab.allocate();
    lab.relay.nonce = "nonce-2";
    lab.say(kPeer, "hello");
    lab.runFor(100ms);
    CHECK(lab.count(kTurnCreatePermission) == 1);
    REQUIRE(lab.relay.sent.size() == 1);
}

TEST_CASE("a relay whose nonces are never good is asked four times, not for ever", "[turn]") {
    TurnLab lab;
    lab.client.start(lab.now);
    for (int i = 0; i < 200; ++i) {
        lab.relay.nonce = "nonce" + std::to_string(i);
        lab.runFor(5ms);
    }
    CHECK(lab.client.state() == TurnState::failed);
    CHECK(lab.datagrams == 1 + static_cast<std::size_t>(kMaxStaleNonces));
}

TEST_CASE("nothing that is forged makes an allocation", "[turn]") {
    for (const bool unsignedOnly : {true, false}) {
        TurnLab lab;
        lab.relay.silent = true;
        lab.client.start(lab.now);
        auto question = lab.client.pollBytes();
        REQUIRE(question);
        auto m = parseStun(*question);
        const auto forge = [&](std::string_view key) {
            return StunWriter(StunClass::success, kTurnAllocate, m->id).xorRelayedAddress(turnAt("192.0.2.66:6")).lifetime(600).finish(key);
        };
        lab.client.handleBytes(lab.now, forge(""));   // before anything was proved
        CHECK(lab.client.state() == TurnState::allocating);
        lab.client.handleBytes(lab.now, StunWriter(StunClass::error, kTurnAllocate, m->id).errorCode(401, "").realm("lab.example").nonce("n").finish(""));
        question = lab.client.pollBytes();
        REQUIRE(question);
        m = parseStun(*question);
        CHECK(m->username == "anna");
        lab.client.handleBytes(lab.now, forge(unsignedOnly ? "" : "wrong"));
        CHECK(lab.client.state() == TurnState::allocating);
        // Another transaction, another method.
        const auto key = longTermKey("anna", "lab.example", "secret");
        lab.client.handleBytes(lab.now, StunWriter(StunClass::success, kTurnAllocate, randomTransactionId()).xorRelayedAddress(kPeer).finish(key));
        lab.client.handleBytes(lab.now, StunWriter(StunClass::success, kTurnRefresh, m->id).xorRelayedAddress(kPeer).finish(key));
        CHECK(lab.client.state() == TurnState::allocating);
        lab.client.handleBytes(lab.now, forge(key));
        CHECK(lab.client.state() == TurnState::ready);
    }
}

TEST_CASE("an unsigned refusal gives way to the signed answer that follows", "[turn]") {
    TurnLab lab;
    lab.relay.silent = true;
    lab.client.start(lab.now);
    auto question = lab.client.pollBytes();
    auto m = parseStun(*question);
    lab.client.handleBytes(lab.now, StunWriter(StunClass::error, kTurnAllocate, m->id).errorCode(401, "").realm("lab.example").nonce("n").finish(""));
    question = lab.client.pollBytes();
    m = parseStun(*question);
    lab.client.handleBytes(lab.now, StunWriter(StunClass::error, kTurnAllocate, m->id).errorCode(486, "").finish(""));
    lab.now += 400ms;
    lab.client.handleTimeout(lab.now);
    lab.client.handleBytes(lab.now, StunWriter(StunClass::success, kTurnAllocate, m->id).xorRelayedAddress(kPeer).finish(longTermKey("anna", "lab.example", "secret")));
    CHECK(lab.client.state() == TurnState::ready);
}

TEST_CASE("an allocation is refreshed a minute before its end, a short one at its half", "[turn]") {
    for (const auto& [lifetime, at] : std::map<std::uint32_t, base::Duration>{{600, 540s}, {3600, 3540s}, {7200, 3540s}, {100, 50s}, {1, 5s}}) {
        TurnLab lab;
        lab.relay.lifetime = lifetime;
        lab.allocate();
        lab.runFor(at - 1s);
        CHECK(lab.count(kTurnRefresh) == 0);
        lab.runFor(1100ms);
        CHECK(lab.count(kTurnRefresh) == 1);
        lab.runFor(at + 1s);
        CHECK(lab.count(kTurnRefresh) >= 2);
        CHECK(lab.client.relayed() == lab.relay.relayed);
    }
}

TEST_CASE("an allocation that the relay has lost is made anew, and the change is seen", "[turn]") {
    for (const int code : {437, 0}) {   // it says so, or it is silent
        TurnLab lab;
        lab.allocate();
        lab.say(kPeer, "x");
        lab.runFor(100ms);
        lab.relay.relayed = turnAt("203.0.113.5:50001");
        if (code != 0) lab.relay.errors[kTurnRefresh] = code;
        lab.runFor(539s);
        if (code == 0) {
            lab.relay.silent = true;
            lab.runFor(3s);
            CHECK(lab.client.relayed() == turnAt("203.0.113.5:50000"));
            lab.runFor(3500ms);
            CHECK_FALSE(lab.client.relayed());
            CHECK(lab.client.state() == TurnState::allocating);
            lab.relay.silent = false;
        }
        lab.runFor(5s);
        CHECK(lab.client.state() == TurnState::ready);
        CHECK(lab.client.relayed() == turnAt("203.0.113.5:50001"));
        CHECK(lab.client.peerCount() == 0);   // permissions and channels went with it
    }
    // The same when a permission brings it to light.
    TurnLab lab;
    lab.allocate();
    lab.relay.relayed = turnAt("203.0.113.5:50002");
    lab.relay.errors[kTurnCreatePermission] = 437;
    lab.say(kPeer, "x");
    lab.runFor(100ms);
    CHECK(lab.client.relayed() == turnAt("203.0.113.5:50002"));
}

TEST_CASE("a peer is sent to when it is permitted, and what waited for that goes first", "[turn]") {
    TurnLab lab;
    lab.allocate();
    for (const auto* text : {"1", "2", "3", "4", "5"}) lab.say(kPeer, text);   // one more than waits
    lab.runFor(50ms);
    CHECK(lab.count(kTurnCreatePermission) == 1);
    REQUIRE(lab.relay.sent.size() == kMaxTurnWaiting);
    CHECK(base::asText(lab.relay.sent[0].second) == "2");
    CHECK(lab.relay.sent[0].first == kPeer);
    lab.say(kPeer, "6");
    lab.runFor(50ms);
    CHECK(lab.relay.sent.size() == kMaxTurnWaiting + 1);
    CHECK(lab.count(kTurnCreatePermission) == 1);
}

TEST_CASE("a permission is renewed before its five minutes are over, a channel before its ten", "[turn]") {
    TurnLab lab;
    lab.allocate();
    lab.say(kPeer, "1");
    lab.runFor(239s);
    CHECK(lab.count(kTurnCreatePermission) == 1);
    lab.runFor(2s);
    CHECK(lab.count(kTurnCreatePermission) == 2);
    lab.tell(kPeer, "hello");
    CHECK(lab.heard == std::vector<std::string>{"198.51.100.20:7000 hello"});
    lab.runFor(100ms);
    CHECK(lab.count(kTurnChannelBind) == 1);
    lab.runFor(539s);
    CHECK(lab.count(kTurnChannelBind) == 1);
    lab.runFor(2s);
    CHECK(lab.count(kTurnChannelBind) == 2);
    CHECK(lab.relay.channels.size() == 1);   // the same number
    lab.runFor(3600s);
    CHECK(lab.count(kTurnChannelBind) >= 8);
    CHECK(lab.count(kTurnCreatePermission) >= 15);
}

TEST_CASE("who answers gets a channel, and both ways go over it from then on", "[turn]") {
    for (const bool stream : {false, true}) {
        TurnLab lab(stream);
        lab.allocate();
        lab.say(kPeer, "1");
        lab.say(kOther, "1");
        lab.runFor(100ms);
        lab.tell(kOther, "yes");
        lab.tell(kOther, "yes");   // one channel
        lab.runFor(100ms);
        REQUIRE(lab.relay.channels.size() == 1);
        CHECK(lab.relay.channels.begin()->first == kFirstTurnChannel);
        CHECK(lab.relay.channels.begin()->second == kOther);
        lab.client.send(lab.now, kOther, base::asBytes("odd"));
        const auto out = lab.client.pollBytes();
        REQUIRE(out);
        CHECK(out->size() == (stream ? 8u : 7u));   // padded on a stream
        CHECK(base::toHex(base::ByteView(*out).first(4)) == "40000003");
        const auto in = base::fromHex(stream ? "4000000268690000" : "400000026869").value();
        lab.heard.clear();
        if (stream) {   // in pieces
            for (const auto b : in) lab.client.handleBytes(lab.now, base::ByteView(&b, 1));
        } else {
            lab.client.handleBytes(lab.now, in);
        }
        lab.collect();
        CHECK(lab.heard == std::vector<std::string>{"198.51.100.21:7000 hi"});
        // A number that is nobody's.
        lab.client.handleBytes(lab.now, base::fromHex("4001000268690000").value());
        lab.collect();
        CHECK(lab.heard.size() == 1);
    }
}

TEST_CASE("a relay without channels serves by indications", "[turn]") {
    TurnLab lab;
    lab.allocate();
    lab.relay.errors[kTurnChannelBind] = 400;
    lab.say(kPeer, "1");
    lab.runFor(100ms);
    lab.tell(kPeer, "yes");
    lab.runFor(100ms);
    lab.say(kPeer, "2");
    lab.runFor(100ms);
    REQUIRE(lab.relay.sent.size() == 2);
    CHECK(lab.count(kTurnChannelBind) == 1);
}

TEST_CASE("T39: who was never sent to is not heard, and a peer that the relay denies is left alone for a while", "[turn][T39]") {
    TurnLab lab;
    lab.allocate();
    lab.tell(kPeer, "psst");
    CHECK(lab.heard.empty());
    lab.relay.errors[kTurnCreatePermission] = 403;
    lab.say(kPeer, "1");
    lab.runFor(100ms);
    for (int i = 0; i < 20; ++i) {
        lab.say(kPeer, "2");
        lab.runFor(1s);
    }
    CHECK(lab.count(kTurnCreatePermission) == 1);
    CHECK(lab.relay.sent.empty());
    lab.runFor(kTurnDeniedPause);
    lab.relay.errors.clear();
    lab.say(kPeer, "3");
    lab.runFor(100ms);
    CHECK(lab.relay.sent.size() == 1);
}

TEST_CASE("32 peers and datagrams of 1500 bytes are the limit", "[turn]") {
    TurnLab lab;
    lab.allocate();
    for (std::size_t i = 0; i <= kMaxTurnPeers; ++i) lab.say({kPeer.ip, static_cast<std::uint16_t>(1000 + i)}, "x");
    CHECK(lab.client.peerCount() == kMaxTurnPeers);
    lab.runFor(100ms);
    const base::SocketAddress first{kPeer.ip, 1000};
    lab.tell(first, "yes");
    lab.runFor(100ms);
    for (const auto size : {kMaxTurnDatagram, kMaxTurnDatagram + 1}) {
        lab.relay.sent.clear();
        lab.client.send(lab.now, first, base::Bytes(size));
        lab.runFor(50ms);
        CHECK(lab.relay.sent.size() == (size <= kMaxTurnDatagram ? 1u : 0u));
    }
}

TEST_CASE("a stream on which something else is said ends at once", "[turn]") {
    for (const auto* what : {"HTTP/1.1 400 Bad Request", "80000004", "0101ffff"}) {
        TurnLab lab(true);
        lab.client.start(lab.now);
        const auto hex = base::fromHex(what);
        lab.client.handleBytes(lab.now, hex ? *hex : base::toBytes(base::asBytes(what)));
        lab.client.handleBytes(lab.now, base::Bytes(4000));
        INFO(what);
        CHECK(lab.client.state() == TurnState::failed);
        CHECK(lab.client.failure().code == "turn_garbled");
    }
}

TEST_CASE("who leaves gives the allocation back", "[turn]") {
    TurnLab lab;
    lab.allocate();
    lab.client.close(lab.now);
    lab.runFor(100ms);
    CHECK(lab.relay.lastLifetime == 0);
    CHECK(lab.client.state() == TurnState::failed);
    CHECK(lab.client.nextTimeout() == base::kNever);
    lab.client.send(lab.now, kPeer, base::asBytes("x"));
    CHECK_FALSE(lab.client.pollBytes());
}

TEST_CASE("who leaves while the allocation is on its way gives that back, too", "[turn]") {
    TurnLab lab;
    lab.client.start(lab.now);
    lab.runFor(15ms);   // challenged, and asked again with the name
    lab.client.close(lab.now);
    lab.runFor(100ms);
    CHECK(lab.count(kTurnAllocate) == 1);
    CHECK(lab.relay.lastLifetime == 0);
}

TEST_CASE("a permission whose renewal finds no answer is no denial", "[turn]") {
    TurnLab lab;
    lab.allocate();
    lab.say(kPeer, "1");
    lab.runFor(239s);
    lab.relay.silent = true;
    lab.runFor(8s);   // and five of them without an answer
    lab.relay.silent = false;
    lab.say(kPeer, "2");
    lab.runFor(100ms);
    CHECK(lab.relay.sent.size() == 2);
    lab.runFor(5s);
    CHECK(lab.count(kTurnCreatePermission) == 2);

    TurnLab other;   // nor is it when the first question was lost
    other.allocate();
    other.relay.silent = true;
    other.say(kPeer, "1");
    other.runFor(6s);
    other.relay.silent = false;
    other.say(kPeer, "2");
    other.runFor(100ms);
    REQUIRE(other.relay.sent.size() == 1);
    CHECK(base::asText(other.relay.sent[0].second) == "2");
}

TEST_CASE("a relay that forgets one allocation after the other is given up", "[turn]") {
    TurnLab lab;
    lab.allocate();
    lab.relay.errors[kTurnCreatePermission] = 437;
    for (int i = 0; i < 100; ++i) {
        lab.say(kPeer, "x");
        lab.runFor(50ms);
    }
    CHECK(lab.client.state() == TurnState::failed);
    CHECK(lab.client.failure().code == "turn_forgetful");
    CHECK(lab.count(kTurnAllocate) == 2);
}

TEST_CASE("nothing of one read of a stream is lost", "[turn]") {
    TurnLab lab(true);
    lab.allocate();
    lab.say(kPeer, "1");
    lab.runFor(100ms);
    base::Bytes read;
    for (int i = 0; i < 100; ++i) {
        const auto one = FakeRelay::indication(kPeer, std::to_string(i));
        read.insert(read.end(), one.begin(), one.end());
    }
    lab.client.handleBytes(lab.now, read);
    lab.collect();
    REQUIRE(lab.heard.size() == 100);
    CHECK(lab.heard.back().ends_with(" 99"));
}
