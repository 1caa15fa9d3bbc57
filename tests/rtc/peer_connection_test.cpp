// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/peer_connection.h"

#include "core/rtc/session_description.h"
#include "tests/support/catch.h"
#include "tests/support/peer_lab.h"

using namespace parlour;
using namespace parlour::rtc;
using namespace parlour::base;
using tests::opusFrame;
using tests::PeerLab;

TEST_CASE("a client publishes to a lite server, and every packet arrives under the negotiated SSRC", "[rtc]") {
    PeerLab lab(true);
    const auto sender = lab.client.connection->addAudioSender({"stream", "cid-1"});
    REQUIRE(lab.negotiate(lab.client, lab.server));
    lab.run(2s);
    REQUIRE(lab.connected());
    const auto added = lab.server.all<RemoteTrackAdded>();
    REQUIRE(added.size() == 1);
    CHECK(added[0].trackId == "cid-1");
    const auto parameters = lab.client.connection->senderParameters(sender);
    REQUIRE(parameters);
    CHECK(added[0].ssrc == parameters->ssrc);
    CHECK(parameters->firstSequence < 32768);
    for (std::uint32_t i = 0; i < 100; ++i) {
        lab.client.connection->sendFrame(sender, opusFrame(i), lab.clock.now());
        lab.run(20ms);
    }
    REQUIRE(lab.server.rtpCount == 100);
    CHECK(lab.server.rtp[0].ssrc == parameters->ssrc);
    CHECK(lab.server.rtp[99].timestamp == 99 * 960);
    CHECK(lab.server.rtp[99].sequence == static_cast<std::uint16_t>(parameters->firstSequence + 99));
}

TEST_CASE("the server's answer is passive, lite, and repeats payload type and extension ids of the offer", "[rtc]") {
    PeerLab lab(true);
    lab.client.connection->addAudioSender({"stream", "cid-1"});
    REQUIRE(lab.negotiate(lab.client, lab.server));
    const auto offer = parseSessionDescription(lab.lastOffer);
    const auto answer = parseSessionDescription(lab.lastAnswer);
    REQUIRE(offer);
    REQUIRE(answer);
    REQUIRE(answer->media.size() == 2);
    CHECK(answer->iceLite);
    CHECK(answer->media[1].setup == Setup::passive);
    CHECK(answer->media[1].direction == Direction::recvonly);
    CHECK(answer->media[1].codecs[0].payloadType == offer->media[1].codecs[0].payloadType);
    CHECK(answer->media[1].extensions == offer->media[1].extensions);
    CHECK(answer->media[1].codec("opus")->parameters.find("usedtx=1") != std::string::npos);
}

TEST_CASE("data flows both ways on both labels, whoever opened the channels", "[rtc]") {
    for (const bool clientCreates : {true, false}) {
        PeerLab lab(clientCreates);
        REQUIRE((clientCreates ? lab.negotiate(lab.client, lab.server) : lab.negotiate(lab.server, lab.client)));
        lab.run(3s);
        REQUIRE(lab.connected());
        for (const auto label : {DataLabel::reliable, DataLabel::lossy}) {
            REQUIRE(lab.client.connection->dataOpen(label));
            REQUIRE(lab.server.connection->dataOpen(label));
            REQUIRE(lab.client.connection->sendData(label, asBytes("up"), lab.clock.now()));
            REQUIRE(lab.server.connection->sendData(label, asBytes("down"), lab.clock.now()));
        }
        lab.run(1s);
        CHECK(lab.server.all<DataReceived>().size() == 2);
        const auto down = lab.client.all<DataReceived>();
        REQUIRE(down.size() == 2);
        CHECK(asText(down[0].bytes) == "down");
    }
}

TEST_CASE("a message of 64 KiB arrives whole, one byte more is refused", "[rtc][T41]") {
    PeerLab lab(true);
    REQUIRE(lab.negotiate(lab.client, lab.server));
    lab.run(3s);
    const Bytes most(64 * 1024, std::byte{7});
    CHECK(lab.client.connection->sendData(DataLabel::reliable, most, lab.clock.now()));
    CHECK_FALSE(lab.client.connection->sendData(DataLabel::reliable, Bytes(64 * 1024 + 1), lab.clock.now()));
    lab.run(5s);
    const auto got = lab.server.all<DataReceived>();
    REQUIRE(got.size() == 1);
    CHECK(got[0].bytes == most);
}

TEST_CASE("an m-line whose track went is reused by the next track with a new stream behind it", "[rtc]") {
    PeerLab lab(false);
    const auto first = lab.server.connection->addAudioSender({"PA_a|TR_a", "TR_a"});
    REQUIRE(lab.negotiate(lab.server, lab.client));
    lab.run(2s);
    lab.server.connection->removeSender(first);
    REQUIRE(lab.negotiate(lab.server, lab.client));
    CHECK(parseSessionDescription(lab.lastOffer)->media[1].direction == Direction::inactive);
    const auto second = lab.server.connection->addAudioSender({"PA_b|TR_b", "TR_b"});
    REQUIRE(lab.negotiate(lab.server, lab.client));
    const auto offer = parseSessionDescription(lab.lastOffer);
    REQUIRE(offer->media.size() == 2);
    CHECK(offer->media[1].trackId == "TR_b");
    const auto added = lab.client.all<RemoteTrackAdded>();
    const auto removed = lab.client.all<RemoteTrackRemoved>();
    REQUIRE(added.size() == 2);
    REQUIRE(removed.size() == 1);
    CHECK(removed[0].trackId == "TR_a");
    CHECK(added[1].mid == added[0].mid);
    CHECK(added[1].epoch > added[0].epoch);
    CHECK(added[1].ssrc != added[0].ssrc);
    for (std::uint32_t i = 0; i < 5; ++i) {
        lab.server.connection->sendFrame(second, opusFrame(i), lab.clock.now());
        lab.run(20ms);
    }
    const auto frames = lab.client.all<RemoteFrame>();
    REQUIRE(frames.size() == 5);
    CHECK(frames[0].frame.streamEpoch == added[1].epoch);
    CHECK(frames[4].frame.durationSamples == 960);
}

TEST_CASE("many tracks come and go while the connection stays", "[rtc]") {
    PeerLab lab(false, 9);
    std::vector<SenderId> senders;
    for (int i = 0; i < 10; ++i) {
        senders.push_back(lab.server.connection->addAudioSender({"PA|TR" + std::to_string(i), "TR" + std::to_string(i)}));
        REQUIRE(lab.negotiate(lab.server, lab.client));
        lab.run(200ms);
    }
    lab.run(2s);
    REQUIRE(lab.connected());
    for (std::uint32_t i = 0; i < 10; ++i)
        for (const auto s : senders) lab.server.connection->sendFrame(s, opusFrame(i), lab.clock.now());
    lab.run(1s);
    CHECK(lab.client.all<RemoteFrame>().size() == 100);
}

TEST_CASE("an ICE restart keeps keys and streams", "[rtc]") {
    PeerLab lab(true);
    const auto sender = lab.client.connection->addAudioSender({"s", "t"});
    REQUIRE(lab.negotiate(lab.client, lab.server));
    lab.run(2s);
    lab.client.connection->restartIce(lab.clock.now());
    const auto before = parseSessionDescription(lab.lastAnswer)->media[0].iceUfrag;
    REQUIRE(lab.negotiate(lab.client, lab.server));
    CHECK(parseSessionDescription(lab.lastAnswer)->media[0].iceUfrag != before);
    lab.run(2s);
    REQUIRE(lab.connected());
    lab.client.connection->sendFrame(sender, opusFrame(1), lab.clock.now());
    lab.run(100ms);
    CHECK(lab.server.rtpCount == 1);
}

TEST_CASE("the receiver asks for a lost packet and gets it once", "[rtc]") {
    PeerLab lab(false);
    const auto sender = lab.server.connection->addAudioSender({"PA|TR", "TR"});
    REQUIRE(lab.negotiate(lab.server, lab.client));
    lab.run(2s);
    std::vector<std::uint16_t> nacked;
    lab.server.connection->onNack([&](SenderId who, std::span<const std::uint16_t> sequences) {
        CHECK(who == sender);
        nacked.assign(sequences.begin(), sequences.end());
    });
    for (std::uint32_t i = 0; i < 20; ++i) {
        lab.network.impairment.blackout = i == 7;
        lab.server.connection->sendFrame(sender, opusFrame(i), lab.clock.now());
        lab.run(20ms);
    }
    lab.network.impairment.blackout = false;
    const auto frames = lab.client.all<RemoteFrame>();
    REQUIRE(frames.size() == 19);
    const std::int64_t lost = frames[6].frame.sequence + 1;
    CHECK(frames[7].frame.sequence == lost + 1);
    lab.client.connection->requestRetransmission("1", std::vector<std::int64_t>{lost}, lab.clock.now());
    lab.run(100ms);
    REQUIRE(nacked.size() == 1);
    CHECK(nacked[0] == static_cast<std::uint16_t>(lost));
}

TEST_CASE("reports give both sides loss and round trip", "[rtc]") {
    PeerLab lab(true, 5);
    lab.network.impairment.delay = 25ms;
    const auto sender = lab.client.connection->addAudioSender({"s", "t"});
    REQUIRE(lab.negotiate(lab.client, lab.server));
    lab.run(3s);
    REQUIRE(lab.connected());
    lab.network.impairment.loss = 0.2;
    for (std::uint32_t i = 0; i < 1000; ++i) {
        lab.client.connection->sendFrame(sender, opusFrame(i), lab.clock.now());
        lab.run(20ms);
    }
    const auto stats = lab.client.connection->stats(lab.clock.now());
    REQUIRE(stats.outbound.size() == 1);
    CHECK(stats.outbound[0].packetsSent == 1000);
    REQUIRE(stats.outbound[0].roundTripTime);
    CHECK(*stats.outbound[0].roundTripTime == Approx(0.05).margin(0.02));
    CHECK(stats.outbound[0].fractionLost == Approx(0.2).margin(0.15));
    CHECK_FALSE(lab.client.all<SenderFeedback>().empty());
    const auto in = lab.server.connection->stats(lab.clock.now()).inbound;
    REQUIRE(in.size() == 1);
    CHECK(in[0].packetsLost > 100);
    CHECK(in[0].packetsLost < 300);
}

TEST_CASE("one offer at a time: glare and answers without an offer are refused", "[rtc]") {
    PeerLab lab(true);
    const auto offer = lab.client.connection->createOffer(lab.clock.now());
    REQUIRE(offer);
    CHECK_FALSE(lab.client.connection->createOffer(lab.clock.now()));
    CHECK_FALSE(lab.client.connection->acceptOffer(*offer, lab.clock.now()));
    CHECK_FALSE(lab.server.connection->acceptAnswer(*offer, lab.clock.now()));
}

TEST_CASE("video sections of a browser are refused in place, audio beside them works", "[rtc]") {
    PeerLab lab(true);
    lab.client.connection->addAudioSender({"s", "t"});
    auto offer = *lab.client.connection->createOffer(lab.clock.now());
    offer += "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:7\r\na=sendrecv\r\na=rtpmap:96 VP8/90000\r\n";
    const auto answer = lab.server.connection->acceptOffer(offer, lab.clock.now());
    REQUIRE(answer);
    const auto parsed = parseSessionDescription(*answer);
    REQUIRE(parsed->media.size() == 3);
    CHECK(parsed->media[2].rejected());
    CHECK(parsed->media[2].kindText == "video");
    CHECK_FALSE(parsed->media[1].rejected());
    CHECK(parsed->bundle.size() == 2);
}

TEST_CASE("closing tells the peer at once", "[rtc]") {
    PeerLab lab(true);
    REQUIRE(lab.negotiate(lab.client, lab.server));
    lab.run(2s);
    lab.client.connection->close(lab.clock.now());
    lab.run(200ms);
    CHECK(lab.server.connection->state() == TransportState::closed);
}
