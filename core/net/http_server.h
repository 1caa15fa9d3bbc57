// SPDX-License-Identifier: Apache-2.0
// One listening port for HTTP/1.1 and WebSocket, plain or TLS. Loop's thread only, but for Respond.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/error.h"
#include "core/net/event_loop.h"
#include "core/net/http_message.h"
#include "core/net/limits.h"
#include "core/net/tls.h"
#include "core/net/websocket.h"

namespace parlour::net {

/// Answers the request; any thread, once (later calls are ignored). Dropped without a call it answers 500.
using Respond = std::function<void(HttpResponse)>;

/// The decision about one WebSocket upgrade. Copyable; decide on the loop's thread, now or later (within
/// Limits::answerTime). Dropped undecided it answers 500.
class Upgrade {
  public:
    struct State;
    explicit Upgrade(std::shared_ptr<State> state) : m_state(std::move(state)) {}
    /// Answers 101. The channel may be written at once; if the peer has gone meanwhile, its onClosed says so (1006).
    std::shared_ptr<WebSocket> accept() const;
    /// Answers with this status, headers and body instead.
    void refuse(HttpResponse response) const;

  private:
    std::shared_ptr<State> m_state;
};

struct HttpServerSettings {
    base::SocketAddress listen;          ///< port 0 = a free one; "::" takes IPv4 too where the system allows
    std::optional<TlsCredentials> tls;
    Limits limits;
    std::vector<base::IpAddress> proxies{};  ///< in front of us: no limit per address; X-Forwarded-For says who asks
};

struct HttpServerHandlers {
    std::function<void(const HttpRequest&, Respond)> onRequest;
    /// Absent: every upgrade is answered 404. The request has passed RFC 6455's checks.
    std::function<void(const HttpRequest&, Upgrade)> onUpgrade;
};

struct HttpServerCounters {
    std::uint64_t accepted = 0;        ///< connections taken
    std::uint64_t refusedByLimit = 0;  ///< connections closed at once (per IP, altogether) and 429 answers
    std::uint64_t requests = 0;
    std::uint64_t badRequests = 0;     ///< 400, 408, 413, 431
    std::uint64_t upgrades = 0;
    std::uint64_t slowReaders = 0;
    std::size_t open = 0;              ///< connections now, WebSockets included
};

class HttpServer {
  public:
    /// unavailable ("listen_failed", the sentence names address and reason) or invalidInput for bad credentials.
    static base::Result<std::unique_ptr<HttpServer>> listen(EventLoop& loop, HttpServerSettings settings,
                                                            HttpServerHandlers handlers);
    /// Closes everything at once. Loop's thread, or after the loop has stopped.
    ~HttpServer();

    /// With the real port. Any thread.
    base::SocketAddress localAddress() const;
    /// New connections get the new certificate.
    base::Result<void> setTls(const TlsCredentials& credentials);
    /// Takes no more connections, lets requests in progress end, answers them with "Connection: close"; WebSockets are
    /// left to their owners. `done` when no connection is left or after `within`, when the rest is closed.
    void drain(base::Duration within, std::function<void()> done);
    HttpServerCounters counters() const;

    struct Impl;

  private:
    explicit HttpServer(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> m_impl;
};

}  // namespace parlour::net
