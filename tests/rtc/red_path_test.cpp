// SPDX-License-Identifier: Apache-2.0
// RED between two PeerConnections: how it is agreed on, and what comes out at the other end.
#include "core/rtc/session_description.h"
#include "tests/support/catch.h"
#include "tests/support/peer_lab.h"

using namespace parlour;
using namespace parlour::rtc;
using namespace std::chrono_literals;
using tests::opusFrame;
using tests::PeerLab;

namespace {

MediaDescription audioOf(const SessionDescription& description) {
    const auto found = std::find_if(description.media.begin(), description.media.end(),
                                    [](const MediaDescription& m) { return m.kind == MediaKind::audio; });
    REQUIRE(found != description.media.end());
    return *found;
}
bool hasRed(const std::string& sdp) {
    const auto description = parseSessionDescription(sdp);
    REQUIRE(description);
    const auto m = audioOf(*description);
    REQUIRE(m.codec("opus") != nullptr);
    return m.redOf(*m.codec("opus")) != nullptr;
}

}  // namespace

TEST_CASE("RED is offered first and answered first, as stock clients and servers do", "[rtc][red]") {
    PeerLab lab(true);
    const auto sender = lab.client.connection->addAudioSender({"s", "t"});
    REQUIRE(lab.negotiate(lab.client, lab.server));
    for (const auto& sdp : {lab.lastOffer, lab.lastAnswer}) {
        const auto m = audioOf(*parseSessionDescription(sdp));
        CHECK(m.formats == std::vector<std::string>{"63", "111"});
        CHECK(m.codecs[0].name == "red");
        CHECK(m.codecs[0].parameters == "111/111");
        CHECK(m.codecs[0].channels == 2);
    }
    CHECK(lab.client.connection->senderParameters(sender)->redPayloadType == 63);
    CHECK(lab.server.all<RemoteTrackAdded>().at(0).redPayloadType == 63);
}

TEST_CASE("who does not want RED gets none: sender, receiver by track, or a peer that does not know it", "[rtc][red]") {
    SECTION("the sender") {
        PeerLab lab(true);
        lab.client.connection->addAudioSender({"s", "t", true, false});
        REQUIRE(lab.negotiate(lab.client, lab.server));
        CHECK_FALSE(hasRed(lab.lastOffer));
        CHECK_FALSE(hasRed(lab.lastAnswer));
        CHECK(lab.server.all<RemoteTrackAdded>().at(0).redPayloadType == 0);
    }
    SECTION("the receiver, for this track only") {
        PeerLab lab(true);
        lab.server.connection->refuseRed("t");
        lab.server.connection->refuseRed("");
        const auto plain = lab.client.connection->addAudioSender({"s", "t"});
        const auto other = lab.client.connection->addAudioSender({"s", "u"});
        REQUIRE(lab.negotiate(lab.client, lab.server));
        CHECK(hasRed(lab.lastOffer));
        CHECK_FALSE(hasRed(lab.lastAnswer));
        CHECK(lab.client.connection->senderParameters(plain)->redPayloadType == 0);
        CHECK(lab.client.connection->senderParameters(other)->redPayloadType == 63);
    }
    SECTION("a peer that does not know it") {
        PeerLab lab(false);
        const auto sender = lab.server.connection->addAudioSender({"PA|TR", "TR"});
        auto offer = *lab.server.connection->createOffer(lab.clock.now());
        for (const auto* part : {"a=rtpmap:63 red/48000/2\r\n", "a=fmtp:63 111/111\r\n"}) offer.erase(offer.find(part), std::string(part).size());
        offer.erase(offer.find("63 111\r\n"), 3);
        const auto answer = lab.client.connection->acceptOffer(offer, lab.clock.now());
        REQUIRE(answer);
        CHECK_FALSE(hasRed(*answer));
        REQUIRE(lab.server.connection->acceptAnswer(*answer, lab.clock.now()));
        CHECK(lab.server.connection->senderParameters(sender)->redPayloadType == 0);
    }
}

TEST_CASE("RED of another codec or clock is not taken for ours", "[rtc][red]") {
    PeerLab lab(true);
    lab.client.connection->addAudioSender({"s", "t"});
    const auto offer = *lab.client.connection->createOffer(lab.clock.now());
    for (const auto& [from, to] : {std::pair("red/48000/2", "red/8000/2"), std::pair("red/48000/2", "red/48000"),
                                   std::pair("a=fmtp:63 111/111", "a=fmtp:63 110/110"), std::pair("a=fmtp:63 111/111", "a=fmtp:63 1112/111")}) {
        PeerLab other(true);
        auto changed = offer;
        changed.replace(changed.find(from), std::string(from).size(), to);
        const auto answer = other.server.connection->acceptOffer(changed, other.clock.now());
        INFO(to);
        REQUIRE(answer);
        CHECK_FALSE(hasRed(*answer));
    }
}

TEST_CASE("a lost frame comes with the next packet, and not twice where it came itself", "[rtc][red]") {
    PeerLab lab(false);
    const auto sender = lab.server.connection->addAudioSender({"PA|TR", "TR"});
    REQUIRE(lab.negotiate(lab.server, lab.client));
    lab.run(1s);
    REQUIRE(lab.connected());
    const auto send = [&](std::uint32_t number, bool arrives) {
        auto frame = opusFrame(number);
        frame.redundancy = 2;
        lab.server.connection->sendFrame(sender, frame, lab.clock.now());
        if (!arrives)
            while (lab.server.connection->pollDatagram()) {
            }
        lab.run(20ms);
    };
    for (std::uint32_t n = 1; n <= 6; ++n) send(n, n != 3 && n != 4);
    const auto frames = lab.client.all<RemoteFrame>();
    REQUIRE(frames.size() == 7);
    std::vector<std::pair<int, int>> heard;   // number, distance
    for (const auto& f : frames) {
        heard.emplace_back(f.frame.rtpTimestamp / 960, f.frame.redundancyDistance);
        CHECK(f.frame.bytes().size() == 40);
        CHECK(f.frame.payload[1] == static_cast<std::byte>(f.frame.rtpTimestamp / 960 + 1));
        CHECK(f.frame.sequence - frames[0].frame.sequence == f.frame.rtpTimestamp / 960 - 1);
        CHECK(f.frame.durationSamples == 960);
    }
    CHECK(heard == std::vector<std::pair<int, int>>{{1, 0}, {2, 0}, {3, 2}, {4, 1}, {5, 0}, {4, 2}, {6, 0}});
}

TEST_CASE("RED that is none is counted as dropped and harms nobody", "[rtc][red]") {
    PeerLab lab(false);
    const auto sender = lab.server.connection->addAudioSender({"PA|TR", "TR"});
    REQUIRE(lab.negotiate(lab.server, lab.client));
    lab.run(1s);
    const auto parameters = *lab.server.connection->senderParameters(sender);
    const auto send = [&](base::Bytes payload, std::uint16_t number) {
        RtpHeader header;
        header.payloadType = parameters.redPayloadType;
        header.ssrc = parameters.ssrc;
        header.sequence = static_cast<std::uint16_t>(parameters.firstSequence + number);
        header.timestamp = number * 960u;
        std::array<std::byte, 64> head{};
        const auto size = writeRtpHeader(header, head);
        std::array<std::byte, 1600> packet{};
        const auto whole = lab.server.connection->transport().protectRtp(base::ByteView(head).first(size), payload, packet);
        REQUIRE(whole > 0);
        lab.server.socket->send(base::ByteView(packet).first(whole), lab.server.connection->transport().route()->remote);
        lab.run(5ms);
    };
    const auto dropped = [&] { return lab.client.connection->stats(lab.clock.now()).transport.dropped; };
    const auto before = dropped();
    send({std::byte{0x80 | 111}}, 0);
    send({std::byte{8}, std::byte{1}}, 1);
    send({std::byte{111}}, 2);
    CHECK(dropped() == before + 3);
    CHECK(lab.client.all<RemoteFrame>().empty());
    send({std::byte{111}, std::byte{0x78}, std::byte{1}}, 3);
    CHECK(lab.client.all<RemoteFrame>().size() == 1);
}
