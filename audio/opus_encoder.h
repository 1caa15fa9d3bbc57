// SPDX-License-Identifier: Apache-2.0
// libopus encoder, 48 kHz, in a box: one channel, two for music. Thread: its owner's (the pump). No allocation after construction.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace parlour::audio {

/// "libopus 1.3.1".
std::string opusVersion();

struct EncoderSettings {
    int bitRate = 32'000;  ///< bit/s
    bool dtx = true;
    bool fec = true;       ///< LBRR, only active with expectedLoss > 0
    int expectedLoss = 0;  ///< percent
    bool music = false;    ///< whole band, no model of speech, two channels
    bool lowDelay = false; ///< 4 ms less of look-ahead, no model of speech either, no in-band FEC; frames of up to 20 ms
    auto operator<=>(const EncoderSettings&) const = default;
};

class OpusEncoder {
  public:
    OpusEncoder();
    ~OpusEncoder();
    OpusEncoder(OpusEncoder&&) noexcept;
    OpusEncoder& operator=(OpusEncoder&&) noexcept;

    /// Another `music` or `lowDelay` forgets what was heard.
    void apply(const EncoderSettings& settings);
    /// Forgets all sound heard so far, look-ahead included.
    void reset();
    /// 240, 480, 960 or 1920 samples in, for music as many pairs (left, right); packet out. 0 = failed.
    std::size_t encode(std::span<const float> pcm, std::span<std::byte> packet);
    /// The last packet says no more than "silence goes on".
    bool inDtx() const;
    /// Samples of delay the encoder adds.
    int lookahead() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace parlour::audio
