// SPDX-License-Identifier: Apache-2.0
// Redundant audio (RFC 2198): a payload that carries older packets before the newest one. The n-th block before the primary
// is the payload of the n-th packet before this one, as libwebrtc's encoder and ours make them.
// Pure; no allocation but the sender's memory. Thread: the owner's.
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
    const RedBlock& primary() const { return blocks[count - 1]; }
    std::size_t older() const { return count - 1; }
    /// The payload of the n-th packet before this one, n from 1 to older().
    const RedBlock& before(std::size_t n) const { return blocks[count - 1 - n]; }
    /// How many of the older ones, from the newest back, are of `payloadType`, hold something and go back in time.
    std::size_t usable(std::uint8_t payloadType) const;
};

/// nullopt: a length points outside, the primary header is missing, or more than kMaxBlocks.
std::optional<RedPayload> parseRed(base::ByteView payload);

/// Writes `older` (newest first, as many as have room in header fields and `out`) and the primary. 0: not even that fits.
std::size_t writeRed(std::uint8_t payloadType, std::span<const RedBlock> older, base::ByteView primary, std::span<std::byte> out);

/// The sender's memory of its last payloads.
class RedHistory {
  public:
    static constexpr std::size_t kMaxDistance = 4;
    static constexpr std::size_t kMaxPayload = 1100;   ///< of the whole; a datagram must not be cut on its way

    /// The payload of the packet that carries `payload` and up to `distance` before it; lives until the next call.
    base::ByteView pack(std::uint8_t payloadType, base::ByteView payload, std::uint32_t timestamp, std::size_t distance);
    /// What was before has nothing to do with what comes.
    void clear() { m_count = 0; }

  private:
    static constexpr std::size_t kMostKept = 1023;     // RFC 2198: 10 bits of length
    struct Kept {
        std::uint32_t timestamp = 0;
        std::size_t size = 0;
        std::array<std::byte, kMostKept> bytes;
    };
    std::array<Kept, kMaxDistance> m_kept;
    std::size_t m_count = 0;
    std::size_t m_newest = 0;
    std::array<std::byte, 1600> m_out;
};

}  // namespace parlour::rtc
