// SPDX-License-Identifier: Apache-2.0
// libopus decoder, 48 kHz, in a box, for packets of strangers: checks before it decodes, counts what is malformed
// and starts afresh after three errors in a row (security T42). One channel until the first packet with two that can be
// decoded, from then on two, as middle and side: left = middle + side, right = middle - side. Both decoders are there from
// the start. Thread: its owner's (the pump). No allocation after construction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace parlour::audio {

class OpusDecoder {
  public:
    static constexpr std::size_t kMaxSamples = 5760;  ///< 120 ms, the longest packet (RFC 6716, 2.1.4)

    OpusDecoder();
    ~OpusDecoder();
    OpusDecoder(OpusDecoder&&) noexcept;
    OpusDecoder& operator=(OpusDecoder&&) noexcept;

    /// What the packet plays for at 48 kHz; nothing when it cannot be Opus.
    static std::optional<int> packetSamples(std::span<const std::byte> packet);
    /// Carries a low-rate copy (LBRR) of the frame before it. RFC 6716, 4.2.4: flags in the first byte of SILK data.
    static bool hasFec(std::span<const std::byte> packet);

    /// All three return samples written to `out`, and as many to `side` if there is one: zeros of one channel. It is as long as
    /// `out`. 0 = malformed (counted), both are then untouched or silence.
    std::size_t decode(std::span<const std::byte> packet, std::span<float> out, std::span<float> side = {});
    /// The frame before `packet`, from its LBRR; `out` is as long as the missing piece (multiple of 2.5 ms).
    std::size_t decodeFec(std::span<const std::byte> packet, std::span<float> out, std::span<float> side = {});
    /// Invents the next piece (multiple of 2.5 ms).
    std::size_t conceal(std::span<float> out, std::span<float> side = {});
    /// 0, or as opus_extras.h says. What the library does not know changes nothing.
    void setComplexity(int complexity);
    /// Decodes two channels.
    bool stereo() const;
    /// Forgets the stream; the next one begins with one channel.
    void reset();
    std::uint64_t malformed() const;

  private:
    std::size_t take(int result, std::span<float> out, std::span<float> side);
    std::size_t deliver(std::size_t count, std::span<float> out, std::span<float> side);
    int run(const std::byte* packet, std::size_t size, std::span<float> out, int samples, bool fec);
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace parlour::audio
