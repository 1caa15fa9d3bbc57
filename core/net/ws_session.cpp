// SPDX-License-Identifier: Apache-2.0
#include "core/net/ws_session.h"

#include <algorithm>
#include <utility>

#include "core/crypto/random.h"

namespace parlour::net {

WsSession::WsSession(EventLoop& loop, std::shared_ptr<TcpStream> stream, WsRole role, const Limits& limits,
                     base::Bytes early, std::function<void(bool)> onGone)
    : m_loop(loop),
      m_stream(std::move(stream)),
      m_role(role),
      m_limits(limits),
      m_decoder(role, limits),
      m_early(std::move(early)),
      m_onGone(std::move(onGone)),
      m_lastHeard(loop.clock().now()),
      m_lastPing(m_lastHeard) {}

void WsSession::start() {
    m_stream->onBytes(nullptr);
    m_stream->onClosed([weak = weak_from_this()](const base::Error&) {
        if (auto self = weak.lock()) self->finish(self->m_code, self->m_reason, false);
    });
    const auto kept = std::make_shared<std::shared_ptr<WsSession>>(shared_from_this());
    m_kept = kept;
    watch(kept);
}

std::shared_ptr<WebSocket> WsSession::handle() {
    return {this, [self = shared_from_this()](WebSocket*) {
                self->m_receiver = nullptr;
                self->m_textReceiver = nullptr;
                self->m_onClosed = nullptr;
                self->close(1000, {});
            }};
}

void WsSession::abort() {
    if (m_state == State::ended) return;
    if (m_state == State::open) sendFrame(WsOpcode::close, closePayload(1001, "server is stopping"));
    finish(1006, "server stopped", true);
}

void WsSession::send(std::span<const std::byte> message) { sendFrame(WsOpcode::binary, message); }

void WsSession::sendText(std::string_view text) { sendFrame(WsOpcode::text, base::asBytes(text)); }

void WsSession::sendFrame(WsOpcode opcode, base::ByteView payload) {
    if (m_state != State::open) return;
    std::optional<std::array<std::byte, 4>> mask;
    if (m_role == WsRole::client) crypto::fillRandom(mask.emplace());
    const auto frame = encodeFrame(opcode, payload, mask);
    // One that is larger than the limit by itself is no sign of a reader that is slow.
    if (const auto queued = m_stream->queuedBytes(); queued > 0 && queued + frame.size() > m_limits.sendQueueBytes) {
        m_slow = true;
        m_code = 1008;
        m_reason = "slow reader";
        m_state = State::closing;
        // A close frame would only stand at the end of the queue that nobody reads.
        m_stream->close();
        return;
    }
    m_stream->send(frame);
}

void WsSession::onMessage(std::function<void(std::span<const std::byte>)> receiver) {
    m_receiver = receiver ? std::make_shared<std::function<void(std::span<const std::byte>)>>(std::move(receiver)) : nullptr;
    if (!m_receiver || m_reading || m_state == State::ended) return;
    m_reading = true;
    m_loop.post([self = shared_from_this()] {
        if (self->m_state == State::ended) return;
        self->m_stream->onBytes([weak = self->weak_from_this()](base::ByteView bytes) {
            if (auto strong = weak.lock()) strong->received(bytes);
        });
        const auto early = std::exchange(self->m_early, {});
        self->received(early);
    });
}

void WsSession::onText(std::function<void(std::string_view)> receiver) {
    m_textReceiver = receiver ? std::make_shared<std::function<void(std::string_view)>>(std::move(receiver)) : nullptr;
}

void WsSession::onClosed(std::function<void(int, std::string)> closed) {
    if (m_state != State::ended) {
        m_onClosed = std::move(closed);
        return;
    }
    if (closed) m_loop.post([closed = std::move(closed), code = m_code, reason = m_reason] { closed(code, reason); });
}

void WsSession::close(int code, std::string reason) {
    if (m_state != State::open) return;
    sendFrame(WsOpcode::close, closePayload(code, reason));
    if (m_state != State::open) return;  // dropped as a slow reader by just that frame
    m_state = State::closing;
    m_code = code;
    m_reason = std::move(reason);
    // The peer's close frame is only seen by somebody who reads.
    if (!m_reading) {
        m_reading = true;
        m_stream->onBytes([weak = weak_from_this()](base::ByteView bytes) {
            if (auto self = weak.lock()) self->received(bytes);
        });
    }
    m_closeTimer = m_loop.postAfter(m_limits.closeTime, [weak = weak_from_this()] {
        if (auto self = weak.lock()) self->finish(self->m_code, self->m_reason, false);
    });
}

void WsSession::received(base::ByteView bytes) {
    if (m_state == State::ended) return;
    const auto guard = shared_from_this();
    m_lastHeard = m_loop.clock().now();
    const auto failure = m_decoder.feed(bytes, m_lastHeard, [this](const WsEvent& event) { return take(event); });
    if (failure && m_state != State::ended) breakOff(failure->code, failure->reason);
}

bool WsSession::take(const WsEvent& event) {
    switch (event.kind) {
        case WsOpcode::continuation:
            break;
        case WsOpcode::pong:
            break;
        case WsOpcode::ping:
            sendFrame(WsOpcode::pong, event.payload);
            break;
        case WsOpcode::close: {
            const bool ours = m_state == State::closing;
            if (!ours) {
                m_code = event.closeCode;
                m_reason = std::string(base::asText(event.payload));
                sendFrame(WsOpcode::close, closePayload(event.closeCode, {}));
            }
            finish(m_code, m_reason, true);
            return false;
        }
        case WsOpcode::text:
            m_sawText = true;
            if (m_state != State::open) break;
            if (const auto receiver = m_textReceiver) {
                (*receiver)(base::asText(event.payload));
            } else {
                breakOff(1003, "text is not understood here");
                return false;
            }
            break;
        case WsOpcode::binary:
            if (m_state != State::open) break;
            if (const auto receiver = m_receiver) (*receiver)(event.payload);
            break;
    }
    return m_state != State::ended;
}

/// The peer broke a rule: tell it the code, then end without waiting for its answer.
void WsSession::breakOff(int code, const std::string& reason) {
    if (m_state == State::open) {
        m_code = code;
        m_reason = reason;
        sendFrame(WsOpcode::close, closePayload(code, reason));
    }
    finish(m_code, m_reason, true);
}

/// `orderly`: what is queued still goes out; closing the TCP side may then take Limits::closeTime.
void WsSession::finish(int code, std::string reason, bool orderly) {
    if (m_state == State::ended) return;
    const auto guard = shared_from_this();
    m_state = State::ended;
    m_code = code;
    m_reason = std::move(reason);
    m_watch.cancel();
    m_closeTimer.cancel();
    m_stream->onClosed(nullptr);
    if (orderly)
        m_stream->closeAfterSending(m_limits.closeTime);
    else
        m_stream->close();
    m_receiver = nullptr;
    m_textReceiver = nullptr;
    if (auto gone = std::exchange(m_onGone, nullptr)) gone(m_slow);
    if (const auto kept = m_kept.lock()) kept->reset();
    m_loop.post([self = guard] {
        if (auto closed = std::exchange(self->m_onClosed, nullptr)) closed(self->m_code, self->m_reason);
    });
}

/// Pings when nothing is heard, and ends a connection from which nothing is heard for long.
void WsSession::watch(std::shared_ptr<std::shared_ptr<WsSession>> kept) {
    const auto step = std::max<base::Duration>(std::chrono::milliseconds(10),
                                               m_limits.pingInterval.count() > 0
                                                   ? std::min(m_limits.pingInterval, m_limits.idleTime) / 4
                                                   : m_limits.idleTime / 4);
    m_watch = m_loop.postAfter(step, [kept = std::move(kept)] {
        const auto self = *kept;
        if (!self || self->m_state == State::ended) return;
        const auto now = self->m_loop.clock().now();
        if (now - self->m_lastHeard >= self->m_limits.idleTime) return self->breakOff(1001, "nothing heard for too long");
        // Whoever talks by itself need not be asked.
        const auto since = now - std::max(self->m_lastPing, self->m_lastHeard);
        if (self->m_limits.pingInterval.count() > 0 && since >= self->m_limits.pingInterval) {
            self->m_lastPing = now;
            self->sendFrame(WsOpcode::ping, {});
        }
        if (self->m_state != State::ended) self->watch(kept);
    });
}

}  // namespace parlour::net
