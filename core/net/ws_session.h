// SPDX-License-Identifier: Apache-2.0
// A WebSocket after its handshake, over any TcpStream; both ends use it. Loop's thread only.
#pragma once

#include <memory>

#include "core/net/tcp_stream.h"
#include "core/net/websocket.h"
#include "core/net/ws_codec.h"

namespace parlour::net {

class WsSession final : public WebSocket, public std::enable_shared_from_this<WsSession> {
  public:
    /// `early`: bytes that came behind the handshake. `onGone` (may be empty) is called once when the session has ended
    /// for being a slow reader (true) or for anything else (false).
    WsSession(EventLoop& loop, std::shared_ptr<TcpStream> stream, WsRole role, const Limits& limits, base::Bytes early,
              std::function<void(bool slowReader)> onGone = {});
    /// Once, right after construction.
    void start();
    /// For the user; its last copy going away closes with 1000 and silences the callbacks.
    std::shared_ptr<WebSocket> handle();
    /// The server is going: ends at once, the peer sees the connection close.
    void abort();

    void send(std::span<const std::byte> message) override;
    void sendText(std::string_view text) override;
    void onMessage(std::function<void(std::span<const std::byte>)> receiver) override;
    void onText(std::function<void(std::string_view)> receiver) override;
    void onClosed(std::function<void(int, std::string)> closed) override;
    void close(int code, std::string reason) override;
    bool sawText() const override { return m_sawText; }
    std::size_t queuedBytes() const override { return m_stream->queuedBytes(); }
    base::SocketAddress remoteAddress() const override { return m_stream->remoteAddress(); }
    base::SocketAddress localAddress() const override { return m_stream->localAddress(); }

  private:
    enum class State { open, closing, ended };  ///< closing: our close frame is out, theirs is awaited

    void sendFrame(WsOpcode opcode, base::ByteView payload);
    void received(base::ByteView bytes);
    bool take(const WsEvent& event);
    void breakOff(int code, const std::string& reason);
    void finish(int code, std::string reason, bool orderly);
    void watch(std::shared_ptr<std::shared_ptr<WsSession>> kept);

    EventLoop& m_loop;
    std::shared_ptr<TcpStream> m_stream;
    WsRole m_role;
    Limits m_limits;
    WsDecoder m_decoder;
    base::Bytes m_early;
    std::function<void(bool)> m_onGone;
    State m_state = State::open;
    bool m_reading = false;
    bool m_sawText = false;
    bool m_slow = false;
    int m_code = 1006;
    std::string m_reason;
    base::TimePoint m_lastHeard;
    base::TimePoint m_lastPing;
    base::Timer m_watch;
    base::Timer m_closeTimer;
    std::shared_ptr<std::function<void(std::span<const std::byte>)>> m_receiver;
    std::shared_ptr<std::function<void(std::string_view)>> m_textReceiver;
    std::function<void(int, std::string)> m_onClosed;
    std::weak_ptr<std::shared_ptr<WsSession>> m_kept;  ///< the loop's timer holds it, and so us, until the end
};

}  // namespace parlour::net
