// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/transport.h"

#include "core/rtc/dtls_session.h"
#include "core/rtc/stun.h"
#include "tests/rtc/transport_lab.h"

using namespace parlour;
using namespace parlour::rtc;
using namespace parlour::tests;
using namespace std::chrono_literals;

TEST_CASE("a client and a lite server connect and exchange sound both ways") {
    for (const auto clientRole : {DtlsRole::client, DtlsRole::server}) {
        TransportLab lab;
        lab.network.impairment.delay = 10ms;
        lab.start(clientRole);
        const auto took = lab.runUntil([&] { return lab.connected(); });
        REQUIRE(lab.connected());
        CHECK(took < 150ms);
        CHECK(lab.client.sendRtp(1));
        CHECK(lab.server.sendRtp(2));
        lab.executor.runFor(20ms);
        REQUIRE(lab.server.rtp.size() == 1);
        REQUIRE(lab.client.rtp.size() == 1);
        CHECK(lab.server.rtp[0].size() == 92);
        CHECK(lab.client.transport().route() == Route{at("10.0.0.1:5000"), at("10.0.0.2:7000")});
        CHECK(lab.server.transport().route() == Route{at("10.0.0.2:7000"), at("10.0.0.1:5000")});
        CHECK(lab.client.transport().stats().roundTrip.has_value());
    }
}

TEST_CASE("on a clean path the states come in order and the connection lasts") {
    TransportLab lab;
    lab.connect();
    lab.executor.runFor(120s);
    CHECK(lab.connected());
    std::vector<TransportState> seen;
    for (const auto& s : lab.client.states) seen.push_back(s.state);
    CHECK(seen == std::vector{TransportState::checking, TransportState::connecting, TransportState::connected});
    // About one check a second, and no timer that fires for nothing.
    CHECK(lab.client.wakeUps < 400);
    CHECK(lab.server.wakeUps < 60);
}

TEST_CASE("with 10 % loss and jitter every connection comes up and stays up") {
    base::Duration worst{0};
    for (std::uint32_t seed = 1; seed <= 40; ++seed) {
        TransportLab lab(seed);
        lab.network.impairment = {20ms, 10ms, 0.10, 0.02, false};
        worst = std::max(worst, lab.connect());
        lab.executor.runFor(30s);
        CHECK(lab.connected());
        for (const auto& s : lab.client.states) CHECK(s.state != TransportState::disconnected);
    }
    CHECK(worst < 5s);
}

TEST_CASE("it works over IPv6 and picks the family both have") {
    TransportLab lab;
    lab.client.open("10.0.0.1:5000");
    lab.client.open("[2001:db8::1]:5000");
    lab.server.open("[2001:db8::2]:7000");
    lab.describe();
    lab.trickle();
    lab.runUntil([&] { return lab.connected(); });
    REQUIRE(lab.connected());
    CHECK(lab.client.transport().route()->local == at("[2001:db8::1]:5000"));
}

TEST_CASE("data records arrive whole and in order on a clean path") {
    TransportLab lab;
    lab.connect();
    for (std::size_t size : {1, 100, 1150}) lab.client.transport().sendData(lab.clock.now(), base::Bytes(size));
    lab.server.transport().sendData(lab.clock.now(), base::Bytes(7));
    lab.client.pump();
    lab.server.pump();
    lab.executor.runFor(10ms);
    REQUIRE(lab.server.data.size() == 3);
    CHECK(lab.server.data[2].size() == 1150);
    CHECK(lab.client.data.size() == 1);
}

TEST_CASE("RTCP is told from RTP and comes out whole") {
    TransportLab lab;
    lab.connect();
    const auto report = base::fromHex("80c900010000abcd").value();
    base::Bytes out(100);
    out.resize(lab.client.transport().protectRtcp(report, out));
    REQUIRE(!out.empty());
    lab.server.handle(at("10.0.0.2:7000"), at("10.0.0.1:5000"), out);
    REQUIRE(lab.server.rtcp.size() == 1);
    CHECK(lab.server.rtcp[0] == report);
    CHECK(lab.server.rtp.empty());
}

TEST_CASE("T9: a wrong fingerprint on either side means no sound either way and a clear error", "[T9]") {
    for (const bool wrongAtClient : {true, false}) {
        for (const auto clientRole : {DtlsRole::client, DtlsRole::server}) {
            TransportLab lab;
            lab.client.open("10.0.0.1:5000");
            lab.server.open("10.0.0.2:7000");
            auto& c = lab.client.transport();
            auto& s = lab.server.transport();
            auto ofServer = s.localFingerprint();
            auto ofClient = c.localFingerprint();
            auto& flipped = (wrongAtClient ? ofServer : ofClient).sha256;
            flipped.back() = flipped.back() == '0' ? '1' : '0';  // one nibble
            const auto serverRole = clientRole == DtlsRole::client ? DtlsRole::server : DtlsRole::client;
            REQUIRE(c.setRemote(s.localIce(), ofServer, clientRole, lab.clock.now()));
            REQUIRE(s.setRemote(c.localIce(), ofClient, serverRole, lab.clock.now()));
            lab.trickle();
            lab.executor.runFor(3s);
            auto& judge = wrongAtClient ? lab.client : lab.server;
            CHECK(judge.state() == TransportState::failed);
            REQUIRE(judge.lastState());
            CHECK(judge.lastState()->reason.find("fingerprint") != std::string::npos);
            CHECK_FALSE(judge.sendRtp(1));
            auto& other = wrongAtClient ? lab.server : lab.client;
            for (int i = 0; i < 10; ++i) other.sendRtp(static_cast<std::uint16_t>(i));
            lab.executor.runFor(1s);
            CHECK(lab.client.rtp.empty());
            CHECK(lab.server.rtp.empty());
            CHECK(lab.client.state() == TransportState::failed);
            CHECK(lab.server.state() == TransportState::failed);
        }
    }
}

TEST_CASE("T12: a repeated packet is dropped and counted", "[T12]") {
    TransportLab lab;
    lab.connect();
    std::vector<base::Bytes> capture;
    for (std::uint16_t i = 0; i < 500; ++i) capture.push_back(lab.client.protectRtp(i));
    for (int round = 0; round < 2; ++round)
        for (const auto& p : capture) lab.server.handle(at("10.0.0.2:7000"), at("10.0.0.1:5000"), p);
    CHECK(lab.server.rtp.size() == 500);
    CHECK(lab.server.transport().stats().replayed == 500);
}

TEST_CASE("T7: a flood of bad tags from the victim's own address changes nothing", "[T7]") {
    TransportLab lab;
    lab.connect();
    auto forged = lab.client.protectRtp(7);
    forged.back() ^= std::byte{1};
    for (std::uint32_t i = 0; i < 50000; ++i) {
        forged[2] = static_cast<std::byte>(i >> 8);
        forged[3] = static_cast<std::byte>(i);
        auto copy = forged;
        (void)lab.server.transport().handleDatagram(lab.clock.now(), at("10.0.0.2:7000"), at("10.0.0.1:5000"), copy);
    }
    CHECK(lab.server.transport().stats().authFailures == 50000);
    CHECK(lab.server.rtp.empty());
    for (std::uint16_t i = 100; i < 200; ++i) lab.client.sendRtp(i);
    lab.executor.runFor(10ms);
    CHECK(lab.server.rtp.size() == 100);
    CHECK(lab.connected());
}

TEST_CASE("T8: DTLS and alerts from an address that ICE has not validated are ignored", "[T8]") {
    TransportLab lab;
    lab.client.open("10.0.0.1:5000");
    lab.server.open("10.0.0.2:7000");
    lab.describe();
    DtlsSession attacker(Certificate::generate(), DtlsRole::client, lab.server.transport().localFingerprint());
    attacker.start(lab.clock.now());
    const auto hello = attacker.pollDatagram();
    REQUIRE(hello);
    const auto alert = base::fromHex("15fefd000000000000000000020228").value();
    const auto attack = [&] {
        for (int i = 0; i < 100; ++i)
            for (const auto& bytes : {*hello, alert}) lab.server.handle(at("10.0.0.2:7000"), at("10.9.9.9:666"), bytes);
    };
    attack();
    CHECK(lab.server.transport().stats().datagramsOut == 0);
    CHECK(lab.server.transport().stats().dropped == 200);
    lab.trickle();
    const auto deadline = lab.clock.now() + 2s;
    while (!lab.connected() && lab.clock.now() < deadline) {
        attack();
        lab.executor.runFor(1ms);
    }
    CHECK(lab.connected());
    attack();
    lab.executor.runFor(10ms);
    CHECK(lab.connected());
}

TEST_CASE("T6: an off-path sender of anything gets no byte back and nothing through", "[T6]") {
    TransportLab lab;
    lab.connect();
    const auto before = lab.server.transport().stats().datagramsOut;
    const auto stolen = lab.client.protectRtp(1);
    StunWriter w(StunClass::request, kStunBinding, randomTransactionId());
    const auto guess = w.username(lab.server.transport().localIce().ufrag + ":abcd").priority(1).controlling(1)
                           .useCandidate().finish("a password that is not right");
    StunWriter bare(StunClass::request, kStunBinding, randomTransactionId());
    const auto unsigned_ = bare.username(lab.server.transport().localIce().ufrag + ":abcd").useCandidate().finish("");
    for (int i = 0; i < 1000; ++i)
        for (const auto& bytes : {stolen, guess, unsigned_, base::Bytes(100, std::byte{0x80}), base::Bytes(1),
                                  base::Bytes(), base::Bytes(300, std::byte{0xff})})
            lab.server.handle(at("10.0.0.2:7000"), at("10.9.9.9:666"), bytes);
    CHECK(lab.server.transport().stats().datagramsOut == before);
    CHECK(lab.server.rtp.empty());
    CHECK(lab.server.transport().route()->remote == at("10.0.0.1:5000"));
}

TEST_CASE("an ICE restart from either side keeps the keys and loses no sound") {
    for (const bool fromClient : {true, false}) {
        TransportLab lab;
        lab.network.impairment.delay = 15ms;
        lab.connect();
        auto& c = lab.client.transport();
        auto& s = lab.server.transport();
        const auto oldUfrags = std::pair(c.localIce().ufrag, s.localIce().ufrag);
        std::uint16_t sequence = 0;
        const auto speak = [&](int packets) {
            for (int i = 0; i < packets; ++i, ++sequence) {
                CHECK(lab.client.sendRtp(sequence));
                CHECK(lab.server.sendRtp(sequence));
                lab.executor.runFor(20ms);
            }
        };
        speak(10);
        auto& first = fromClient ? lab.client : lab.server;
        auto& second = fromClient ? lab.server : lab.client;
        first.transport().restartIce(lab.clock.now());
        first.pump();
        speak(5);
        CHECK(lab.server.transport().liveUfrags().size() == (fromClient ? 1 : 2));
        REQUIRE(second.transport().setRemote(first.transport().localIce(), first.transport().localFingerprint(),
                                             fromClient ? DtlsRole::server : DtlsRole::client, lab.clock.now()));
        second.pump();
        speak(5);
        REQUIRE(first.transport().setRemote(second.transport().localIce(), second.transport().localFingerprint(),
                                            fromClient ? DtlsRole::client : DtlsRole::server, lab.clock.now()));
        first.pump();
        lab.trickle();
        speak(20);
        CHECK(c.localIce().ufrag != oldUfrags.first);
        CHECK(s.localIce().ufrag != oldUfrags.second);
        lab.executor.runFor(1s);
        CHECK(lab.connected());
        CHECK(lab.server.rtp.size() == sequence);
        CHECK(lab.client.rtp.size() == sequence);
        CHECK(s.liveUfrags().size() == 1);
        lab.executor.runFor(60s);
        CHECK(lab.connected());
    }
}

TEST_CASE("a client that got a new address comes back by a restart with the same keys") {
    TransportLab lab;
    lab.network.impairment.delay = 5ms;
    lab.connect();
    lab.client.closeSocket("10.0.0.1:5000");
    lab.client.open("10.0.0.77:5001");
    lab.client.transport().restartIce(lab.clock.now());
    REQUIRE(lab.server.transport().setRemote(lab.client.transport().localIce(), lab.client.transport().localFingerprint(),
                                             DtlsRole::server, lab.clock.now()));
    REQUIRE(lab.client.transport().setRemote(lab.server.transport().localIce(), lab.server.transport().localFingerprint(),
                                             DtlsRole::client, lab.clock.now()));
    lab.trickle();
    lab.executor.runFor(1s);
    CHECK(lab.client.transport().route()->local == at("10.0.0.77:5001"));
    CHECK(lab.server.transport().route()->remote == at("10.0.0.77:5001"));
    CHECK(lab.client.sendRtp(1));
    CHECK(lab.server.sendRtp(1));
    lab.executor.runFor(20ms);
    CHECK(lab.client.rtp.size() == 1);
    CHECK(lab.server.rtp.size() == 1);
}

TEST_CASE("a dead network is noticed in seconds, a short one is survived, a long one fails on both sides") {
    TransportLab lab;
    lab.connect();
    lab.network.impairment.blackout = true;
    const auto noticed = lab.runUntil([&] { return lab.client.state() == TransportState::disconnected; });
    CHECK(noticed <= 3s);
    lab.executor.runFor(3s);
    lab.network.impairment.blackout = false;
    const auto back = lab.runUntil([&] { return lab.connected(); });
    CHECK(back <= 500ms);
    CHECK(lab.client.sendRtp(1));

    lab.network.impairment.blackout = true;
    lab.executor.runFor(16s);
    CHECK(lab.client.state() == TransportState::failed);
    CHECK_FALSE(lab.client.lastState()->reason.empty());
    CHECK_FALSE(lab.client.sendRtp(2));
    CHECK(lab.server.state() == TransportState::disconnected);
    lab.executor.runFor(15s);
    CHECK(lab.server.state() == TransportState::failed);
}

TEST_CASE("a server that never answers ends in a sentence for people") {
    TransportLab lab;
    lab.network.impairment.blackout = true;
    lab.start();
    lab.executor.runFor(16s);
    CHECK(lab.client.state() == TransportState::failed);
    CHECK(lab.client.lastState()->reason == "No network path to the other side works.");
}

TEST_CASE("closing tells the other side at once") {
    for (const bool byClient : {true, false}) {
        TransportLab lab;
        lab.connect();
        auto& who = byClient ? lab.client : lab.server;
        auto& other = byClient ? lab.server : lab.client;
        who.transport().close(lab.clock.now());
        who.pump();
        CHECK(who.state() == TransportState::closed);
        CHECK_FALSE(who.sendRtp(1));
        lab.executor.runFor(1ms);
        CHECK(other.state() == TransportState::closed);
        CHECK_FALSE(other.sendRtp(1));
    }
}

TEST_CASE("DTLS that arrives before the description is kept until it comes") {
    TransportLab lab;
    lab.client.open("10.0.0.1:5000");
    lab.server.open("10.0.0.2:7000");
    auto& c = lab.client.transport();
    auto& s = lab.server.transport();
    REQUIRE(c.setRemote(s.localIce(), s.localFingerprint(), DtlsRole::client, lab.clock.now()));
    lab.trickle();
    lab.executor.runFor(100ms);
    CHECK(lab.client.state() == TransportState::connecting);
    REQUIRE(s.setRemote(c.localIce(), c.localFingerprint(), DtlsRole::server, lab.clock.now()));
    lab.server.pump();
    lab.executor.runFor(10ms);
    CHECK(lab.connected());
}

TEST_CASE("descriptions that cannot be right are refused with a reason") {
    TransportLab lab;
    auto& c = lab.client.transport();
    const auto good = lab.server.transport().localFingerprint();
    const auto ice = lab.server.transport().localIce();
    const auto now = lab.clock.now();
    CHECK_FALSE(c.setRemote({"abc", ice.pwd, true}, good, DtlsRole::client, now));
    CHECK_FALSE(c.setRemote({ice.ufrag, std::string(21, 'x'), true}, good, DtlsRole::client, now));
    CHECK_FALSE(c.setRemote({std::string(257, 'x'), ice.pwd, true}, good, DtlsRole::client, now));
    CHECK_FALSE(c.setRemote(ice, {"AB:CD"}, DtlsRole::client, now));
    CHECK_FALSE(c.hasRemote());
    REQUIRE(c.setRemote(ice, good, DtlsRole::client, now));
    CHECK(c.setRemote(ice, good, DtlsRole::client, now));
    CHECK_FALSE(c.setRemote(ice, good, DtlsRole::server, now));
    CHECK_FALSE(c.setRemote(ice, c.localFingerprint(), DtlsRole::client, now));
}

TEST_CASE("two full agents connect, whoever offers") {
    for (const bool clientControls : {true, false}) {
        for (std::uint32_t seed = 1; seed <= 10; ++seed) {
            TransportLab lab(seed, IceMode::full);
            lab.network.impairment = {10ms, 5ms, 0.1, 0.0, false};
            lab.start(clientControls ? DtlsRole::client : DtlsRole::server);
            lab.runUntil([&] { return lab.connected(); });
            CHECK(lab.connected());
            lab.executor.runFor(20s);
            CHECK(lab.connected());
        }
    }
}
