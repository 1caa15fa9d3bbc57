// SPDX-License-Identifier: Apache-2.0
// The values that cross the border between sound and packets. Plain data, copied by value, no allocation.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/time.h"

namespace parlour::base {

/// Sample rate of everything inside Parlour; devices are resampled at the edge.
inline constexpr int kSampleRate = 48'000;
inline constexpr int kBlockSamples = 480;  ///< 10 ms
inline constexpr std::size_t kMaxOpusPayload = 1500;

/// 10 ms of mono sound, floats in [-1, 1].
struct PcmBlock {
    std::array<float, kBlockSamples> samples{};
};

/// Level in -dBov as of RFC 6464: 0 is the loudest, 127 is digital silence.
struct LevelDbov {
    std::uint8_t value = 127;
};

/// One Opus packet, as the encoder made it or as it came from the network.
struct OpusFrame {
    std::array<std::byte, kMaxOpusPayload> payload;  // deliberately not cleared: 1500 bytes per packet
    std::uint16_t size = 0;              ///< bytes of payload used
    std::int64_t sequence = 0;           ///< unwrapped RTP sequence number (RFC 3550), per stream epoch
    std::uint32_t rtpTimestamp = 0;      ///< 48 kHz units
    std::uint32_t durationSamples = 960; ///< at 48 kHz; what the packet plays for
    TimePoint received{};                ///< arrival at the socket; capture time on the way out
    LevelDbov level{};
    std::uint8_t redundancyDistance = 0; ///< 0 = primary, n = copy found in the n-th later packet (RED)
    std::uint8_t redundancy = 0;         ///< on the way out: how many earlier frames its packet should carry along (RED)
    std::uint32_t streamEpoch = 0;       ///< grows when the stream behind a track is a new one: reset decoder
    bool marker = false;                 ///< first packet of a talk spurt
    bool comfortNoise = false;           ///< encoder is in DTX

    std::span<const std::byte> bytes() const { return {payload.data(), size}; }
};

/// What the network tells the sound and the sound tells the network; the only other value on that border.
struct Feedback {
    static constexpr std::size_t kMaxMissing = 16;
    Duration roundTrip{0};
    float loss = 0.0f;                                  ///< fraction 0..1 of our packets lost at the receiver
    std::array<std::int64_t, kMaxMissing> missing{};    ///< unwrapped sequence numbers worth a NACK
    std::uint8_t missingCount = 0;
    std::uint32_t audience = 0;                         ///< people who hear us
    bool redundancy = false;                            ///< the far side takes copies of earlier frames (RED)
};

}  // namespace parlour::base
