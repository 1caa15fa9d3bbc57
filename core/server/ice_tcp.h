// SPDX-License-Identifier: Apache-2.0
// ICE over TCP for networks without UDP (RFC 6544, passive): each connection carries one client's datagrams, every one with
// its length in front (RFC 4571). What comes in goes the way of a datagram, so nobody gets a byte who has not proved to
// know a live ufrag's password. Thread: net.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "core/base/byte_io.h"
#include "core/base/error.h"
#include "core/base/socket_address.h"
#include "core/net/event_loop.h"
#include "core/net/tcp_listener.h"
#include "core/rtc/stream_framing.h"

namespace parlour::server {

struct IceTcpStats {
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;    ///< too many connections
    std::uint64_t broken = 0;     ///< closed by us: no STUN first, impossible length, silence
    std::uint64_t dropped = 0;    ///< packets for a client that does not read
    std::size_t open = 0;
};

class IceTcp {
  public:
    static constexpr std::size_t kMaxFrame = rtc::kMaxStreamFrame;
    static constexpr std::size_t kMaxQueue = 64 * 1024;          ///< per client; more is dropped as a full link would
    static constexpr std::size_t kMaxConnections = 4096;
    static constexpr std::size_t kMaxPerIp = 64;
    static constexpr base::Duration kFirstFrame = std::chrono::seconds(5);
    static constexpr base::Duration kSilence = std::chrono::seconds(30);   ///< a client checks its path every few seconds

    using Receiver = std::function<void(const base::SocketAddress& local, const base::SocketAddress& from, base::Bytes datagram)>;

    static base::Result<std::unique_ptr<IceTcp>> open(net::EventLoop& loop, const base::SocketAddress& address, Receiver receiver);
    ~IceTcp();

    base::SocketAddress localAddress() const { return m_listener->localAddress(); }
    void send(const base::SocketAddress& to, base::ByteView datagram);
    IceTcpStats stats() const;

  private:
    struct Client {
        std::shared_ptr<net::TcpStream> stream;
        rtc::StreamDeframer frames;
        base::Timer silence;
        bool first = true;
    };
    IceTcp(net::EventLoop& loop, Receiver receiver) : m_loop(loop), m_receiver(std::move(receiver)) {}
    void accept(std::shared_ptr<net::TcpStream> stream);
    void received(const base::SocketAddress& from, std::span<const std::byte> bytes);
    void drop(const base::SocketAddress& who, bool broken);

    net::EventLoop& m_loop;
    Receiver m_receiver;
    std::unique_ptr<net::TcpListener> m_listener;
    std::map<base::SocketAddress, Client> m_clients;
    std::map<std::string, std::size_t> m_perIp;   // network -> connections
    IceTcpStats m_stats;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

}  // namespace parlour::server
