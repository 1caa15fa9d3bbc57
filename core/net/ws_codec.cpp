// SPDX-License-Identifier: Apache-2.0
#include "core/net/ws_codec.h"

#include <algorithm>

#include "core/crypto/hash.h"

namespace parlour::net {

namespace {

bool isControl(WsOpcode opcode) { return static_cast<unsigned>(opcode) >= 8; }

constexpr std::size_t kKeptBytes = 512;   // for the next message

/// Codes that may stand in a close frame (section 7.4 and the IANA registry).
bool isWireCode(int code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

}  // namespace

bool isUtf8(base::ByteView text) {
    std::size_t i = 0;
    const auto at = [&](std::size_t n) { return std::to_integer<unsigned>(text[n]); };
    while (i < text.size()) {
        const unsigned first = at(i);
        if (first < 0x80) {
            ++i;
            continue;
        }
        const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
        if (first < 0xc2 || first > 0xf4 || i + length > text.size()) return false;
        for (std::size_t k = 1; k < length; ++k)
            if ((at(i + k) & 0xc0) != 0x80) return false;
        const unsigned second = at(i + 1);
        if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) || (first == 0xf0 && second < 0x90) ||
            (first == 0xf4 && second > 0x8f))
            return false;
        i += length;
    }
    return true;
}

bool WsDecoder::fail(int code, const char* reason) {
    m_failure = WsFailure{code, reason};
    return false;
}

bool WsDecoder::step(base::ByteView& bytes, base::TimePoint now) {
    if (!m_inPayload) {
        const auto take = std::min(m_headerNeed - m_headerSize, bytes.size());
        std::copy_n(bytes.begin(), take, m_header.begin() + static_cast<std::ptrdiff_t>(m_headerSize));
        m_headerSize += take;
        bytes = bytes.subspan(take);
        if (m_headerSize < m_headerNeed) return false;
        if (m_headerNeed == 2) {
            const auto second = std::to_integer<unsigned>(m_header[1]);
            const unsigned length = second & 0x7f;
            m_headerNeed += (length == 126 ? 2u : length == 127 ? 8u : 0u) + ((second & 0x80) != 0 ? 4u : 0u);
            if (m_headerNeed > 2) return false;
        }
        if (!header(now)) return false;
    }
    auto& target = isControl(m_opcode) ? m_control : m_message;
    const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(m_left, bytes.size()));
    const auto start = target.size();
    target.insert(target.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(take));
    if (m_role == WsRole::server)
        for (std::size_t i = 0; i < take; ++i) target[start + i] ^= m_mask[(m_maskAt + i) & 3];
    m_maskAt += take;
    m_left -= take;
    bytes = bytes.subspan(take);
    return m_left == 0 && finishFrame();
}

/// The header is complete: judge it before a byte of payload is kept.
bool WsDecoder::header(base::TimePoint now) {
    const auto first = std::to_integer<unsigned>(m_header[0]);
    const auto second = std::to_integer<unsigned>(m_header[1]);
    const bool masked = (second & 0x80) != 0;
    m_fin = (first & 0x80) != 0;
    if ((first & 0x70) != 0) return fail(1002, "reserved bits are set");
    const unsigned code = first & 0x0f;
    if (code > 10 || (code > 2 && code < 8)) return fail(1002, "unknown opcode");
    m_opcode = static_cast<WsOpcode>(code);
    if (masked != (m_role == WsRole::server)) return fail(1002, masked ? "masked frame" : "unmasked frame");

    base::ByteReader reader(base::ByteView(m_header).subspan(1, m_headerSize - 1));
    m_left = reader.u8() & 0x7fu;
    if (m_left == 126) {
        m_left = reader.u16();
        if (m_left < 126) return fail(1002, "length not in its shortest form");
    } else if (m_left == 127) {
        m_left = reader.u64();
        if (m_left < 65536 || (m_left >> 63) != 0) return fail(1002, "length not in its shortest form");
    }
    if (masked) {
        const auto mask = reader.bytes(4);
        std::copy(mask.begin(), mask.end(), m_mask.begin());
    }
    m_maskAt = 0;

    if (isControl(m_opcode)) {
        if (!m_fin || m_left > 125) return fail(1002, "control frame too long or in pieces");
        if (now - m_controlSecond >= std::chrono::seconds(1)) {
            m_controlSecond = now;
            m_controlCount = 0;
        }
        if (++m_controlCount > m_limits.controlFramesPerSecond) return fail(1008, "flood of control frames");
    } else {
        if ((m_opcode == WsOpcode::continuation) != m_messageKind.has_value())
            return fail(1002, m_messageKind ? "a new message inside another" : "continuation of nothing");
        if (!m_messageKind) m_messageKind = m_opcode;
        if (++m_fragments > m_limits.fragments) return fail(1008, "too many fragments");
        if (m_left > m_limits.messageBytes || m_message.size() + m_left > m_limits.messageBytes)
            return fail(1009, "message too long");
    }
    m_inPayload = true;
    return true;
}

bool WsDecoder::finishFrame() {
    m_inPayload = false;
    m_headerSize = 0;
    m_headerNeed = 2;
    if (isControl(m_opcode)) {
        m_event = WsEvent{m_opcode, m_control, 1005};
        m_eventIsMessage = false;
        return m_opcode != WsOpcode::close || finishClose();
    }
    if (!m_fin) return false;
    m_event = WsEvent{*m_messageKind, m_message, 1005};
    m_eventIsMessage = true;
    m_messageKind.reset();
    m_fragments = 0;
    if (m_event.kind == WsOpcode::text && !isUtf8(m_message)) return fail(1007, "text is not UTF-8");
    return true;
}

bool WsDecoder::finishClose() {
    if (m_control.empty()) return true;
    if (m_control.size() == 1) return fail(1002, "close code cut off");
    base::ByteReader reader(m_control);
    m_event.closeCode = reader.u16();
    m_event.payload = reader.rest();
    if (!isWireCode(m_event.closeCode)) return fail(1002, "impossible close code");
    if (!isUtf8(m_event.payload)) return fail(1007, "close reason is not UTF-8");
    return true;
}

void WsDecoder::release() {
    if (!m_eventIsMessage) {
        m_control.clear();
        return;
    }
    // A description while joining must not keep its memory for the rest of a long, quiet connection.
    if (m_message.capacity() > kKeptBytes) m_message = {};
    m_message.clear();
}

base::Bytes encodeFrame(WsOpcode opcode, base::ByteView payload, std::optional<std::array<std::byte, 4>> mask) {
    base::Bytes out;
    out.reserve(payload.size() + 14);
    const auto u8 = [&](std::uint64_t v) { out.push_back(static_cast<std::byte>(v & 0xff)); };
    u8(0x80u | static_cast<unsigned>(opcode));
    const unsigned maskBit = mask ? 0x80u : 0u;
    const auto size = payload.size();
    if (size < 126) {
        u8(maskBit | size);
    } else if (size < 65536) {
        u8(maskBit | 126u);
        u8(size >> 8);
        u8(size);
    } else {
        u8(maskBit | 127u);
        for (int shift = 56; shift >= 0; shift -= 8) u8(static_cast<std::uint64_t>(size) >> shift);
    }
    if (mask) out.insert(out.end(), mask->begin(), mask->end());
    const auto start = out.size();
    out.insert(out.end(), payload.begin(), payload.end());
    if (mask)
        for (std::size_t i = 0; i < size; ++i) out[start + i] ^= (*mask)[i & 3];
    return out;
}

base::Bytes closePayload(int code, std::string_view reason) {
    // 1005 and 1006 are never sent (section 7.4.1).
    if (!isWireCode(code)) return {};
    base::ByteWriter out;
    out.u16(static_cast<std::uint16_t>(code));
    reason = reason.substr(0, 123);
    // Do not cut a character in two.
    while (!reason.empty() && !isUtf8(base::asBytes(reason))) reason.remove_suffix(1);
    out.text(reason);
    return out.take();
}

std::string acceptKey(std::string_view key) {
    const auto text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    return base::toBase64(crypto::sha1(base::asBytes(text)));
}

}  // namespace parlour::net
