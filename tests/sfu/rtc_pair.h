// SPDX-License-Identifier: Apache-2.0
// A client's and the server's PeerConnection joined in memory with real ICE, DTLS and SRTP, on virtual time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "core/rtc/certificate.h"
#include "core/rtc/peer_connection.h"

namespace parlour::tests {

inline base::SocketAddress loopback(std::uint16_t port) {
    return {base::IpAddress::v4({127, 0, 0, 1}), port};
}

inline std::shared_ptr<const rtc::Certificate> testCertificate() {
    static const auto certificate = rtc::Certificate::generate();
    return certificate;
}

/// Datagrams of `client` go to `server` and back. What the server's forwarder sends on its own goes through toClient().
class RtcPair {
  public:
    RtcPair(std::uint16_t clientPort, bool serverOpensChannels, bool channels = false)
        : clientAddress(loopback(clientPort)), client(config(true, channels, false)),
          server(config(false, channels, channels && serverOpensChannels)) {
        client.addLocalAddress(clientAddress);
        server.addLocalAddress(serverAddress);
    }

    /// The client offers (its publishing side).
    void clientOffers(base::TimePoint now) {
        auto offer = client.createOffer(now);
        if (!offer) throw std::runtime_error(base::describe(offer.error()));
        auto answer = server.acceptOffer(*offer, now);
        if (!answer) throw std::runtime_error(base::describe(answer.error()));
        auto done = client.acceptAnswer(*answer, now);
        if (!done) throw std::runtime_error(base::describe(done.error()));
    }
    /// The server offers (the client's hearing side).
    void serverOffers(base::TimePoint now) {
        auto offer = server.createOffer(now);
        if (!offer) throw std::runtime_error(base::describe(offer.error()));
        auto answer = client.acceptOffer(*offer, now);
        if (!answer) throw std::runtime_error(base::describe(answer.error()));
        auto done = server.acceptAnswer(*answer, now);
        if (!done) throw std::runtime_error(base::describe(done.error()));
    }

    /// Delivers everything that is queued, both ways, until nothing is left.
    void exchange(base::TimePoint now) {
        for (bool moved = true; moved;) {
            moved = false;
            while (auto d = client.pollDatagram()) {
                moved = true;
                if (losesUp && losesUp()) continue;
                server.handleDatagram(now, serverAddress, clientAddress, d->bytes);
            }
            while (auto d = server.pollDatagram()) {
                moved = true;
                client.handleDatagram(now, clientAddress, serverAddress, d->bytes);
            }
            collect();
        }
        client.handleTimeout(now);
        server.handleTimeout(now);
    }
    bool connected() const {
        return client.state() == rtc::TransportState::connected && server.state() == rtc::TransportState::connected;
    }
    /// Moves time on until both ends have keys.
    void connect(base::TimePoint& now) {
        for (int i = 0; i < 500 && !connected(); ++i) {
            exchange(now);
            now += std::chrono::milliseconds(10);
        }
        if (!connected()) throw std::runtime_error("the pair does not connect");
        exchange(now);
    }
    void toClient(base::TimePoint now, base::ByteView packet) {
        base::Bytes copy(packet.begin(), packet.end());
        client.handleDatagram(now, clientAddress, serverAddress, copy);
        collect();
    }

    base::SocketAddress clientAddress;
    base::SocketAddress serverAddress = loopback(7000);
    rtc::PeerConnection client;
    rtc::PeerConnection server;
    std::function<bool()> losesUp;                     ///< asked for each datagram of the client
    std::optional<base::Feedback> feedback;            ///< newest report about what the client sends
    std::vector<rtc::RemoteFrame> heard;               ///< frames that reached the client
    std::vector<rtc::RemoteTrackAdded> serverTracks;   ///< sections the client sends on
    std::vector<rtc::RemoteTrackAdded> clientTracks;

  private:
    static rtc::PeerConnectionConfig config(bool isClient, bool channels, bool createChannels) {
        rtc::PeerConnectionConfig c;
        c.transport.iceMode = isClient ? rtc::IceMode::full : rtc::IceMode::lite;
        c.transport.controlling = isClient;
        c.transport.certificate = testCertificate();
        c.dataChannels = channels;
        c.createChannels = createChannels;
        c.rawRtp = !isClient;
        c.cname = "test";
        return c;
    }
    void collect() {
        while (auto e = client.pollEvent()) {
            if (auto* frame = std::get_if<rtc::RemoteFrame>(&*e)) heard.push_back(*frame);
            if (auto* track = std::get_if<rtc::RemoteTrackAdded>(&*e)) clientTracks.push_back(*track);
            if (auto* report = std::get_if<rtc::SenderFeedback>(&*e)) feedback = report->feedback;
        }
        while (auto e = server.pollEvent())
            if (auto* track = std::get_if<rtc::RemoteTrackAdded>(&*e)) serverTracks.push_back(*track);
    }
};

}  // namespace parlour::tests
