// SPDX-License-Identifier: Apache-2.0
// Batched datagrams for the media thread: one UDP port on one or several local addresses, recvmmsg and sendmmsg where the
// system has them. One socket per local address, so that an answer leaves from the address that was asked.
// Thread: media; only wake() is for any thread. Errors: open() says which address could not be had and why.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/base/error.h"
#include "core/base/socket_address.h"
#include "core/base/time.h"
#include "core/sfu/send_batch.h"

namespace parlour::sfu {

struct UdpPortStats {
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    std::uint64_t refused = 0;   ///< the system would not take it: dropped
    std::uint64_t truncated = 0; ///< longer than any packet of ours: dropped
};

class UdpPort {
  public:
    /// `datagram` may be changed in place (decryption) and is valid during the call.
    using Receiver = std::function<void(const base::SocketAddress& local, const base::SocketAddress& from,
                                        std::span<std::byte> datagram)>;

    /// Binds every address; those with port 0 share one free port with the others. At least one address.
    static base::Result<std::unique_ptr<UdpPort>> open(std::span<const base::SocketAddress> addresses);
    ~UdpPort();
    UdpPort(const UdpPort&) = delete;
    UdpPort& operator=(const UdpPort&) = delete;

    const std::vector<base::SocketAddress>& localAddresses() const;
    /// Sleeps until a datagram is there, wake() was called or `timeout` is over (at most that, microseconds).
    void wait(base::Duration timeout);
    /// Makes wait() return. Any thread.
    void wake();
    /// Hands over at most one batch (64) per socket; true when there may be more.
    bool receive(const Receiver& receiver);
    /// Never blocks; what the system refuses is dropped and counted.
    void send(std::span<const OutgoingPacket> packets);
    UdpPortStats stats() const;

  private:
    UdpPort();
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace parlour::sfu
