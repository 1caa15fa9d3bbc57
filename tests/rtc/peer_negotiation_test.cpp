// SPDX-License-Identifier: Apache-2.0
// Offers and answers that go wrong, come at the wrong time, or are unusual but right.
#include "core/rtc/ice_types.h"
#include "core/rtc/session_description.h"
#include "tests/support/catch.h"
#include "tests/support/peer_lab.h"

using namespace parlour;
using namespace parlour::rtc;
using namespace parlour::base;
using tests::opusFrame;
using tests::PeerLab;

namespace {

void replace(std::string& text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

/// Takes every line out that begins so.
std::string without(const std::string& sdp, const std::string& start) {
    std::string out;
    for (std::size_t at = 0; at < sdp.size();) {
        const auto end = sdp.find("\r\n", at) + 2;
        if (sdp.compare(at, start.size(), start) != 0) out += sdp.substr(at, end - at);
        at = end;
    }
    return out;
}

}  // namespace

TEST_CASE("49 sections are offered at most, in a description that the other side can read", "[rtc][T38]") {
    PeerLab lab(false);
    std::vector<SenderId> senders;
    for (int i = 0; i < 70; ++i)
        senders.push_back(lab.server.connection->addAudioSender({"PA_abcdefghijkl|TR_" + std::to_string(i), "TR_abcdefghijkl" + std::to_string(i)}));
    REQUIRE(lab.negotiate(lab.server, lab.client));
    CHECK(parseSessionDescription(lab.lastOffer)->media.size() == 49);
    lab.run(2s);
    REQUIRE(lab.connected());
    CHECK(lab.server.connection->senderParameters(senders[47]));
    CHECK_FALSE(lab.server.connection->senderParameters(senders[48]));
    // One that goes makes room for the next.
    lab.server.connection->removeSender(senders[5]);
    REQUIRE(lab.negotiate(lab.server, lab.client));
    CHECK(lab.server.connection->senderParameters(senders[48]));
    for (const auto s : senders) lab.server.connection->sendFrame(s, opusFrame(1), lab.clock.now());
    lab.run(100ms);
    CHECK(lab.client.all<RemoteFrame>().size() == 48);
}

TEST_CASE("an offer that drops or changes a section is refused and changes nothing", "[rtc]") {
    PeerLab lab(true);
    lab.client.connection->addAudioSender({"s", "t"});
    REQUIRE(lab.negotiate(lab.client, lab.server));
    const auto good = lab.lastOffer;
    const auto refused = [&](const std::string& sdp) {
        const auto answer = lab.server.connection->acceptOffer(sdp, lab.clock.now());
        return answer ? std::string("accepted") : answer.error().code;
    };
    CHECK(refused(good.substr(0, good.find("m=audio"))) == "sections_lost");
    auto other = good;
    replace(other, "a=mid:1\r\n", "a=mid:9\r\n");
    CHECK(refused(other) == "section_changed");
    other = good;
    replace(other, "a=mid:1\r\n", "a=mid:0\r\n");
    CHECK(refused(other) == "mid_repeated");
    other = good + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:5\r\na=rtpmap:111 opus/48000/2\r\n";
    replace(other, "sha-256 ", "sha-256 FF");
    CHECK(refused(other) == "dtls_changed");   // and no new section
    CHECK(refused(good) == "accepted");
}

TEST_CASE("a certificate that changes in the middle is refused without a restart", "[rtc]") {
    PeerLab lab(true);
    lab.client.connection->addAudioSender({"s", "t"});
    REQUIRE(lab.negotiate(lab.client, lab.server));
    const auto ufrag = lab.server.connection->transport().localIce().ufrag;
    auto other = lab.lastOffer;
    const auto at = other.find("sha-256 ") + 8;
    const auto mine = other.substr(at, 95);
    replace(other, mine, mine.substr(0, 93) + (mine.substr(93) == "00" ? "01" : "00"));
    replace(other, "a=ice-ufrag:", "a=ice-ufrag:new");
    const auto answer = lab.server.connection->acceptOffer(other, lab.clock.now());
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == "dtls_changed");
    CHECK(lab.server.connection->transport().localIce().ufrag == ufrag);
}

TEST_CASE("an answer with other sections than offered is refused, and the right one is taken afterwards", "[rtc]") {
    PeerLab lab(true);
    lab.client.connection->addAudioSender({"s", "t"});
    const auto offer = *lab.client.connection->createOffer(lab.clock.now());
    const auto answer = *lab.server.connection->acceptOffer(offer, lab.clock.now());
    auto other = answer;
    replace(other, "a=mid:1\r\n", "a=mid:4\r\n");
    CHECK_FALSE(lab.client.connection->acceptAnswer(other, lab.clock.now()));
    CHECK_FALSE(lab.client.connection->acceptAnswer(answer.substr(0, answer.find("m=audio")), lab.clock.now()));
    CHECK(lab.client.connection->offerOutstanding());
    CHECK(lab.client.connection->acceptAnswer(answer, lab.clock.now()));
}

TEST_CASE("an answer cannot send where nothing was asked for", "[rtc]") {
    PeerLab lab(false);
    lab.server.connection->addAudioSender({"PA|TR", "TR"});
    const auto offer = *lab.server.connection->createOffer(lab.clock.now());
    auto answer = *lab.client.connection->acceptOffer(offer, lab.clock.now());
    replace(answer, "a=recvonly", "a=sendrecv");
    REQUIRE(lab.server.connection->acceptAnswer(answer, lab.clock.now()));
    lab.drain();
    CHECK(lab.server.all<RemoteTrackAdded>().empty());
}

TEST_CASE("an answer groups what the offer grouped, and names candidates once", "[rtc]") {
    PeerLab lab(true);
    lab.client.connection->addAudioSender({"s", "t"});
    const auto offer = *lab.client.connection->createOffer(lab.clock.now());
    const auto answer = parseSessionDescription(*lab.server.connection->acceptOffer(without(offer, "a=group"), lab.clock.now()));
    CHECK(answer->bundle.empty());
    CHECK(answer->media[0].candidates.size() == 1);
    CHECK(answer->media[1].candidates.empty());
}

TEST_CASE("a section that the peer takes back gives its sender to another one that receives", "[rtc]") {
    PeerLab lab(true);
    auto offer = *lab.client.connection->createOffer(lab.clock.now());
    const auto section = [](int mid, int port) {
        return "m=audio " + std::to_string(port) + " UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:" + std::to_string(mid) +
               "\r\na=recvonly\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\na=fingerprint:sha-256 " +
               "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n";
    };
    const auto sender = lab.server.connection->addAudioSender({"PA|TR", "TR"});
    auto answer = parseSessionDescription(*lab.server.connection->acceptOffer(offer + section(7, 9), lab.clock.now()));
    REQUIRE(answer);
    CHECK(answer->media[1].direction == Direction::sendonly);
    const auto first = lab.server.connection->senderParameters(sender);
    REQUIRE(first);
    CHECK(first->mid == "7");
    answer = parseSessionDescription(*lab.server.connection->acceptOffer(offer + section(7, 0) + section(8, 9), lab.clock.now()));
    REQUIRE(answer);
    CHECK(answer->media[1].rejected());
    const auto second = lab.server.connection->senderParameters(sender);
    REQUIRE(second);
    CHECK(second->mid == "8");
    CHECK(second->ssrc != first->ssrc);
}

TEST_CASE("a section without a=ssrc takes the stream that carries its mid, and a later one too", "[rtc]") {
    PeerLab lab(true);
    const auto one = lab.client.connection->addAudioSender({"s", "t1"});
    const auto two = lab.client.connection->addAudioSender({"s", "t2"});
    const auto offer = *lab.client.connection->createOffer(lab.clock.now());
    const auto answer = lab.server.connection->acceptOffer(without(offer, "a=ssrc"), lab.clock.now());
    REQUIRE(answer);
    REQUIRE(lab.client.connection->acceptAnswer(*answer, lab.clock.now()));
    lab.run(2s);
    REQUIRE(lab.connected());
    for (const auto& added : lab.server.all<RemoteTrackAdded>()) CHECK_FALSE(added.ssrc);
    for (std::uint32_t i = 0; i < 3; ++i) {
        lab.client.connection->sendFrame(two, opusFrame(i), lab.clock.now());
        lab.client.connection->sendFrame(one, opusFrame(i), lab.clock.now());
        lab.run(20ms);
    }
    const auto stats = lab.server.connection->stats(lab.clock.now());
    REQUIRE(stats.inbound.size() == 2);
    CHECK(stats.inbound[0].trackId == "t1");
    CHECK(stats.inbound[0].ssrc == lab.client.connection->senderParameters(one)->ssrc);
    CHECK(stats.inbound[1].ssrc == lab.client.connection->senderParameters(two)->ssrc);
    CHECK(stats.inbound[1].packetsReceived == 3);
}

TEST_CASE("a restart asked for while an offer is out comes with the next offer", "[rtc]") {
    PeerLab lab(true);
    const auto sender = lab.client.connection->addAudioSender({"s", "t"});
    REQUIRE(lab.negotiate(lab.client, lab.server));
    lab.run(2s);
    REQUIRE(lab.connected());
    const auto ufrag = lab.client.connection->transport().localIce().ufrag;
    const auto offer = *lab.client.connection->createOffer(lab.clock.now());
    lab.client.connection->restartIce(lab.clock.now());
    CHECK(lab.client.connection->transport().localIce().ufrag == ufrag);
    lab.client.events.clear();
    REQUIRE(lab.client.connection->acceptAnswer(*lab.server.connection->acceptOffer(offer, lab.clock.now()), lab.clock.now()));
    lab.drain();
    CHECK(lab.client.all<NegotiationNeeded>().size() == 1);
    REQUIRE(lab.negotiate(lab.client, lab.server));
    CHECK(parseSessionDescription(lab.lastOffer)->media[0].iceUfrag != ufrag);
    lab.run(2s);
    REQUIRE(lab.connected());
    lab.client.connection->sendFrame(sender, opusFrame(1), lab.clock.now());
    lab.run(100ms);
    CHECK(lab.server.rtpCount == 1);
}

TEST_CASE("the server restarts ICE too, and takes back an offer that nobody answered", "[rtc]") {
    PeerLab lab(false);
    const auto sender = lab.server.connection->addAudioSender({"PA|TR", "TR"});
    REQUIRE(lab.negotiate(lab.server, lab.client));
    lab.run(2s);
    REQUIRE(lab.server.connection->createOffer(lab.clock.now()));
    lab.server.connection->rollback();
    lab.server.connection->restartIce(lab.clock.now());
    REQUIRE(lab.negotiate(lab.server, lab.client));
    lab.run(2s);
    REQUIRE(lab.connected());
    lab.server.connection->sendFrame(sender, opusFrame(1), lab.clock.now());
    lab.run(100ms);
    CHECK(lab.client.all<RemoteFrame>().size() == 1);
}

TEST_CASE("candidates that come before their description are kept for it", "[rtc]") {
    PeerLab lab(true);
    lab.client.connection->addAudioSender({"s", "t"});
    const auto offer = *lab.client.connection->createOffer(lab.clock.now());
    const auto answer = *lab.server.connection->acceptOffer(offer, lab.clock.now());
    for (const auto& candidate : lab.server.connection->transport().localCandidates())
        lab.client.connection->addRemoteCandidate(candidate, lab.clock.now());
    REQUIRE(lab.client.connection->acceptAnswer(without(answer, "a=candidate"), lab.clock.now()));
    lab.run(2s);
    CHECK(lab.connected());
}

TEST_CASE("candidates are trickled once for each generation", "[rtc]") {
    PeerLab lab(true);
    REQUIRE(lab.negotiate(lab.client, lab.server));
    lab.client.connection->addAudioSender({"s", "t"});
    REQUIRE(lab.negotiate(lab.client, lab.server));
    CHECK(lab.client.all<LocalCandidate>().size() == 1);
    lab.client.connection->restartIce(lab.clock.now());
    REQUIRE(lab.negotiate(lab.client, lab.server));
    CHECK(lab.client.all<LocalCandidate>().size() == 2);
}

TEST_CASE("a message longer than the peer wants is refused", "[rtc]") {
    PeerLab lab(true);
    const auto offer = *lab.client.connection->createOffer(lab.clock.now());
    auto answer = *lab.server.connection->acceptOffer(offer, lab.clock.now());
    replace(answer, "a=max-message-size:65536", "a=max-message-size:1000");
    REQUIRE(lab.client.connection->acceptAnswer(answer, lab.clock.now()));
    lab.run(3s);
    REQUIRE(lab.client.connection->dataOpen(DataLabel::reliable));
    CHECK(lab.client.connection->sendData(DataLabel::reliable, Bytes(1000), lab.clock.now()));
    CHECK_FALSE(lab.client.connection->sendData(DataLabel::reliable, Bytes(1001), lab.clock.now()));
}

TEST_CASE("a connection may be closed in any state, and does nothing afterwards", "[rtc]") {
    for (int state = 0; state < 5; ++state) {
        INFO(state);
        PeerLab lab(true);
        const auto sender = lab.client.connection->addAudioSender({"s", "t"});
        std::string offer;
        if (state == 1 || state == 2) offer = *lab.client.connection->createOffer(lab.clock.now());
        if (state == 2) REQUIRE(lab.server.connection->acceptOffer(offer, lab.clock.now()));
        if (state >= 3) REQUIRE(lab.negotiate(lab.client, lab.server));
        if (state == 4) lab.run(2s);
        for (auto* end : {&lab.client, &lab.server}) {
            auto& c = *end->connection;
            c.close(lab.clock.now());
            c.close(lab.clock.now());
            CHECK(c.state() == TransportState::closed);
            lab.drain();
            CHECK_FALSE(c.createOffer(lab.clock.now()));
            CHECK_FALSE(c.acceptOffer(lab.lastOffer, lab.clock.now()));
            CHECK_FALSE(c.acceptAnswer(lab.lastAnswer, lab.clock.now()));
            c.addRemoteCandidate({}, lab.clock.now());
            c.restartIce(lab.clock.now());
            c.sendFrame(sender, opusFrame(1), lab.clock.now());
            CHECK_FALSE(c.sendData(DataLabel::reliable, asBytes("x"), lab.clock.now()));
            c.handleTimeout(lab.clock.now() + 10s);
            c.removeSender(sender);
            CHECK(c.nextTimeout() == kNever);
            CHECK_FALSE(c.pollDatagram());
        }
    }
}

TEST_CASE("a connection may be destroyed while its peer goes on", "[rtc]") {
    PeerLab lab(true);
    lab.client.connection->addAudioSender({"s", "t"});
    REQUIRE(lab.negotiate(lab.client, lab.server));
    lab.run(2s);
    REQUIRE(lab.client.connection->sendData(DataLabel::reliable, Bytes(50'000), lab.clock.now()));
    lab.drain();
    lab.network.impairment.blackout = true;
    lab.run(120s);
    CHECK(lab.client.connection->state() != TransportState::connected);
    CHECK(lab.server.connection->state() != TransportState::connected);
}

TEST_CASE("an address is told to the peer once, and not when there is no room for it") {
    PeerLab lab(true);
    REQUIRE(lab.negotiate(lab.client, lab.server));
    const auto told = lab.client.all<LocalCandidate>().size();
    const auto had = lab.client.connection->transport().localCandidates().size();
    for (int round = 0; round < 2; ++round)
        for (int i = 0; i < 20; ++i) lab.client.connection->addLocalAddress(SocketAddress::parse("10.9.0.1:" + std::to_string(2000 + i)).value());
    lab.drain();
    CHECK(lab.client.connection->transport().localCandidates().size() == kMaxLocalCandidates);
    CHECK(lab.client.all<LocalCandidate>().size() == told + kMaxLocalCandidates - had);
}
