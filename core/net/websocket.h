// SPDX-License-Identifier: Apache-2.0
// WebSocket (RFC 6455), both ends, as a base::Channel; no extensions. Loop's thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/doors/channel.h"
#include "core/base/error.h"
#include "core/base/socket_address.h"
#include "core/net/event_loop.h"
#include "core/net/limits.h"
#include "core/net/pending.h"
#include "core/net/tls.h"
#include "core/net/url.h"

namespace parlour::net {

/// Reading starts when onMessage is set. Destroying the last reference closes with 1000 after sending what is queued and
/// calls nothing any more. Callbacks are never called from inside a call of ours.
/// onClosed codes besides the peer's: 1006 connection lost, 1008 "slow reader" or "flood", 1009 message too long,
/// 1002 and 1007 for broken frames, 1001 nothing heard for the idle time.
class WebSocket : public base::Channel {
  public:
    virtual void sendText(std::string_view text) = 0;
    /// Text messages (valid UTF-8) go here. Without a receiver a text message closes the channel with 1003.
    virtual void onText(std::function<void(std::string_view)> receiver) = 0;
    /// True once a text message has come (LiveKit clients that speak JSON).
    virtual bool sawText() const = 0;
    virtual std::size_t queuedBytes() const = 0;
    virtual base::SocketAddress remoteAddress() const = 0;
    virtual base::SocketAddress localAddress() const = 0;
};

struct WebSocketRequest {
    Url url;                                     ///< ws, wss (http and https mean the same)
    std::map<std::string, std::string> headers;  ///< e.g. Authorization
    TlsTrust trust;
    base::Duration timeout = std::chrono::seconds(10);  ///< until the upgrade is answered
    Limits limits;
};

/// Why there is no channel. `status` is 0 when the server did not answer with HTTP.
struct WebSocketRefusal {
    base::Error error;
    int status = 0;
    std::string body;  ///< first 16 KiB
    int retryAfterS = 0;  ///< Retry-After in seconds, 0 = none (RFC 9110 section 10.2.3)
};

struct WebSocketAnswers {
    std::function<void(std::shared_ptr<WebSocket>)> onOpen;
    std::function<void(WebSocketRefusal)> onRefused;
};

/// Exactly one of the two answers, unless cancelled. Errors as connectTcp, plus refused ("upgrade_refused") for an HTTP
/// status other than 101 and unreachable ("bad_http") for something that is no HTTP.
Pending connectWebSocket(EventLoop& loop, WebSocketRequest request, WebSocketAnswers answers);

}  // namespace parlour::net
