// SPDX-License-Identifier: Apache-2.0
// One PeerConnection on real sockets: carries its datagrams, opens the ways it wishes for (TCP, relay), keeps its timer, hands
// its events on. Thread: net.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "core/base/doors/datagram_socket.h"
#include "core/net/event_loop.h"
#include "core/net/tls.h"
#include "core/rtc/peer_connection.h"
#include "core/rtc/turn_server.h"

namespace parlour::room {

class MediaRelay;
class MediaStreams;

/// By which ways the media may go.
struct MediaWays {
    MediaWays(std::vector<base::IpAddress> own = {}) : addresses(std::move(own)) {}

    std::vector<base::IpAddress> addresses;    ///< of this computer
    std::vector<rtc::TurnServer> relays{};
    bool relayOnly = false;                    ///< neither server nor others learn an address of this computer
    net::TlsTrust trust{};                     ///< of relays behind TLS; as for https
};

/// By which way it goes.
enum class MediaPath { none, udp, tcp, relayUdp, relayTcp, relayTls };
/// "udp", "tcp", "relay/udp", "relay/tcp", "relay/tls"; empty for none.
std::string_view toString(MediaPath path);

class MediaLink {
  public:
    /// Binds a socket on each address; those that cannot be bound are left out.
    MediaLink(net::EventLoop& loop, rtc::PeerConnectionConfig config, MediaWays ways, std::function<void(rtc::PeerEvent&)> onEvent);
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
    MediaPath path() const;

    /// The server has named its relays, or others than before, or other logins for them: what is under way at the old ones is given
    /// up. One that carries the media now is kept; when that is lost, the new ones are tried.
    void learnRelays(const std::vector<rtc::TurnServer>& relays);
    /// The computer's addresses are these now: new ones are tried at once, those that are gone are given up, and the path in
    /// use is asked whether it still works. What is lost by it comes as ConnectionStateChanged. `outward`: what leaves by the default
    /// route comes from another address now, and a relay knows us by that.
    void networkChanged(const std::vector<base::IpAddress>& addresses, bool outward = false);

  private:
    void bind(const base::IpAddress& ip);
    void receive(std::span<const std::byte> datagram, const rtc::Route& route);
    void sendAll();
    void grantWishes();
    void openRelay();
    bool relayed() const;

    net::EventLoop& m_loop;
    MediaWays m_ways;
    rtc::PeerConnection m_connection;
    std::function<void(rtc::PeerEvent&)> m_onEvent;
    std::vector<std::unique_ptr<base::DatagramSocket>> m_sockets;
    std::unique_ptr<MediaStreams> m_streams;
    std::unique_ptr<MediaRelay> m_relay;
    base::Timer m_timer;
    base::TimePoint m_due = base::kNever;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
    bool m_flushing = false;
    bool m_again = false;
    bool m_silent = false;
};

}  // namespace parlour::room
