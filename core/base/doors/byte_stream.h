// SPDX-License-Identifier: Apache-2.0
// Door: ordered bytes (TCP or TLS), for ICE-TCP and TURN. Real: net::TcpStream. Fake: tests/support/memory_stream.h.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "core/base/error.h"
#include "core/base/socket_address.h"

namespace parlour::base {

class ByteStream {
  public:
    virtual ~ByteStream() = default;
    virtual SocketAddress localAddress() const = 0;
    virtual SocketAddress remoteAddress() const = 0;
    /// Queues the bytes; never blocks. Owner's thread.
    virtual void send(std::span<const std::byte> bytes) = 0;
    virtual void onBytes(std::function<void(std::span<const std::byte>)> receiver) = 0;
    /// Called once when the stream ends; kind cancelled when the peer closed it in order.
    virtual void onClosed(std::function<void(Error)> closed) = 0;
    virtual void close() = 0;
};

}  // namespace parlour::base
