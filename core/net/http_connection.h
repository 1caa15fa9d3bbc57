// SPDX-License-Identifier: Apache-2.0
// One connection of the server while it speaks HTTP: requests one after another, time limits, then perhaps a WebSocket.
// Loop's thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/net/http_codec.h"
#include "core/net/http_server.h"
#include "core/net/tcp_stream.h"
#include "core/net/ws_session.h"

namespace parlour::net {

/// What a connection asks of its server.
struct ConnectionOwner {
    virtual ~ConnectionOwner() = default;
    virtual const HttpServerHandlers& handlers() const = 0;
    virtual const Limits& limits() const = 0;
    virtual HttpServerCounters& count() = 0;
    virtual const std::vector<base::IpAddress>& proxies() const = 0;
    virtual bool draining() const = 0;
    /// False when this address opens WebSockets too fast.
    virtual bool admitWebSocket(const base::SocketAddress& remote) = 0;
    virtual void adopt(const std::shared_ptr<WsSession>& session) = 0;
    /// The connection has ended or has become a WebSocket: forget it.
    virtual void gone(std::uint64_t id) = 0;
};

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
  public:
    HttpConnection(EventLoop& loop, std::weak_ptr<ConnectionOwner> owner, std::uint64_t id, std::shared_ptr<TcpStream> stream);
    void start();
    /// Ends at once.
    void abort();
    /// Ends now when idle, after the running answer otherwise.
    void drain();

    void answer(std::uint64_t request, const HttpResponse& response);
    std::shared_ptr<WebSocket> accept(std::uint64_t request);

  private:
    enum class Phase { idle, header, body, handling, ended };

    void received(base::ByteView bytes);
    void parse();
    void handle();
    void upgrade(const HttpRequest& request);
    void setDeadline(base::Duration in);
    void late();
    void refuse(int status);
    void reply(const HttpResponse& response, bool keepAlive);
    void end();

    EventLoop& m_loop;
    std::weak_ptr<ConnectionOwner> m_owner;
    std::uint64_t m_id;
    std::shared_ptr<TcpStream> m_stream;
    Limits m_limits;
    std::unique_ptr<HttpRequestParser> m_parser;
    base::Bytes m_input;
    Phase m_phase = Phase::header;
    bool m_heard = false;       ///< a byte of this request has come
    bool m_keepAlive = false;
    bool m_isHead = false;
    std::string m_webSocketKey; ///< of the upgrade that is being decided
    std::uint64_t m_request = 0;
    base::Timer m_deadline;
};

}  // namespace parlour::net
