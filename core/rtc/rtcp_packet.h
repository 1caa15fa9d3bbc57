// SPDX-License-Identifier: Apache-2.0
// RTCP (RFC 3550 section 6, RFC 4585 section 6.2.1): compound packets read and written. Reduced-size packets (RFC 5506) are read too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/byte_io.h"

namespace parlour::rtc {

/// RFC 3550 section 6.4.1.
struct ReportBlock {
    std::uint32_t ssrc = 0;
    std::uint8_t fractionLost = 0;          ///< in 1/256, since the last report
    std::int32_t cumulativeLost = 0;        ///< 24 bits signed on the wire
    std::uint32_t highestSequence = 0;      ///< extended by the count of cycles
    std::uint32_t jitter = 0;               ///< in timestamp units
    std::uint32_t lastSenderReport = 0;     ///< middle 32 bits of the NTP timestamp; 0 = none yet
    std::uint32_t delaySinceReport = 0;     ///< in 1/65536 s
    bool operator==(const ReportBlock&) const = default;
};

struct SenderReport {
    std::uint32_t ssrc = 0;
    std::uint64_t ntp = 0;                  ///< 32.32 fixed point seconds; any clock, ours is monotonic
    std::uint32_t rtpTimestamp = 0;
    std::uint32_t packetCount = 0;
    std::uint32_t octetCount = 0;
    std::vector<ReportBlock> blocks;        ///< at most 31
    bool operator==(const SenderReport&) const = default;
};

struct ReceiverReport {
    std::uint32_t ssrc = 0;
    std::vector<ReportBlock> blocks;        ///< at most 31
    bool operator==(const ReceiverReport&) const = default;
};

/// One SDES chunk with its CNAME; other items are skipped.
struct SourceDescription {
    std::uint32_t ssrc = 0;
    std::string cname;
    bool operator==(const SourceDescription&) const = default;
};

struct Goodbye {
    std::vector<std::uint32_t> ssrcs;       ///< at most 31
    bool operator==(const Goodbye&) const = default;
};

/// Generic NACK.
struct Nack {
    std::uint32_t senderSsrc = 0;
    std::uint32_t mediaSsrc = 0;
    std::vector<std::uint16_t> sequences;   ///< at most kMaxNacked when parsed
    bool operator==(const Nack&) const = default;
};
inline constexpr std::size_t kMaxNacked = 256;

using RtcpPacket = std::variant<SenderReport, ReceiverReport, SourceDescription, Goodbye, Nack>;

/// The known packets of a compound in order; unknown types (XR, transport-cc, …) are skipped. nullopt: not version 2, or a
/// length field points outside: then nothing of the compound is used.
std::optional<std::vector<RtcpPacket>> parseRtcp(base::ByteView compound);

void writeRtcp(base::ByteWriter& out, const SenderReport& report);
void writeRtcp(base::ByteWriter& out, const ReceiverReport& report);
void writeRtcp(base::ByteWriter& out, const SourceDescription& description);
void writeRtcp(base::ByteWriter& out, const Goodbye& bye);
/// Sequences in ascending order (modulo 2^16) pack best.
void writeRtcp(base::ByteWriter& out, const Nack& nack);

}  // namespace parlour::rtc
