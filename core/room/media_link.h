// SPDX-License-Identifier: Apache-2.0
// One PeerConnection on real sockets: carries its datagrams, keeps its timer, hands its events on.
// Thread: net.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/base/doors/datagram_socket.h"
#include "core/net/event_loop.h"
#include "core/rtc/peer_connection.h"

namespace parlour::room {

class MediaLink {
  public:
    /// Binds a socket on each of `addresses`; those that cannot be bound are left out.
    MediaLink(net::EventLoop& loop, rtc::PeerConnectionConfig config, const std::vector<base::IpAddress>& addresses,
              std::function<void(rtc::PeerEvent&)> onEvent);
    /// Says goodbye to the peer.
    ~MediaLink();
    MediaLink(const MediaLink&) = delete;

    rtc::PeerConnection& connection() { return m_connection; }
    base::TimePoint now() const { return m_loop.clock().now(); }
    /// After each call into connection(): sends what it wants sent, hands events on, sets the timer.
    void flush();
    /// No event is handed on any more; for one that is to be destroyed, but not within its own callback.
    void silence() { m_silent = true; }
    bool connected() const { return m_connection.state() == rtc::TransportState::connected; }

  private:
    void receive(std::span<const std::byte> datagram, const base::SocketAddress& local, const base::SocketAddress& from);
    void sendAll();

    net::EventLoop& m_loop;
    rtc::PeerConnection m_connection;
    std::function<void(rtc::PeerEvent&)> m_onEvent;
    std::vector<std::unique_ptr<base::DatagramSocket>> m_sockets;
    base::Timer m_timer;
    base::TimePoint m_due = base::kNever;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
    bool m_flushing = false;
    bool m_again = false;
    bool m_silent = false;
};

}  // namespace parlour::room
