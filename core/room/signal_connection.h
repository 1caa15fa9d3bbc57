// SPDX-License-Identifier: Apache-2.0
// One signalling WebSocket to a LiveKit-compatible server: join or resume, messages both ways, keep-alive.
// Callbacks come on the net thread, never from inside a call; after onEnded nothing comes any more.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/base/error.h"
#include "core/net/event_loop.h"
#include "core/net/pending.h"
#include "core/net/websocket.h"
#include "core/signal/codec.h"

namespace parlour::room {

struct SignalTarget {
    std::string url;       ///< ws[s]://host[:port], or with the path that the server's own paths stand behind
    std::string pin;
    std::string token;     ///< join or refresh token
    std::string resumeSid; ///< participant sid; not empty = reconnect=1
    std::string joinRequest{};   ///< not empty: one peer connection (/rtc/v1), and everything else stands in it
};

/// How it ended. `status` is the HTTP status of a refused upgrade, else 0.
struct SignalEnd {
    base::Error error;
    int status = 0;
    std::string code{};    ///< of a refusal, as the house names it ("waiting"); may be empty
    int retryAfterS = 0;   ///< of a refusal
    bool unknownPath = false;   ///< the server does not know /rtc/v1, as against the room
};

class SignalConnection {
  public:
    SignalConnection(net::EventLoop& loop, const SignalTarget& target, std::function<void(signal::SignalResponse)> onMessage,
                     std::function<void(SignalEnd)> onEnded);
    ~SignalConnection();

    void send(const signal::SignalRequest& request);
    /// From the join response, seconds; pings begin now (LiveKit: 5 and 15).
    void keepAlive(int intervalS, int timeoutS);
    /// Nothing is said or heard any more; for one that is to be destroyed, but not within its own callback.
    void silence();
    std::uint64_t malformed() const { return m_malformed; }

  private:
    void open(std::shared_ptr<net::WebSocket> channel);
    void ping();
    void end(SignalEnd how);

    net::EventLoop& m_loop;
    std::function<void(signal::SignalResponse)> m_onMessage;
    std::function<void(SignalEnd)> m_onEnded;
    net::Pending m_connecting;
    std::shared_ptr<net::WebSocket> m_channel;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
    base::Timer m_pingTimer;
    base::TimePoint m_lastHeard{};
    std::int64_t m_roundTripMs = 0;   // of the last ping; told with the next
    base::Duration m_interval{0};
    base::Duration m_timeout{0};
    bool m_ended = false;
    std::uint64_t m_malformed = 0;
};

}  // namespace parlour::room
