// SPDX-License-Identifier: Apache-2.0
// RTP packets (RFC 3550 section 5.1) with one-byte header extensions (RFC 8285), read without copying.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/byte_io.h"
#include "core/base/media.h"

namespace parlour::rtc {

/// A parsed view over bytes that somebody else owns.
struct RtpView {
    bool marker = false;
    std::uint8_t payloadType = 0;
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
    std::uint32_t ssrc = 0;
    base::ByteView payload;       ///< without padding
    base::ByteView extensions;    ///< body of a one- or two-byte header extension block
    std::uint16_t extensionProfile = 0;  ///< 0xBEDE = one-byte form; 0 = none
    base::ByteView header;        ///< everything before the payload

    /// The extension element with this id, empty when absent.
    std::optional<base::ByteView> extension(int id) const;
    /// RFC 6464.
    std::optional<base::LevelDbov> level(int id) const;
    /// RFC 8843 section 15 (sdes:mid).
    std::optional<std::string_view> mid(int id) const;
};

/// nullopt: not RTP version 2, or a length field points outside.
std::optional<RtpView> parseRtp(base::ByteView packet);

struct RtpHeader {
    bool marker = false;
    std::uint8_t payloadType = 111;
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
    std::uint32_t ssrc = 0;
    int levelExtensionId = 0;   ///< 0 = leave out
    base::LevelDbov level{};
    bool voice = true;          ///< V flag of RFC 6464
    int midExtensionId = 0;
    std::string_view mid;
};

/// Writes header and extensions; returns the size, 0 when `out` is too small (48 bytes always suffice for mids <= 16).
std::size_t writeRtpHeader(const RtpHeader& header, std::span<std::byte> out);

}  // namespace parlour::rtc
