// SPDX-License-Identifier: Apache-2.0
#include "core/room/signal_connection.h"

#include <algorithm>

namespace parlour::room {

namespace {
/// Refusals say "code: sentence".
std::string codeOf(const std::string& body) {
    const auto end = body.find(": ");
    if (end == std::string::npos || end > 32 || body.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") != end) return {};
    return body.substr(0, end);
}
}  // namespace

SignalConnection::SignalConnection(net::EventLoop& loop, const SignalTarget& target,
                                   std::function<void(signal::SignalResponse)> onMessage,
                                   std::function<void(SignalEnd)> onEnded)
    : m_loop(loop), m_onMessage(std::move(onMessage)), m_onEnded(std::move(onEnded)) {
    auto url = net::Url::parse(target.url);
    if (!url) {
        m_loop.post([this, alive = m_alive, error = url.error()] {
            if (*alive) end({error, 0});
        });
        return;
    }
    const bool single = !target.joinRequest.empty();
    std::map<std::string, std::string> query{{"protocol", std::to_string(signal::kProtocolVersion)},
                                             {"auto_subscribe", "1"}, {"sdk", "cpp"}, {"version", "0.1.0"}};
    if (single) {
        query = {{"join_request", target.joinRequest}};
    } else if (!target.resumeSid.empty()) {
        query["reconnect"] = "1";
        query["sid"] = target.resumeSid;
    }
    net::WebSocketRequest request;
    auto path = url->path;
    while (path.ends_with('/')) path.pop_back();
    request.url = url->at(path + (single ? "/rtc/v1" : "/rtc"), net::formatQuery(query));
    request.headers["Authorization"] = "Bearer " + target.token;   // never in the URL, which servers log
    request.trust.pin = target.pin;
    request.timeout = std::chrono::seconds(8);
    m_connecting = net::connectWebSocket(
        loop, std::move(request),
        {[this](std::shared_ptr<net::WebSocket> channel) { open(std::move(channel)); },
         [this, single](net::WebSocketRefusal refusal) {
             auto code = codeOf(refusal.body);
             // As stock SDKs tell them apart; what a house says has a code.
             const bool unknown = single && refusal.status == 404 && code.empty() && refusal.body.find("room does not exist") == std::string::npos;
             end({std::move(refusal.error), refusal.status, std::move(code), refusal.retryAfterS, unknown});
         }});
}

SignalConnection::~SignalConnection() {
    *m_alive = false;
    m_channel.reset();
}

void SignalConnection::open(std::shared_ptr<net::WebSocket> channel) {
    m_channel = std::move(channel);
    m_lastHeard = m_loop.clock().now();
    m_channel->onClosed([this, alive = m_alive](int code, std::string reason) {
        if (!*alive) return;
        end({base::Error{base::ErrorKind::unreachable, "signal_lost", "The connection to the room was lost.", "",
                         "WebSocket " + std::to_string(code) + (reason.empty() ? "" : " " + reason)},
             0});
    });
    m_channel->onMessage([this, alive = m_alive](base::ByteView bytes) {
        if (!*alive || m_ended) return;
        m_lastHeard = m_loop.clock().now();
        auto message = signal::decodeResponse(bytes);
        if (!message) {
            ++m_malformed;   // one broken message is no reason to leave the room
            return;
        }
        if (const auto* pong = std::get_if<signal::PongResponse>(&*message))
            m_roundTripMs = std::clamp<std::int64_t>(base::toUnixMs(m_loop.clock().wallNow()) - pong->lastPingTimestampMs, 0, 60'000);
        m_onMessage(std::move(*message));
    });
}

void SignalConnection::send(const signal::SignalRequest& request) {
    if (m_channel && !m_ended) m_channel->send(signal::encode(request));
}

void SignalConnection::keepAlive(int intervalS, int timeoutS) {
    m_interval = std::chrono::seconds(intervalS > 0 ? intervalS : 5);
    m_timeout = std::chrono::seconds(timeoutS > intervalS ? timeoutS : 15);
    ping();
}

void SignalConnection::ping() {
    if (m_ended) return;
    const auto now = m_loop.clock().now();
    if (now - m_lastHeard > m_timeout) {
        end({base::Error{base::ErrorKind::unreachable, "signal_silent", "The room does not answer any more."}, 0});
        return;
    }
    send(signal::PingRequest{base::toUnixMs(m_loop.clock().wallNow()), m_roundTripMs});
    m_pingTimer = m_loop.postAfter(m_interval, [this] { ping(); });
}

void SignalConnection::silence() {
    m_ended = true;
    m_pingTimer.cancel();
}

void SignalConnection::end(SignalEnd how) {
    if (m_ended) return;
    m_ended = true;
    m_pingTimer.cancel();
    if (m_onEnded) m_onEnded(std::move(how));
}

}  // namespace parlour::room
