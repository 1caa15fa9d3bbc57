// SPDX-License-Identifier: Apache-2.0
#include "core/room/media_link.h"

#include <algorithm>
#include <array>

#include "core/net/udp_socket.h"
#include "core/room/media_link_relay.h"
#include "core/room/media_link_streams.h"

namespace parlour::room {
namespace {

rtc::PeerConnectionConfig with(rtc::PeerConnectionConfig config, const MediaWays& ways) {
    config.transport.direct = !ways.relayOnly;
    config.transport.streams = !ways.relayOnly;
    config.transport.relays = !ways.relays.empty();
    return config;
}

/// Whatever the login.
bool sameServer(const rtc::TurnServer& a, const rtc::TurnServer& b) { return a.carrier == b.carrier && a.host == b.host && a.port == b.port; }

}  // namespace

std::string_view toString(MediaPath path) {
    switch (path) {
        case MediaPath::none: return "";
        case MediaPath::udp: return "udp";
        case MediaPath::tcp: return "tcp";
        case MediaPath::relayUdp: return "relay/udp";
        case MediaPath::relayTcp: return "relay/tcp";
        case MediaPath::relayTls: return "relay/tls";
    }
    return "";
}

MediaLink::MediaLink(net::EventLoop& loop, rtc::PeerConnectionConfig config, MediaWays ways,
                     std::function<void(rtc::PeerEvent&)> onEvent)
    : m_loop(loop), m_ways(std::move(ways)), m_connection(with(std::move(config), m_ways)), m_onEvent(std::move(onEvent)) {
    if (!m_ways.relayOnly)
        for (const auto& ip : m_ways.addresses) bind(ip);
    MediaStreams::Owner owner;
    owner.opened = [this](const rtc::Route& route) {
        const bool wanted = m_connection.transport().streamOpened(route, now());
        m_connection.settle(now());
        flush();
        return wanted;
    };
    owner.closed = [this](const rtc::Route& route) {
        m_connection.transport().streamClosed(route, now());
        m_connection.settle(now());
        flush();
    };
    owner.received = [this](std::span<const std::byte> datagram, const rtc::Route& route) { receive(datagram, route); };
    m_streams = std::make_unique<MediaStreams>(loop, std::move(owner));
    openRelay();
}

MediaLink::~MediaLink() {
    *m_alive = false;
    m_connection.close(now());
    sendAll();
}

void MediaLink::bind(const base::IpAddress& ip) {
    auto socket = net::UdpSocket::bind(m_loop, {ip, 0});
    if (!socket) return;
    const auto local = (*socket)->localAddress();
    m_connection.addLocalAddress(local);
    (*socket)->onDatagram([this, local](std::span<const std::byte> datagram, const base::SocketAddress& from) {
        receive(datagram, {local, from});
    });
    m_sockets.push_back(std::move(*socket));
}

void MediaLink::openRelay() {
    if (m_ways.relays.empty()) return;
    const bool loopback = std::any_of(m_ways.addresses.begin(), m_ways.addresses.end(), [](const auto& ip) { return ip.isLoopback(); });
    MediaRelay::Owner owner;
    owner.found = [this](const base::SocketAddress& address) {
        m_connection.addLocalAddress(address, rtc::CandidateType::relay);
        m_connection.handleTimeout(now());
        flush();
    };
    owner.lost = [this](const base::SocketAddress& address) {
        m_connection.transport().removeLocalAddress(address, now());
        m_connection.settle(now());
        flush();
    };
    owner.failed = [this](const base::Error& error) {
        // With another way still open nobody has to know.
        if (!m_ways.relayOnly || m_silent) return;
        rtc::PeerEvent event = rtc::ConnectionStateChanged{rtc::TransportState::failed, base::describe(error)};
        m_onEvent(event);
    };
    owner.received = [this](std::span<const std::byte> datagram, const rtc::Route& route) { receive(datagram, route); };
    m_relay = std::make_unique<MediaRelay>(m_loop, m_ways.relays, m_ways.trust, loopback, std::move(owner));
    if (m_ways.relayOnly)
        m_loop.post([this, alive = m_alive] {   // not before the owner has us
            if (*alive && m_relay) m_relay->start();
        });
}

void MediaLink::learnRelays(const std::vector<rtc::TurnServer>& relays) {
    if (relays.empty() || relays == m_ways.relays) return;
    const bool same = std::equal(relays.begin(), relays.end(), m_ways.relays.begin(), m_ways.relays.end(), sameServer);
    m_ways.relays = relays;
    if (m_relay && connected() && (same || relayed())) return m_relay->rename(relays);
    const auto alive = m_alive;
    const auto old = std::move(m_relay);
    openRelay();
    m_connection.transport().allowRelays();
    if (old)
        for (const auto& address : old->addresses()) m_connection.transport().removeLocalAddress(address, now());
    m_connection.settle(now());
    flush();
    if (*alive && old && old->wanted()) m_relay->start();
}

void MediaLink::receive(std::span<const std::byte> datagram, const rtc::Route& route) {
    std::array<std::byte, 2048> buffer;   // decrypted in place
    if (datagram.size() > buffer.size()) return;
    std::copy(datagram.begin(), datagram.end(), buffer.begin());
    m_connection.handleDatagram(now(), route.local, route.remote, std::span(buffer).first(datagram.size()));
    flush();
}

void MediaLink::sendAll() {
    while (auto datagram = m_connection.pollDatagram()) {
        if (m_relay && m_relay->has(datagram->from)) {
            m_relay->send(datagram->to, datagram->bytes);
            continue;
        }
        if (m_streams->send(*datagram)) continue;
        for (auto& socket : m_sockets)
            if (socket->localAddress() == datagram->from) {
                socket->send(datagram->bytes, datagram->to);
                break;
            }
    }
}

void MediaLink::grantWishes() {
    while (auto wish = m_connection.transport().pollWish()) {
        if (const auto* stream = std::get_if<rtc::StreamWish>(&*wish)) m_streams->dial(stream->to);
        else if (m_relay) m_relay->start();
    }
}

void MediaLink::flush() {
    // An event's handler may call back into the connection and flush: the outer round takes care of it.
    m_again = true;
    if (m_flushing) return;
    m_flushing = true;
    const auto alive = m_alive;
    while (m_again) {
        m_again = false;
        sendAll();
        if (*alive) grantWishes();
        while (auto event = m_connection.pollEvent()) {
            if (std::holds_alternative<rtc::RouteChanged>(*event))
                m_streams->keep([this](const rtc::Route& route) { return m_connection.transport().needsStream(route); });
            if (!m_silent) m_onEvent(*event);
            if (!*alive) return;   // the handler let go of us
            m_again = true;
        }
    }
    m_flushing = false;
    const auto due = m_connection.nextTimeout();
    // Each packet moves it a little later: waking up once too early is cheaper than another timer for each.
    if (due >= m_due) return;
    m_due = due;
    m_timer = m_loop.postAfter(std::max(due - now(), base::Duration{0}), [this] {
        m_due = base::kNever;
        m_connection.handleTimeout(now());
        flush();
    });
}

bool MediaLink::relayed() const {
    const auto route = const_cast<rtc::PeerConnection&>(m_connection).transport().route();
    return route && m_relay && m_relay->has(route->local);
}

MediaPath MediaLink::path() const {
    const auto route = const_cast<rtc::PeerConnection&>(m_connection).transport().route();
    if (!route) return MediaPath::none;
    if (relayed()) switch (m_relay->carrier().value_or(rtc::TurnCarrier::udp)) {
            case rtc::TurnCarrier::udp: return MediaPath::relayUdp;
            case rtc::TurnCarrier::tcp: return MediaPath::relayTcp;
            case rtc::TurnCarrier::tls: return MediaPath::relayTls;
        }
    return m_streams->has(route->local) ? MediaPath::tcp : MediaPath::udp;
}

void MediaLink::networkChanged(const std::vector<base::IpAddress>& addresses, bool outward) {
    const auto gone = [&](const base::IpAddress& ip) { return std::find(addresses.begin(), addresses.end(), ip) == addresses.end(); };
    const bool moved = std::any_of(m_ways.addresses.begin(), m_ways.addresses.end(), gone);
    m_ways.addresses = addresses;
    const auto alive = m_alive;
    if (!m_ways.relayOnly) {
        // The new ones first: whoever loses the path finds the next one there.
        for (const auto& ip : addresses)
            if (std::none_of(m_sockets.begin(), m_sockets.end(), [&](const auto& s) { return s->localAddress().ip == ip; })) bind(ip);
        auto& transport = m_connection.transport();
        for (auto it = m_sockets.begin(); it != m_sockets.end();) {
            const auto local = (*it)->localAddress();
            if (!gone(local.ip)) {
                ++it;
                continue;
            }
            it = m_sockets.erase(it);
            transport.removeLocalAddress(local, now());
        }
        m_streams->keep([&](const rtc::Route& route) {
            if (!gone(route.local.ip)) return true;
            transport.streamClosed(route, now());
            return false;
        });
    }
    m_connection.transport().probe(now());
    m_connection.settle(now());
    flush();
    if (*alive && (moved || outward) && m_relay) m_relay->startAgain();
}

}  // namespace parlour::room
