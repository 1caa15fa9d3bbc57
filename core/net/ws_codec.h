// SPDX-License-Identifier: Apache-2.0
// WebSocket frames (RFC 6455 section 5) as bytes in, messages out: no socket, no clock. Strict: reserved bits, masks,
// UTF-8, close codes and our limits are checked as the bytes come. One decoder per connection and direction.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/byte_io.h"
#include "core/base/time.h"
#include "core/net/limits.h"

namespace parlour::net {

enum class WsOpcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

enum class WsRole { server, client };

/// Why the connection must end: the close code to send (RFC 6455 section 7.4.1) and a word for it.
struct WsFailure {
    int code = 1002;
    std::string reason;
};

/// A whole message or a control frame.
struct WsEvent {
    WsOpcode kind = WsOpcode::binary;  ///< never continuation
    base::ByteView payload;            ///< valid during the call; for close: the reason alone
    int closeCode = 1005;              ///< for close; 1005 = none was given
};

/// Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
bool isUtf8(base::ByteView text);

class WsDecoder {
  public:
    /// `role` is ours: a server demands masked frames, a client unmasked ones (section 5.1).
    WsDecoder(WsRole role, const Limits& limits) : m_role(role), m_limits(limits) {}

    /// Calls `sink(const WsEvent&)` for each event in order; stops when it returns false. A failure is final.
    template <class Sink>
    std::optional<WsFailure> feed(base::ByteView bytes, base::TimePoint now, Sink&& sink) {
        while (!bytes.empty()) {
            if (m_failure) return m_failure;
            if (!step(bytes, now)) {
                if (m_failure) return m_failure;
                continue;
            }
            const bool goOn = sink(m_event);
            release();
            if (!goOn) return std::nullopt;
        }
        return m_failure;
    }
    /// Bytes held for a message that is not complete.
    std::size_t heldBytes() const { return m_message.size(); }

  private:
    /// Takes bytes from the front; true when m_event is ready.
    bool step(base::ByteView& bytes, base::TimePoint now);
    bool header(base::TimePoint now);
    bool finishFrame();
    bool finishClose();
    void release();
    bool fail(int code, const char* reason);

    WsRole m_role;
    Limits m_limits;
    std::array<std::byte, 14> m_header{};
    std::size_t m_headerSize = 0;
    std::size_t m_headerNeed = 2;
    bool m_inPayload = false;
    bool m_fin = false;
    WsOpcode m_opcode = WsOpcode::continuation;
    std::uint64_t m_left = 0;                 ///< payload bytes of this frame still to come
    std::array<std::byte, 4> m_mask{};
    std::size_t m_maskAt = 0;
    std::optional<WsOpcode> m_messageKind;    ///< of the fragmented message in progress
    std::size_t m_fragments = 0;
    base::Bytes m_message;
    base::Bytes m_control;
    base::TimePoint m_controlSecond{};
    std::size_t m_controlCount = 0;
    WsEvent m_event;
    bool m_eventIsMessage = false;
    std::optional<WsFailure> m_failure;
};

/// One whole frame. A client gives four random bytes as mask (section 5.3), a server none.
base::Bytes encodeFrame(WsOpcode opcode, base::ByteView payload, std::optional<std::array<std::byte, 4>> mask = {});
/// Payload of a close frame; the reason is cut to 123 bytes.
base::Bytes closePayload(int code, std::string_view reason);

/// Sec-WebSocket-Accept for a Sec-WebSocket-Key (section 4.2.2).
std::string acceptKey(std::string_view key);

}  // namespace parlour::net
