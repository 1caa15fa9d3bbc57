// SPDX-License-Identifier: Apache-2.0
// One TCP connection, with TLS where asked for: bytes in, bytes out, a bounded queue. HTTP, WebSocket, TURN and ICE-TCP
// sit on it. Loop's thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/base/doors/byte_stream.h"
#include "core/base/time.h"
#include "core/net/event_loop.h"
#include "core/net/pending.h"
#include "core/net/tls.h"

namespace parlour::net {

/// base::ByteStream with what HTTP and WebSocket need besides. Callbacks are never called from inside a call of ours.
class TcpStream : public base::ByteStream {
  public:
    /// Bytes accepted by send() that the system has not taken yet.
    virtual std::size_t queuedBytes() const = 0;
    /// Sends what is queued, then closes in order (TLS close_notify, FIN); gives up after `within`.
    virtual void closeAfterSending(base::Duration within) = 0;
    /// False stops reading, so that the peer feels it; true goes on. Reading starts when onBytes is set.
    virtual void setReading(bool on) = 0;
    virtual bool isSecure() const = 0;
};

struct ConnectOptions {
    std::string host;            ///< name or address, IPv6 without brackets
    std::uint16_t port = 0;
    std::optional<TlsTrust> tls; ///< nullopt = plain TCP
    base::Duration timeout = std::chrono::seconds(10);  ///< look-up, connect and TLS together
    std::string certificateName{};   ///< what the certificate has to name; empty = the host
};

using ConnectAnswer = std::function<void(base::Result<std::shared_ptr<TcpStream>>)>;

/// Tries all addresses of the host, both families, the next one 250 ms after the one before (RFC 8305).
/// Errors: unreachable (codes "name_not_found", "connection_refused", "connect_timeout", "connect_failed"),
/// untrusted ("certificate_untrusted", the sentence names host and reason).
Pending connectTcp(EventLoop& loop, ConnectOptions options, ConnectAnswer answer);

}  // namespace parlour::net
