// SPDX-License-Identifier: Apache-2.0
#include "core/room/media_link_relay.h"

#include <algorithm>

namespace parlour::room {
namespace {

base::Error elsewhere() {
    return {base::ErrorKind::refused, "turn_loopback", "The room's server names a relay on this very computer, where it is not itself.", {}, {}};
}

}  // namespace

MediaRelay::MediaRelay(net::EventLoop& loop, std::vector<rtc::TurnServer> servers, net::TlsTrust trust, bool loopback, Owner owner)
    : m_loop(loop), m_relay(std::move(servers)), m_trust(std::move(trust)), m_loopback(loopback), m_owner(std::move(owner)) {}

MediaRelay::~MediaRelay() {
    *m_alive = false;
    m_relay.close(now());
    while (auto bytes = m_relay.pollBytes()) {
        const auto it = m_carriers.find(bytes->first);
        if (it == m_carriers.end()) continue;
        if (it->second.socket) it->second.socket->send(bytes->second, it->second.server);
        if (it->second.stream) it->second.stream->send(bytes->second);
    }
    for (auto& [id, carrier] : m_carriers)
        if (carrier.stream) carrier.stream->closeAfterSending(std::chrono::seconds(1));
}

bool MediaRelay::has(const base::SocketAddress& address) const {
    const auto& own = m_relay.addresses();
    return std::find(own.begin(), own.end(), address) != own.end();
}

void MediaRelay::start() {
    m_wanted = true;
    m_relay.start(now(), rtc::TurnFamily::both);
    pump();
}

void MediaRelay::startAgain() {
    if (!m_wanted) return;
    const auto had = m_relay.addresses();
    m_relay.close(now());
    pump();
    const auto alive = m_alive;
    for (const auto& one : had) {
        m_owner.lost(one);
        if (!*alive) return;
    }
    start();
}

void MediaRelay::send(const base::SocketAddress& to, base::ByteView datagram) {
    m_relay.send(now(), to, datagram);
    pump();
}

void MediaRelay::open(const rtc::OpenCarrier& wish) {
    auto& carrier = m_carriers[wish.id];
    const auto& server = wish.server;
    if (server.carrier == rtc::TurnCarrier::udp) {
        carrier.opening = net::resolveHost(m_loop, server.host, server.port, [this, id = wish.id](auto found) {
            if (!found) return closed(id, found.error());
            openUdp(id, *found);
        });
        return;
    }
    net::ConnectOptions options;
    options.host = server.host;
    options.port = server.port;
    options.timeout = kConnectTime;
    if (server.carrier == rtc::TurnCarrier::tls) {
        options.tls = m_trust;
        options.certificateName = wish.certificateName;
    }
    carrier.opening = net::connectTcp(m_loop, std::move(options), [this, id = wish.id](auto stream) {
        if (!stream) return closed(id, stream.error());
        openStream(id, std::move(*stream));
    });
}

void MediaRelay::openUdp(std::uint32_t id, const std::vector<base::SocketAddress>& addresses) {
    const auto it = m_carriers.find(id);
    if (it == m_carriers.end()) return;
    if (addresses.empty() || !mayUse(addresses.front())) return closed(id, elsewhere());
    it->second.server = addresses.front();
    const auto any = it->second.server.ip.isV4() ? base::IpAddress::v4({}) : base::IpAddress::v6({});
    auto bound = net::UdpSocket::bind(m_loop, {any, 0});
    if (!bound) return closed(id, bound.error());
    it->second.socket = std::move(*bound);
    it->second.socket->onDatagram([this, id](std::span<const std::byte> datagram, const base::SocketAddress& from) {
        const auto mine = m_carriers.find(id);
        if (mine == m_carriers.end() || from != mine->second.server) return;   // nobody else has anything to say here
        m_relay.handleBytes(id, now(), datagram);
        pump();
    });
    m_relay.opened(id, it->second.server, now());
    pump();
}

void MediaRelay::openStream(std::uint32_t id, std::shared_ptr<net::TcpStream> stream) {
    const auto it = m_carriers.find(id);
    if (it == m_carriers.end()) return;
    if (!mayUse(stream->remoteAddress())) return closed(id, elsewhere());
    const auto at = stream->remoteAddress();
    it->second.stream = std::move(stream);
    it->second.stream->onClosed([this, id](const base::Error& why) { closed(id, why); });
    it->second.stream->onBytes([this, id](std::span<const std::byte> bytes) {
        m_relay.handleBytes(id, now(), bytes);
        pump();
    });
    m_relay.opened(id, at, now());
    pump();
}

void MediaRelay::closed(std::uint32_t id, const base::Error& why) {
    if (const auto it = m_carriers.find(id); it != m_carriers.end()) {
        const auto last = std::move(it->second);   // it may be the one that called us
        m_carriers.erase(it);
    }
    m_relay.closed(id, why, now());
    pump();
}

void MediaRelay::pump() {
    // What is found or received may make the owner send: the outer round takes care of it.
    m_again = true;
    if (m_pumping) return;
    m_pumping = true;
    const auto alive = m_alive;
    while (m_again) {
        m_again = false;
        while (auto bytes = m_relay.pollBytes()) {
            const auto it = m_carriers.find(bytes->first);
            if (it == m_carriers.end()) continue;
            if (it->second.socket) it->second.socket->send(bytes->second, it->second.server);
            // What keeps the allocation goes before what it carries.
            const bool ours = (std::to_integer<unsigned>(bytes->second.front()) & 0xc0) == 0;
            if (it->second.stream && it->second.stream->queuedBytes() + bytes->second.size() <= (ours ? 2 * kMaxQueue : kMaxQueue))
                it->second.stream->send(bytes->second);
        }
        while (auto event = m_relay.pollEvent()) {
            m_again = true;
            if (const auto* wish = std::get_if<rtc::OpenCarrier>(&*event)) {
                open(*wish);
            } else if (const auto* over = std::get_if<rtc::CloseCarrier>(&*event)) {
                if (const auto it = m_carriers.find(over->id); it != m_carriers.end()) {
                    if (it->second.stream) it->second.stream->closeAfterSending(std::chrono::seconds(1));
                    if (it->second.socket) it->second.socket->onDatagram({});   // we may be gone before it is
                    m_loop.post([last = std::make_shared<Carrier>(std::move(it->second))] {});   // it may be the one that called us
                    m_carriers.erase(it);
                }
            } else if (const auto* got = std::get_if<rtc::RelayFound>(&*event)) {
                m_owner.found(got->address);
            } else if (const auto* lost = std::get_if<rtc::RelayLost>(&*event)) {
                m_owner.lost(lost->address);
            } else if (const auto* failed = std::get_if<rtc::RelayFailed>(&*event)) {
                m_owner.failed(failed->error);
            }
            if (!*alive) return;
        }
        while (auto in = m_relay.pollReceived()) {
            const auto& own = m_relay.addresses();
            const auto to = std::find_if(own.begin(), own.end(), [&](const auto& one) { return one.ip.isV4() == in->peer.ip.isV4(); });
            if (to == own.end()) continue;
            m_owner.received(in->bytes, {*to, in->peer});
            if (!*alive) return;
        }
    }
    m_pumping = false;
    const auto due = m_relay.nextTimeout();
    if (due == base::kNever) return m_timer.cancel();
    m_timer = m_loop.postAfter(std::max(due - now(), base::Duration{0}), [this] {
        m_relay.handleTimeout(now());
        pump();
    });
}

}  // namespace parlour::room
