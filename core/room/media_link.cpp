// SPDX-License-Identifier: Apache-2.0
#include "core/room/media_link.h"

#include <array>

#include "core/net/udp_socket.h"

namespace parlour::room {

MediaLink::MediaLink(net::EventLoop& loop, rtc::PeerConnectionConfig config, const std::vector<base::IpAddress>& addresses,
                     std::function<void(rtc::PeerEvent&)> onEvent)
    : m_loop(loop), m_connection(std::move(config)), m_onEvent(std::move(onEvent)) {
    for (const auto& ip : addresses) {
        auto socket = net::UdpSocket::bind(loop, {ip, 0});
        if (!socket) continue;
        const auto local = (*socket)->localAddress();
        m_connection.addLocalAddress(local);
        (*socket)->onDatagram([this, local](std::span<const std::byte> datagram, const base::SocketAddress& from) {
            receive(datagram, local, from);
        });
        m_sockets.push_back(std::move(*socket));
    }
}

MediaLink::~MediaLink() {
    *m_alive = false;
    m_connection.close(now());
    sendAll();
}

void MediaLink::receive(std::span<const std::byte> datagram, const base::SocketAddress& local, const base::SocketAddress& from) {
    std::array<std::byte, 2048> buffer;   // decrypted in place
    if (datagram.size() > buffer.size()) return;
    std::copy(datagram.begin(), datagram.end(), buffer.begin());
    m_connection.handleDatagram(now(), local, from, std::span(buffer).first(datagram.size()));
    flush();
}

void MediaLink::sendAll() {
    while (auto datagram = m_connection.pollDatagram())
        for (auto& socket : m_sockets)
            if (socket->localAddress() == datagram->from) {
                socket->send(datagram->bytes, datagram->to);
                break;
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
        while (auto event = m_connection.pollEvent()) {
            if (!m_silent) m_onEvent(*event);
            if (!*alive) return;   // the handler let go of us
            m_again = true;
        }
    }
    m_flushing = false;
    const auto due = m_connection.nextTimeout();
    if (due == m_due) return;
    m_due = due;
    if (due == base::kNever) {
        m_timer.cancel();
        return;
    }
    m_timer = m_loop.postAfter(std::max(due - now(), base::Duration{0}), [this] {
        m_due = base::kNever;
        m_connection.handleTimeout(now());
        flush();
    });
}

}  // namespace parlour::room
