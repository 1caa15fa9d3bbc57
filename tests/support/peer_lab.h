// SPDX-License-Identifier: Apache-2.0
// Two PeerConnections, a full-ICE client and an ICE-lite server, joined by a network in memory on virtual time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/rtc/certificate.h"
#include "core/rtc/peer_connection.h"
#include "tests/support/manual_executor.h"
#include "tests/support/memory_socket.h"

namespace parlour::tests {

class PeerLab {
  public:
    struct End {
        std::unique_ptr<rtc::PeerConnection> connection;
        std::unique_ptr<MemorySocket> socket;
        std::vector<rtc::PeerEvent> events;
        std::vector<rtc::RtpView> rtp;           // header fields only, views are stale
        std::size_t rtpCount = 0;

        template <class E>
        std::vector<E> all() const {
            std::vector<E> out;
            for (const auto& e : events)
                if (const auto* x = std::get_if<E>(&e)) out.push_back(*x);
            return out;
        }
    };

    explicit PeerLab(bool clientCreatesChannels, std::uint32_t seed = 1)
        : executor(clock), network(executor, seed) {
        rtc::PeerConnectionConfig c;
        c.transport.iceMode = rtc::IceMode::full;
        c.transport.controlling = true;
        c.transport.certificate = rtc::Certificate::generate();
        c.createChannels = clientCreatesChannels;
        c.randomSeed = seed * 2 + 1;
        open(client, std::move(c), "10.0.0.1:4000");
        rtc::PeerConnectionConfig s;
        s.transport.iceMode = rtc::IceMode::lite;
        s.transport.controlling = false;
        s.transport.certificate = rtc::Certificate::generate();
        s.createChannels = !clientCreatesChannels;
        s.rawRtp = true;
        s.randomSeed = seed * 2 + 2;
        open(server, std::move(s), "10.0.0.2:5000");
        server.connection->onRtp([this](const rtc::RtpView& v, base::TimePoint) {
            ++server.rtpCount;
            server.rtp.push_back(v);
        });
    }

    /// `offerer` offers, the other answers.
    base::Result<void> negotiate(End& offerer, End& answerer) {
        auto offer = offerer.connection->createOffer(clock.now());
        if (!offer) return base::Unexpected<base::Error>(offer.error());
        lastOffer = *offer;
        auto answer = answerer.connection->acceptOffer(*offer, clock.now());
        if (!answer) return base::Unexpected<base::Error>(answer.error());
        lastAnswer = *answer;
        auto done = offerer.connection->acceptAnswer(*answer, clock.now());
        drain();
        return done;
    }

    void run(base::Duration d) {
        const auto end = clock.now() + d;
        while (clock.now() < end) {
            drain();
            auto next = std::min({client.connection->nextTimeout(), server.connection->nextTimeout(), executor.nextDue(), end});
            if (next > clock.now()) clock.set(next);
            executor.runReady();
            for (auto* e : {&client, &server})
                if (e->connection->nextTimeout() <= clock.now()) e->connection->handleTimeout(clock.now());
        }
        drain();
    }

    void drain() {
        for (int round = 0; round < 50; ++round) {
            bool any = false;
            for (auto* e : {&client, &server}) {
                while (auto d = e->connection->pollDatagram()) {
                    e->socket->send(d->bytes, d->to);
                    any = true;
                }
                while (auto event = e->connection->pollEvent()) e->events.push_back(std::move(*event));
            }
            if (executor.runReady() == 0 && !any) return;
        }
    }

    bool connected() const {
        return client.connection->state() == rtc::TransportState::connected &&
               server.connection->state() == rtc::TransportState::connected;
    }

    ManualClock clock;
    ManualExecutor executor;
    MemoryNetwork network;
    End client, server;
    std::string lastOffer, lastAnswer;

  private:
    void open(End& end, rtc::PeerConnectionConfig config, const char* address) {
        end.connection = std::make_unique<rtc::PeerConnection>(std::move(config));
        end.socket = network.open(*base::SocketAddress::parse(address));
        end.connection->addLocalAddress(end.socket->localAddress());
        end.socket->onDatagram([this, &end](std::span<const std::byte> bytes, const base::SocketAddress& from) {
            auto copy = base::toBytes(bytes);
            end.connection->handleDatagram(clock.now(), end.socket->localAddress(), from, copy);
        });
    }
};

inline base::OpusFrame opusFrame(std::uint32_t number, std::size_t size = 40) {
    base::OpusFrame f;
    f.size = static_cast<std::uint16_t>(size);
    for (std::size_t i = 0; i < size; ++i) f.payload[i] = static_cast<std::byte>((number + i) & 0xff);
    f.payload[0] = std::byte{0x78};   // TOC: 20 ms, one frame
    f.rtpTimestamp = number * 960;
    f.level.value = 30;
    return f;
}

}  // namespace parlour::tests
