// SPDX-License-Identifier: Apache-2.0
// Transports on a network in memory and on virtual time.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/rtc/certificate.h"
#include "core/rtc/transport.h"
#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/manual_executor.h"
#include "tests/support/memory_socket.h"

namespace parlour::tests {

inline base::SocketAddress at(const char* text) { return base::SocketAddress::parse(text).value(); }

/// A transport with its sockets and its timer, as client and server wire it.
class Endpoint {
  public:
    Endpoint(ManualClock& clock, ManualExecutor& executor, MemoryNetwork& network, rtc::TransportConfig config)
        : m_clock(clock), m_executor(executor), m_network(network), m_transport(std::move(config)) {}

    rtc::IceCandidate open(const char* address) {
        auto socket = m_network.open(at(address));
        const auto local = socket->localAddress();
        socket->onDatagram([this, local](base::ByteView datagram, const base::SocketAddress& from) {
            if (filter && !filter(datagram, from)) return;
            handle(local, from, base::toBytes(datagram));
        });
        m_sockets.push_back(std::move(socket));
        return m_transport.addLocalAddress(local);
    }
    void closeSocket(const char* address) {
        std::erase_if(m_sockets, [&](const auto& s) { return s->localAddress() == at(address); });
    }

    void handle(const base::SocketAddress& local, const base::SocketAddress& from, base::Bytes datagram) {
        const auto in = m_transport.handleDatagram(m_clock.now(), local, from, datagram);
        if (in.kind == rtc::Incoming::Kind::rtp) rtp.push_back(base::toBytes(in.plain));
        if (in.kind == rtc::Incoming::Kind::rtcp) rtcp.push_back(base::toBytes(in.plain));
        pump();
    }

    /// After every input.
    void pump() {
        while (auto out = m_transport.pollDatagram()) {
            for (auto& socket : m_sockets)
                if (socket->localAddress() == out->from) socket->send(out->bytes, out->to);
        }
        while (auto event = m_transport.pollEvent()) {
            if (auto* changed = std::get_if<rtc::TransportStateChanged>(&*event)) states.push_back(*changed);
            if (auto* changed = std::get_if<rtc::RouteChanged>(&*event)) routes.push_back(*changed);
        }
        while (auto bytes = m_transport.pollData()) data.push_back(std::move(*bytes));
        const auto next = m_transport.nextTimeout();
        if (next == base::kNever) {
            m_timer.cancel();
        } else {
            const auto wait = std::max<base::Duration>(next - m_clock.now(), base::Duration{0});
            m_timer = m_executor.postAfter(wait, [this] {
                ++wakeUps;
                m_transport.handleTimeout(m_clock.now());
                pump();
            });
        }
    }

    base::Bytes protectRtp(std::uint16_t sequence, std::uint32_t ssrc = 1000) {
        base::ByteWriter w;
        w.u8(0x80);
        w.u8(111);
        w.u16(sequence);
        w.u32(sequence * 960u);
        w.u32(ssrc);
        const base::Bytes payload(80, std::byte{0x5a});
        base::Bytes out(200);
        out.resize(m_transport.protectRtp(w.view(), payload, out));
        return out;
    }
    /// False when there are no keys or no route.
    bool sendRtp(std::uint16_t sequence, std::uint32_t ssrc = 1000) {
        const auto route = m_transport.route();
        const auto out = protectRtp(sequence, ssrc);
        if (out.empty() || !route) return false;
        for (auto& socket : m_sockets)
            if (socket->localAddress() == route->local) socket->send(out, route->remote);
        return true;
    }

    rtc::Transport& transport() { return m_transport; }
    rtc::TransportState state() const { return m_transport.state(); }
    const rtc::TransportStateChanged* lastState() const { return states.empty() ? nullptr : &states.back(); }

    std::function<bool(base::ByteView, const base::SocketAddress&)> filter;  ///< false = the datagram never came
    std::vector<base::Bytes> rtp, rtcp, data;
    std::vector<rtc::TransportStateChanged> states;
    std::vector<rtc::RouteChanged> routes;
    std::size_t wakeUps = 0;

  private:
    ManualClock& m_clock;
    ManualExecutor& m_executor;
    MemoryNetwork& m_network;
    rtc::Transport m_transport;
    std::vector<std::unique_ptr<MemorySocket>> m_sockets;
    base::Timer m_timer;
};

/// A full client at 10.0.0.1:5000 and a lite server at 10.0.0.2:7000.
struct TransportLab {
    explicit TransportLab(std::uint32_t seed = 1, rtc::IceMode serverMode = rtc::IceMode::lite)
        : network(executor, seed),
          client(clock, executor, network, {rtc::IceMode::full, true, clientCertificate}),
          server(clock, executor, network, {serverMode, false, serverCertificate}) {}

    ManualClock clock;
    ManualExecutor executor{clock};
    MemoryNetwork network;
    std::shared_ptr<const rtc::Certificate> clientCertificate = rtc::Certificate::generate();
    std::shared_ptr<const rtc::Certificate> serverCertificate = rtc::Certificate::generate();
    Endpoint client;
    Endpoint server;

    void describe(rtc::DtlsRole clientRole = rtc::DtlsRole::client) {
        const auto serverRole = clientRole == rtc::DtlsRole::client ? rtc::DtlsRole::server : rtc::DtlsRole::client;
        auto& c = client.transport();
        auto& s = server.transport();
        REQUIRE(s.setRemote(c.localIce(), c.localFingerprint(), serverRole, clock.now()));
        REQUIRE(c.setRemote(s.localIce(), s.localFingerprint(), clientRole, clock.now()));
        server.pump();
        client.pump();
    }
    void trickle() {
        for (const auto& candidate : server.transport().localCandidates())
            client.transport().addRemoteCandidate(candidate, clock.now());
        for (const auto& candidate : client.transport().localCandidates())
            server.transport().addRemoteCandidate(candidate, clock.now());
        client.pump();
        server.pump();
    }
    void start(rtc::DtlsRole clientRole = rtc::DtlsRole::client) {
        client.open("10.0.0.1:5000");
        server.open("10.0.0.2:7000");
        describe(clientRole);
        trickle();
    }
    bool connected() const {
        return client.state() == rtc::TransportState::connected && server.state() == rtc::TransportState::connected;
    }
    /// Runs until `done` or `limit` is over; the time it took.
    base::Duration runUntil(const std::function<bool()>& done, base::Duration limit = std::chrono::seconds(40)) {
        const auto from = clock.now();
        executor.runReady();
        while (!done() && clock.now() - from < limit) executor.runFor(std::chrono::milliseconds(1));
        return clock.now() - from;
    }
    base::Duration connect() {
        start();
        const auto took = runUntil([this] { return connected(); });
        REQUIRE(connected());
        return took;
    }
};

}  // namespace parlour::tests
