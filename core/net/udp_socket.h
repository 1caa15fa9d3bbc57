// SPDX-License-Identifier: Apache-2.0
// The client's datagrams. (The server's port, batched, is sfu::UdpPort.) Loop's thread only.
#pragma once

#include <cstdint>
#include <memory>

#include "core/base/doors/datagram_socket.h"
#include "core/base/error.h"
#include "core/net/event_loop.h"

namespace parlour::net {

class UdpSocket final : public base::DatagramSocket {
  public:
    /// Binds to this address; port 0 takes a free one. IPv6 sockets take IPv6 only.
    /// unavailable ("bind_failed") with address and reason.
    static base::Result<std::unique_ptr<UdpSocket>> bind(EventLoop& loop, const base::SocketAddress& local);
    ~UdpSocket() override;

    base::SocketAddress localAddress() const override;
    void send(std::span<const std::byte> datagram, const base::SocketAddress& to) override;
    void onDatagram(Receiver receiver) override;
    /// Datagrams the system would not take.
    std::uint64_t dropped() const;

  private:
    struct Impl;
    explicit UdpSocket(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> m_impl;
};

}  // namespace parlour::net
