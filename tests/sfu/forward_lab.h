// SPDX-License-Identifier: Apache-2.0
// A little SFU with real SRTP on virtual time: speakers and listeners are client PeerConnections, the forwarder stands
// between their server halves.
#pragma once

#include <map>

#include "core/sfu/forwarder.h"
#include "tests/sfu/rtc_pair.h"
#include "tests/support/catch.h"

namespace parlour::tests {

using namespace std::chrono_literals;

/// A little SFU: one forwarder, any number of people.
struct Lab {
    base::TimePoint now{base::Duration(5'000'000)};
    std::map<base::SocketAddress, RtcPair*> byAddress;
    bool deliver = true;
    std::function<bool()> losesDown; ///< asked for each datagram
    bool keep = false;               ///< what was sent, for a look at it
    std::vector<base::Bytes> kept;
    std::size_t sent = 0, bytesSent = 0;
    sfu::SendBatch batch{[this](std::span<const sfu::OutgoingPacket> packets) {
        for (const auto& p : packets) {
            ++sent;
            bytesSent += p.bytes.size();
            if (keep) kept.emplace_back(p.bytes.begin(), p.bytes.end());
            if (const auto it = byAddress.find(p.to); it != byAddress.end() && deliver && !(losesDown && losesDown())) it->second->toClient(now, p.bytes);
        }
    }};
    sfu::Forwarder forwarder{batch};
};

struct Speaker {
    /// `red`: its packets are RED (RFC 2198).
    Speaker(Lab& l, std::uint32_t key, std::uint16_t port, bool red = false) : lab(l), transport(key), pair(port, false) {
        sender = pair.client.addAudioSender({"stream", "cid", true, red});
        pair.server.onRtp([this](const rtc::RtpView& packet, base::TimePoint now) {
            lastSsrc = packet.ssrc;
            if (lost) return;
            lab.forwarder.onRtp(transport, packet, now);
        });
        pair.clientOffers(lab.now);
        pair.connect(lab.now);
        REQUIRE(pair.serverTracks.size() == 1);
    }
    sfu::Publisher* publish(bool authorised = true) {
        sfu::PublisherConfig config;
        config.transport = transport;
        config.mid = pair.serverTracks[0].mid;
        config.ssrc = pair.serverTracks[0].ssrc;
        config.payloadType = pair.serverTracks[0].payloadType;
        config.redPayloadType = pair.serverTracks[0].redPayloadType;
        config.levelExtensionId = pair.serverTracks[0].levelExtensionId;
        config.midExtensionId = pair.serverTracks[0].midExtensionId;
        config.authorised = authorised;
        return lab.forwarder.addPublisher(config);
    }
    /// One 20 ms packet whose payload says who and which.
    void say(std::uint8_t who, std::uint32_t ticks = 960) {
        base::OpusFrame frame;
        frame.size = 40;
        frame.payload[0] = std::byte{0x48};
        frame.payload[1] = std::byte{who};
        frame.payload[2] = static_cast<std::byte>(count);
        for (std::size_t i = 3; i < frame.size; ++i) frame.payload[i] = std::byte{0x5a};
        frame.rtpTimestamp = timestamp += ticks;
        frame.sequence = count++;
        frame.level = {20};
        frame.redundancy = redundancy;
        lab.now += base::Duration(static_cast<std::int64_t>(ticks) * 1000 / 48);
        pair.client.sendFrame(sender, frame, lab.now);
        pair.exchange(lab.now);
        lab.batch.flush();
    }
    Lab& lab;
    std::uint32_t transport;
    RtcPair pair;
    rtc::SenderId sender;
    std::uint32_t timestamp = 1'000'000;
    std::uint32_t lastSsrc = 0;
    std::uint8_t count = 0;
    std::uint8_t redundancy = 0;   ///< earlier frames in each packet
    bool lost = false;             ///< on the way to the server
};

struct Listener {
    /// `red`: takes RED where the speaker sends it.
    Listener(Lab& l, std::uint16_t port, bool red = true) : lab(l), pair(port, true, true), takesRed(red) {
        lab.byAddress[pair.clientAddress] = &pair;
        pair.server.onNack([this](rtc::SenderId s, std::span<const std::uint16_t> sequences) {
            lab.forwarder.onNack(pair.server, s, sequences, lab.now);
        });
    }
    sfu::Subscriber* subscribe(sfu::Publisher* publisher) {
        const auto sender =
            pair.server.addAudioSender({"PA_x|TR_x", "TR_x", true, takesRed && publisher->config().redPayloadType != 0});
        auto* subscriber = lab.forwarder.addSubscriber(publisher, pair.server, sender);
        negotiate();
        return subscriber;
    }
    void negotiate() {
        pair.serverOffers(lab.now);
        pair.connect(lab.now);
        lab.forwarder.refresh(pair.server);
    }
    /// (speaker, number) of every frame heard since the last call.
    std::vector<std::pair<int, int>> take() {
        std::vector<std::pair<int, int>> out;
        for (const auto& f : pair.heard)
            out.emplace_back(std::to_integer<int>(f.frame.payload[1]), std::to_integer<int>(f.frame.payload[2]));
        pair.heard.clear();
        return out;
    }
    Lab& lab;
    RtcPair pair;
    bool takesRed;
};

}  // namespace parlour::tests
