// SPDX-License-Identifier: Apache-2.0
// Redundant audio (RFC 2198), read only: a payload that carries older packets before the newest one. We neither offer nor
// answer it by default (a RED stream has no NACK), but a peer's stream can be unpacked.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "core/base/byte_io.h"

namespace parlour::rtc {

struct RedBlock {
    std::uint8_t payloadType = 0;
    std::uint32_t timestampOffset = 0;  ///< this much older than the packet's timestamp; 0 for the primary
    base::ByteView payload;
};

struct RedPayload {
    static constexpr std::size_t kMaxBlocks = 9;  ///< LiveKit recovers up to 8 older packets
    std::array<RedBlock, kMaxBlocks> blocks;
    std::size_t count = 0;                        ///< the primary is the last one
    std::span<const RedBlock> view() const { return {blocks.data(), count}; }
};

/// nullopt: a length points outside, the primary header is missing, or more than kMaxBlocks.
std::optional<RedPayload> parseRed(base::ByteView payload);

}  // namespace parlour::rtc
