// SPDX-License-Identifier: Apache-2.0
// Who hears whom.
#include "core/sfu/forwarder.h"

#include "tests/sfu/forward_lab.h"

using namespace parlour;
using namespace parlour::tests;

TEST_CASE("a subscriber hears the speaker it is subscribed to and nobody else", "[sfu]") {
    Lab lab;
    Speaker ana(lab, 1, 5001), ben(lab, 2, 5002);
    Listener cleo(lab, 6001), dan(lab, 6002);
    cleo.subscribe(ana.publish());
    dan.subscribe(ben.publish());
    for (int i = 0; i < 3; ++i) {
        ana.say(1);
        ben.say(2);
    }
    CHECK(cleo.take() == std::vector<std::pair<int, int>>{{1, 0}, {1, 1}, {1, 2}});
    CHECK(dan.take() == std::vector<std::pair<int, int>>{{2, 0}, {2, 1}, {2, 2}});
}

TEST_CASE("one listener hears two speakers on two lines", "[sfu]") {
    Lab lab;
    Speaker ana(lab, 1, 5001), ben(lab, 2, 5002);
    Listener cleo(lab, 6001);
    cleo.subscribe(ana.publish());
    cleo.subscribe(ben.publish());
    ana.say(1);
    ben.say(2);
    REQUIRE(cleo.pair.heard.size() == 2);
    CHECK(cleo.pair.heard[0].mid != cleo.pair.heard[1].mid);
    CHECK(cleo.take() == std::vector<std::pair<int, int>>{{1, 0}, {2, 0}});
}

TEST_CASE("numbers and clock continue for the listener over a mute", "[sfu]") {
    Lab lab;
    Speaker ana(lab, 1, 5001);
    Listener cleo(lab, 6001);
    auto* publisher = ana.publish();
    cleo.subscribe(publisher);
    for (int i = 0; i < 3; ++i) ana.say(1);
    publisher->setMuted(true);
    for (int i = 0; i < 50; ++i) ana.say(1);
    publisher->setMuted(false);
    for (int i = 0; i < 3; ++i) ana.say(1);
    REQUIRE(cleo.pair.heard.size() == 6);
    for (std::size_t i = 1; i < 6; ++i) {
        const auto& before = cleo.pair.heard[i - 1].frame;
        const auto& after = cleo.pair.heard[i].frame;
        CHECK(after.sequence == before.sequence + 1);
        CHECK(after.rtpTimestamp - before.rtpTimestamp == (i == 3 ? 51u * 960u : 960u));
    }
}

TEST_CASE("a gap of DTX reaches the listener as a gap of time and not of numbers", "[sfu]") {
    Lab lab;
    Speaker ana(lab, 1, 5001);
    Listener cleo(lab, 6001);
    cleo.subscribe(ana.publish());
    ana.say(1);
    ana.say(1, 19'200);
    REQUIRE(cleo.pair.heard.size() == 2);
    CHECK(cleo.pair.heard[1].frame.sequence == cleo.pair.heard[0].frame.sequence + 1);
    CHECK(cleo.pair.heard[1].frame.rtpTimestamp - cleo.pair.heard[0].frame.rtpTimestamp == 19'200u);
}

TEST_CASE("a listener who switches a line off and on finds continuous numbers", "[sfu]") {
    Lab lab;
    Speaker ana(lab, 1, 5001);
    Listener cleo(lab, 6001);
    auto* line = cleo.subscribe(ana.publish());
    ana.say(1);
    line->setPaused(true);
    for (int i = 0; i < 10; ++i) ana.say(1);
    line->setPaused(false);
    ana.say(1);
    REQUIRE(cleo.pair.heard.size() == 2);
    CHECK(cleo.pair.heard[1].frame.sequence == cleo.pair.heard[0].frame.sequence + 1);
    CHECK(cleo.pair.heard[1].frame.rtpTimestamp - cleo.pair.heard[0].frame.rtpTimestamp == 11u * 960u);
}

TEST_CASE("a line used again for another speaker carries only that one", "[sfu]") {
    Lab lab;
    Speaker ana(lab, 1, 5001), ben(lab, 2, 5002);
    Listener cleo(lab, 6001);
    auto* first = ana.publish();
    auto* line = cleo.subscribe(first);
    ana.say(1);
    const auto mid = cleo.pair.heard.at(0).mid;
    const auto sender = line->sender();
    lab.forwarder.removePublisher(first);
    lab.forwarder.removeSubscriber(line);
    cleo.pair.server.removeSender(sender);
    cleo.negotiate();
    cleo.take();
    cleo.subscribe(ben.publish());
    ana.say(1);
    ben.say(2);
    ben.say(2);
    REQUIRE(cleo.pair.heard.size() == 2);
    CHECK(cleo.pair.heard[0].mid == mid);
    CHECK(cleo.take() == std::vector<std::pair<int, int>>{{2, 0}, {2, 1}});
}

TEST_CASE("T1 after removal not one packet of a sender that goes on is forwarded", "[sfu][T1]") {
    Lab lab;
    Speaker ana(lab, 1, 5001);
    Listener cleo(lab, 6001);
    auto* publisher = ana.publish();
    cleo.subscribe(publisher);
    ana.say(1);
    REQUIRE(cleo.take().size() == 1);
    lab.forwarder.removePublisher(publisher);
    const auto before = lab.sent;
    for (int i = 0; i < 100; ++i) ana.say(1);
    CHECK(lab.sent == before);
    CHECK(cleo.take().empty());
    CHECK(lab.forwarder.stats().unknownSource == 100);
}

TEST_CASE("T1 nothing is sent to a listener that was removed", "[sfu][T1]") {
    Lab lab;
    Speaker ana(lab, 1, 5001);
    Listener cleo(lab, 6001), dan(lab, 6002);
    auto* publisher = ana.publish();
    cleo.subscribe(publisher);
    dan.subscribe(publisher);
    ana.say(1);
    cleo.take();
    lab.forwarder.removeConnection(cleo.pair.server);
    ana.say(1);
    CHECK(cleo.take().empty());
    CHECK(dan.take().size() == 2);
    CHECK(lab.forwarder.subscribers() == 1);
}

TEST_CASE("T3 a speaker who is muted, held or moved down and ignores it is not forwarded", "[sfu][T3]") {
    Lab lab;
    Speaker ana(lab, 1, 5001);
    Listener cleo(lab, 6001);
    auto* publisher = ana.publish();
    cleo.subscribe(publisher);
    ana.say(1);
    CHECK(cleo.take().size() == 1);
    publisher->setMuted(true);
    for (int i = 0; i < 20; ++i) ana.say(1);
    CHECK(cleo.take().empty());
    publisher->setMuted(false);
    publisher->setAuthorised(false);
    for (int i = 0; i < 20; ++i) ana.say(1);
    CHECK(cleo.take().empty());
    publisher->setAuthorised(true);
    ana.say(1);
    CHECK(cleo.take().size() == 1);
}

TEST_CASE("T4 packets of a track that nobody authorised are dropped", "[sfu][T4]") {
    Lab lab;
    Speaker ana(lab, 1, 5001), eve(lab, 2, 5002);
    Listener cleo(lab, 6001);
    cleo.subscribe(ana.publish());
    for (int i = 0; i < 20; ++i) eve.say(9);
    CHECK(cleo.take().empty());
    CHECK(lab.forwarder.stats().unknownSource == 20);
    CHECK(lab.forwarder.publishers() == 1);
}

TEST_CASE("T5 another's SSRC on one's own transport reaches nobody", "[sfu][T5]") {
    Lab lab;
    Speaker ana(lab, 1, 5001), eve(lab, 2, 5002);
    Listener cleo(lab, 6001);
    cleo.subscribe(ana.publish());
    ana.say(1);
    // Eve's transport brings an authentic packet that claims to be Ana's stream.
    rtc::RtpView forged;
    const base::Bytes payload(40, std::byte{0x09});
    forged.ssrc = ana.lastSsrc;
    forged.payloadType = 111;
    forged.sequence = 7;
    forged.payload = payload;
    lab.forwarder.onRtp(eve.transport, forged, lab.now);
    lab.batch.flush();
    ana.say(1);
    CHECK(cleo.take() == std::vector<std::pair<int, int>>{{1, 0}, {1, 1}});
    CHECK(cleo.pair.clientTracks.at(0).ssrc != ana.lastSsrc);  // the listener's SSRC is the server's
}

TEST_CASE("T10 a million unknown SSRCs leave nothing behind, and a transport has at most eight tracks", "[sfu][T10]") {
    Lab lab;
    rtc::RtpView packet;
    const base::Bytes payload(40, std::byte{0});
    packet.payloadType = 111;
    packet.payload = payload;
    for (std::uint32_t ssrc = 0; ssrc < (1u << 20); ++ssrc) {
        packet.ssrc = ssrc;
        lab.forwarder.onRtp(1, packet, lab.now);
    }
    CHECK(lab.forwarder.stats().unknownSource == 1u << 20);
    CHECK(lab.forwarder.publishers() == 0);
    sfu::PublisherConfig config;
    config.transport = 1;
    for (std::uint32_t i = 0; i < sfu::Forwarder::kMaxTracksPerTransport; ++i) {
        config.ssrc = i;
        CHECK(lab.forwarder.addPublisher(config) != nullptr);
    }
    config.ssrc = 100;
    CHECK(lab.forwarder.addPublisher(config) == nullptr);
    config.transport = 2;
    CHECK(lab.forwarder.addPublisher(config) != nullptr);
    CHECK(lab.forwarder.addPublisher(config) == nullptr);  // the same SSRC twice
}

TEST_CASE("a section without a=ssrc is found by the mid of its first packet, and only for that mid", "[sfu]") {
    Lab lab;
    sfu::PublisherConfig config;
    config.transport = 1;
    config.mid = "3";
    config.midExtensionId = 4;
    config.authorised = true;
    auto* publisher = lab.forwarder.addPublisher(config);
    const base::Bytes payload(40, std::byte{0});
    const auto packet = [&](std::uint32_t ssrc, char mid) {
        rtc::RtpView view;
        static base::Bytes extension;
        extension = {std::byte{0x40}, static_cast<std::byte>(mid), std::byte{0}, std::byte{0}};
        view.ssrc = ssrc;
        view.payloadType = 111;
        view.payload = payload;
        view.extensionProfile = 0xBEDE;
        view.extensions = extension;
        return view;
    };
    lab.forwarder.onRtp(1, packet(77, '4'), lab.now);
    CHECK(publisher->forwarded == 0);
    lab.forwarder.onRtp(1, packet(78, '3'), lab.now);
    CHECK(publisher->forwarded == 1);
    lab.forwarder.onRtp(1, packet(79, '3'), lab.now);  // the place is taken
    CHECK(publisher->forwarded == 1);
}

TEST_CASE("a lost packet is repeated on a NACK from the forwarder's memory", "[sfu]") {
    Lab lab;
    Speaker ana(lab, 1, 5001);
    Listener cleo(lab, 6001);
    auto* line = cleo.subscribe(ana.publish());
    for (int i = 0; i < 30; ++i) ana.say(1);
    cleo.take();
    lab.deliver = false;
    ana.say(1);
    lab.deliver = true;
    ana.say(1);
    REQUIRE(cleo.take() == std::vector<std::pair<int, int>>{{1, 31}});
    const auto parameters = cleo.pair.server.senderParameters(line->sender());
    const auto lost = static_cast<std::uint16_t>(parameters->firstSequence + 30);
    lab.forwarder.onNack(cleo.pair.server, line->sender(), std::span(&lost, 1), lab.now);
    lab.batch.flush();
    CHECK(cleo.take() == std::vector<std::pair<int, int>>{{1, 30}});
}

TEST_CASE("T40 a storm of NACKs costs at most a tenth of what was sent", "[sfu][T40]") {
    Lab lab;
    Speaker ana(lab, 1, 5001);
    Listener cleo(lab, 6001);
    auto* line = cleo.subscribe(ana.publish());
    const auto parameters = cleo.pair.server.senderParameters(line->sender());
    for (int i = 0; i < 200; ++i) {
        ana.say(1);
        for (int n = 0; n < 20; ++n) {
            const auto wanted = static_cast<std::uint16_t>(parameters->firstSequence + i);
            lab.forwarder.onNack(cleo.pair.server, line->sender(), std::span(&wanted, 1), lab.now);
        }
        lab.batch.flush();
    }
    CHECK(line->resent > 0);
    CHECK(line->resent <= 20);
}
