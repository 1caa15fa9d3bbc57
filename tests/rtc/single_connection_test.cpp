// SPDX-License-Identifier: Apache-2.0
// One connection on which only the client offers: it keeps lines open for what the server sends, now or later.
#include "core/rtc/session_description.h"
#include "tests/support/catch.h"
#include "tests/support/peer_lab.h"

using namespace parlour;
using namespace parlour::rtc;
using namespace parlour::base;
using tests::opusFrame;
using tests::PeerLab;

namespace {

std::vector<MediaDescription> audio(const std::string& sdp) {
    auto media = parseSessionDescription(sdp)->media;
    std::erase_if(media, [](const MediaDescription& m) { return m.kind != MediaKind::audio; });
    return media;
}

}  // namespace

TEST_CASE("the server sends on the lines that the client offers, and a line is used again by another track", "[rtc][single]") {
    PeerLab lab(true);
    lab.client.connection->addReceivers(2);
    REQUIRE(lab.negotiate(lab.client, lab.server));
    for (const auto& m : audio(lab.lastOffer)) CHECK(m.direction == Direction::recvonly);
    for (const auto& m : audio(lab.lastAnswer)) CHECK(m.direction == Direction::inactive);
    lab.run(2s);
    REQUIRE(lab.connected());
    CHECK(lab.client.all<RemoteTrackAdded>().empty());

    const auto first = lab.server.connection->addAudioSender({"PA_a|TR_a", "TR_a"});
    const auto own = lab.client.connection->addAudioSender({"s", "mic"});
    REQUIRE(lab.negotiate(lab.client, lab.server));
    CHECK(audio(lab.lastOffer).size() == 3);   // the microphone takes no line that was kept for others
    REQUIRE(lab.client.all<RemoteTrackAdded>().size() == 1);
    const auto added = lab.client.all<RemoteTrackAdded>()[0];
    CHECK(added.trackId == "TR_a");
    REQUIRE(lab.server.all<RemoteTrackAdded>().size() == 1);
    lab.server.connection->sendFrame(first, opusFrame(1), lab.clock.now());
    lab.client.connection->sendFrame(own, opusFrame(1), lab.clock.now());
    lab.run(100ms);
    REQUIRE(lab.client.all<RemoteFrame>().size() == 1);
    CHECK(lab.client.all<RemoteFrame>()[0].mid == added.mid);
    CHECK(lab.server.rtpCount == 1);

    lab.server.connection->removeSender(first);
    REQUIRE(lab.negotiate(lab.client, lab.server));
    REQUIRE(lab.client.all<RemoteTrackRemoved>().size() == 1);
    const auto second = lab.server.connection->addAudioSender({"PA_b|TR_b", "TR_b"});
    REQUIRE(lab.negotiate(lab.client, lab.server));
    CHECK(audio(lab.lastOffer).size() == 3);
    REQUIRE(lab.client.all<RemoteTrackAdded>().size() == 2);
    const auto again = lab.client.all<RemoteTrackAdded>()[1];
    CHECK(again.mid == added.mid);
    CHECK(again.trackId == "TR_b");
    CHECK(again.epoch > added.epoch);
    lab.server.connection->sendFrame(second, opusFrame(2), lab.clock.now());
    lab.run(100ms);
    REQUIRE(lab.client.all<RemoteFrame>().size() == 2);
    CHECK(lab.client.all<RemoteFrame>()[1].frame.streamEpoch > lab.client.all<RemoteFrame>()[0].frame.streamEpoch);
}

TEST_CASE("a track that replaces another one on its line at once is told as gone and come", "[rtc][single]") {
    PeerLab lab(true);
    lab.client.connection->addReceivers(1);
    const auto first = lab.server.connection->addAudioSender({"PA_a|TR_a", "TR_a"});
    REQUIRE(lab.negotiate(lab.client, lab.server));
    lab.server.connection->removeSender(first);
    lab.server.connection->addAudioSender({"PA_b|TR_b", "TR_b"});
    REQUIRE(lab.negotiate(lab.client, lab.server));
    REQUIRE(lab.client.all<RemoteTrackRemoved>().size() == 1);
    CHECK(lab.client.all<RemoteTrackRemoved>()[0].trackId == "TR_a");
    REQUIRE(lab.client.all<RemoteTrackAdded>().size() == 2);
    CHECK(lab.client.all<RemoteTrackAdded>()[1].trackId == "TR_b");
}

TEST_CASE("LiveKit's answer says sendonly where it sends nothing: that is no track", "[rtc][single]") {
    PeerLab lab(true);
    lab.client.connection->addReceivers(3);
    const auto offer = *lab.client.connection->createOffer(lab.clock.now());
    auto answer = *lab.server.connection->acceptOffer(offer, lab.clock.now());
    for (auto at = answer.find("a=inactive"); at != std::string::npos; at = answer.find("a=inactive")) answer.replace(at, 10, "a=sendonly");
    REQUIRE(lab.client.connection->acceptAnswer(answer, lab.clock.now()));
    lab.drain();
    CHECK(lab.client.all<RemoteTrackAdded>().empty());
    CHECK(lab.client.connection->stats(lab.clock.now()).inbound.empty());
}

TEST_CASE("lines asked for twice before the answer are offered once, and never more than the other side can read", "[rtc][single]") {
    PeerLab lab(true);
    lab.client.connection->addReceivers(3);
    lab.client.connection->addReceivers(3);
    lab.client.connection->addReceivers(2);
    REQUIRE(lab.negotiate(lab.client, lab.server));
    CHECK(audio(lab.lastOffer).size() == 3);
    lab.client.connection->addReceivers(2);
    REQUIRE(lab.negotiate(lab.client, lab.server));
    CHECK(audio(lab.lastOffer).size() == 5);
    lab.client.connection->addReceivers(4'000'000'000);
    REQUIRE(lab.negotiate(lab.client, lab.server));
    CHECK(parseSessionDescription(lab.lastOffer)->media.size() == 48);
    const auto own = lab.client.connection->addAudioSender({"s", "mic"});   // its place was kept
    REQUIRE(lab.negotiate(lab.client, lab.server));
    CHECK(parseSessionDescription(lab.lastOffer)->media.size() == 49);
    CHECK(lab.client.connection->senderParameters(own));
}

TEST_CASE("lines asked for while an offer is out come with the next one, and the answer still fits", "[rtc][single]") {
    PeerLab lab(true);
    auto& client = *lab.client.connection;
    client.addReceivers(1);
    const auto offer = client.createOffer(lab.clock.now());
    REQUIRE(offer);
    client.addReceivers(2);   // one of them is in that offer
    const auto answer = lab.server.connection->acceptOffer(*offer, lab.clock.now());
    REQUIRE(answer);
    REQUIRE(client.acceptAnswer(*answer, lab.clock.now()));
    REQUIRE(lab.negotiate(lab.client, lab.server));
    CHECK(audio(lab.lastOffer).size() == 2);

    // Nor does an offer that is taken back lose what was asked for meanwhile.
    client.addReceivers(1);
    REQUIRE(client.createOffer(lab.clock.now()));
    client.addReceivers(3);
    client.rollback();
    REQUIRE(lab.negotiate(lab.client, lab.server));
    CHECK(audio(lab.lastOffer).size() == 5);
}
