// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/rtp_packet.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace parlour::rtc {
namespace {

constexpr std::size_t kFixedHeader = 12;
constexpr std::uint16_t kOneByteProfile = 0xBEDE;   // RFC 8285 section 4.2
constexpr std::uint16_t kTwoByteProfile = 0x1000;   // RFC 8285 section 4.3, low four bits are "appbits"
constexpr std::size_t kMaxMid = 16;

std::uint8_t at(base::ByteView bytes, std::size_t i) { return std::to_integer<std::uint8_t>(bytes[i]); }

std::optional<base::ByteView> findOneByte(base::ByteView block, int id) {
    std::size_t pos = 0;
    while (pos < block.size()) {
        const auto head = at(block, pos);
        if (head == 0) {  // padding
            ++pos;
            continue;
        }
        const int elementId = head >> 4;
        const std::size_t length = (head & 0x0fu) + 1u;
        if (elementId == 15) return std::nullopt;  // RFC 8285: stop processing
        if (block.size() - pos - 1 < length) return std::nullopt;
        if (elementId == id) return block.subspan(pos + 1, length);
        pos += 1 + length;
    }
    return std::nullopt;
}

std::optional<base::ByteView> findTwoByte(base::ByteView block, int id) {
    std::size_t pos = 0;
    while (pos < block.size()) {
        const int elementId = at(block, pos);
        if (elementId == 0) {
            ++pos;
            continue;
        }
        if (block.size() - pos < 2) return std::nullopt;
        const std::size_t length = at(block, pos + 1);
        if (block.size() - pos - 2 < length) return std::nullopt;
        if (elementId == id) return block.subspan(pos + 2, length);
        pos += 2 + length;
    }
    return std::nullopt;
}

void put16(std::span<std::byte> out, std::size_t pos, std::uint32_t v) {
    out[pos] = static_cast<std::byte>((v >> 8) & 0xff);
    out[pos + 1] = static_cast<std::byte>(v & 0xff);
}
void put32(std::span<std::byte> out, std::size_t pos, std::uint32_t v) {
    put16(out, pos, v >> 16);
    put16(out, pos + 2, v & 0xffff);
}

}  // namespace

std::optional<base::ByteView> RtpView::extension(int id) const {
    if (id <= 0) return std::nullopt;
    if (extensionProfile == kOneByteProfile) return id <= 14 ? findOneByte(extensions, id) : std::nullopt;
    if ((extensionProfile & 0xfff0) == kTwoByteProfile) return findTwoByte(extensions, id);
    return std::nullopt;
}

std::optional<base::LevelDbov> RtpView::level(int id) const {
    const auto element = extension(id);
    if (!element || element->empty()) return std::nullopt;
    return base::LevelDbov{static_cast<std::uint8_t>(at(*element, 0) & 0x7f)};
}

std::optional<std::string_view> RtpView::mid(int id) const {
    const auto element = extension(id);
    if (!element || element->empty()) return std::nullopt;
    return base::asText(*element);
}

std::optional<RtpView> parseRtp(base::ByteView packet) {
    if (packet.size() < kFixedHeader) return std::nullopt;
    const auto first = at(packet, 0);
    if ((first >> 6) != 2) return std::nullopt;
    const bool padding = (first & 0x20) != 0;
    const bool extended = (first & 0x10) != 0;
    const std::size_t csrcs = first & 0x0f;

    base::ByteReader reader(packet);
    RtpView view;
    reader.skip(1);
    const auto second = reader.u8();
    view.marker = (second & 0x80) != 0;
    view.payloadType = second & 0x7f;
    view.sequence = reader.u16();
    view.timestamp = reader.u32();
    view.ssrc = reader.u32();
    reader.skip(csrcs * 4);
    if (extended) {
        view.extensionProfile = reader.u16();
        const std::size_t words = reader.u16();
        view.extensions = reader.bytes(words * 4);
    }
    if (!reader.ok()) return std::nullopt;
    view.header = packet.first(reader.position());
    auto payload = packet.subspan(reader.position());
    if (padding) {
        // RFC 3550 section 5.1: the last octet counts the padding, itself included.
        if (payload.empty()) return std::nullopt;
        const std::size_t pad = at(payload, payload.size() - 1);
        if (pad == 0 || pad > payload.size()) return std::nullopt;
        payload = payload.first(payload.size() - pad);
    }
    view.payload = payload;
    return view;
}

std::size_t writeRtpHeader(const RtpHeader& header, std::span<std::byte> out) {
    const bool withLevel = header.levelExtensionId > 0 && header.levelExtensionId <= 14;
    const bool withMid = header.midExtensionId > 0 && header.midExtensionId <= 14 && !header.mid.empty() &&
                         header.mid.size() <= kMaxMid;
    std::size_t body = 0;
    if (withLevel) body += 2;
    if (withMid) body += 1 + header.mid.size();
    const std::size_t padded = (body + 3) / 4 * 4;
    const std::size_t size = kFixedHeader + (body > 0 ? 4 + padded : 0);
    if (out.size() < size) return 0;

    out[0] = static_cast<std::byte>(0x80 | (body > 0 ? 0x10 : 0));
    out[1] = static_cast<std::byte>((header.marker ? 0x80 : 0) | (header.payloadType & 0x7f));
    put16(out, 2, header.sequence);
    put32(out, 4, header.timestamp);
    put32(out, 8, header.ssrc);
    if (body == 0) return size;

    put16(out, 12, kOneByteProfile);
    put16(out, 14, static_cast<std::uint32_t>(padded / 4));
    std::size_t pos = 16;
    if (withLevel) {
        out[pos++] = static_cast<std::byte>(header.levelExtensionId << 4);
        out[pos++] = static_cast<std::byte>((header.voice ? 0x80 : 0) | (header.level.value & 0x7f));
    }
    if (withMid) {
        out[pos++] = static_cast<std::byte>((header.midExtensionId << 4) | static_cast<int>(header.mid.size() - 1));
        for (const char c : header.mid) out[pos++] = static_cast<std::byte>(c);
    }
    while (pos < size) out[pos++] = std::byte{0};
    return size;
}

}  // namespace parlour::rtc
