// SPDX-License-Identifier: Apache-2.0
// Door: datagrams. Real: net::UdpSocket (client), sfu::UdpPort (server, batched). Fake: tests/support/memory_socket.h.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "core/base/socket_address.h"

namespace parlour::base {

class DatagramSocket {
  public:
    using Receiver = std::function<void(std::span<const std::byte> datagram, const SocketAddress& from)>;

    virtual ~DatagramSocket() = default;
    virtual SocketAddress localAddress() const = 0;
    /// Never blocks; drops (and counts) when the system will not take it. Owner's thread.
    virtual void send(std::span<const std::byte> datagram, const SocketAddress& to) = 0;
    /// Called on the owner's thread for each datagram. Set once, before the first one is expected.
    virtual void onDatagram(Receiver receiver) = 0;
};

}  // namespace parlour::base
