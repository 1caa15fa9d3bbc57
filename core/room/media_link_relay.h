// SPDX-License-Identifier: Apache-2.0
// The relay of a media link on real sockets: opens the carriers that rtc::TurnRelay asks for, keeps its timer. Thread: net.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "core/net/resolver.h"
#include "core/net/tcp_stream.h"
#include "core/net/udp_socket.h"
#include "core/rtc/transport.h"
#include "core/rtc/turn_relay.h"

namespace parlour::room {

class MediaRelay {
  public:
    static constexpr std::size_t kMaxQueue = 64 * 1024;   ///< of a stream; more is dropped, as a full link would
    static constexpr base::Duration kConnectTime = std::chrono::seconds(5);

    struct Owner {
        std::function<void(const base::SocketAddress&)> found;
        std::function<void(const base::SocketAddress&)> lost;
        std::function<void(const base::Error&)> failed;   ///< no server is left; start() tries again
        std::function<void(std::span<const std::byte>, const rtc::Route&)> received;
    };
    /// `trust` is for turns:, as for https. `loopback`: a relay on this computer may be used.
    MediaRelay(net::EventLoop& loop, std::vector<rtc::TurnServer> servers, net::TlsTrust trust, bool loopback, Owner owner);
    /// Gives the allocation back.
    ~MediaRelay();
    MediaRelay(const MediaRelay&) = delete;

    /// For addresses of IPv4 and IPv6, as far as the relay has them.
    void start();
    /// Others, or other logins for the same. What is there is kept, and when it is lost, these are tried.
    void rename(std::vector<rtc::TurnServer> servers) { m_relay.rename(std::move(servers)); }
    /// The network is another one: what we had there is void.
    void startAgain();
    bool wanted() const { return m_wanted; }
    const std::vector<base::SocketAddress>& addresses() const { return m_relay.addresses(); }
    bool has(const base::SocketAddress& address) const;
    std::optional<rtc::TurnCarrier> carrier() const { return m_relay.carrier(); }
    void send(const base::SocketAddress& to, base::ByteView datagram);

  private:
    struct Carrier {
        net::Pending opening;
        std::unique_ptr<net::UdpSocket> socket;
        base::SocketAddress server;
        std::shared_ptr<net::TcpStream> stream;
    };
    base::TimePoint now() const { return m_loop.clock().now(); }
    void open(const rtc::OpenCarrier& wish);
    void openUdp(std::uint32_t id, const std::vector<base::SocketAddress>& addresses);
    void openStream(std::uint32_t id, std::shared_ptr<net::TcpStream> stream);
    void closed(std::uint32_t id, const base::Error& why);
    bool mayUse(const base::SocketAddress& server) const { return m_loopback || !server.ip.isLoopback(); }
    void pump();

    net::EventLoop& m_loop;
    rtc::TurnRelay m_relay;
    net::TlsTrust m_trust;
    bool m_loopback;
    Owner m_owner;
    std::map<std::uint32_t, Carrier> m_carriers;
    base::Timer m_timer;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
    bool m_pumping = false;
    bool m_again = false;
    bool m_wanted = false;
};

}  // namespace parlour::room
