// SPDX-License-Identifier: Apache-2.0
// Takes connections on one port and hands them over as streams, TLS already done. Loop's thread only.
#pragma once

#include <functional>
#include <memory>

#include "core/net/limits.h"
#include "core/net/tcp_stream.h"

namespace parlour::net {

class TcpListener {
  public:
    /// Asked before anything else is done for the peer; nullptr refuses. The ticket is dropped when the socket closes.
    using Admit = std::function<std::shared_ptr<void>(const base::SocketAddress& remote)>;
    using Accepted = std::function<void(std::shared_ptr<TcpStream>)>;

    static base::Result<std::unique_ptr<TcpListener>> open(EventLoop& loop, const base::SocketAddress& address,
                                                           const Limits& limits, Admit admit, Accepted accepted);
    /// Stops listening; handshakes in progress are dropped.
    ~TcpListener();
    base::SocketAddress localAddress() const;
    /// nullptr-free: plain until set. New connections only.
    base::Result<void> setTls(const TlsCredentials& credentials);

  private:
    struct Impl;
    explicit TcpListener(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> m_impl;
};

}  // namespace parlour::net
