// SPDX-License-Identifier: Apache-2.0
// Last stage before the ear: no sample and no inter-sample peak above -1 dBTP, no NaN, whatever strangers send
// (security T45). Look-ahead 1.5 ms (that much delay); peaks between samples by four-fold interpolation (ITU-R BS.1770,
// annex 2) with 24 taps. Two channels have one gain, so that nobody moves. Thread: the pump. No allocation.
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace parlour::audio {

class Limiter {
  public:
    static constexpr std::size_t kLookahead = 72;

    Limiter();
    /// In place; no `right` = one channel.
    void process(std::span<float> left, std::span<float> right = {});

  private:
    static constexpr std::size_t kTaps = 24;
    static constexpr std::size_t kPhases = 4;
    static constexpr std::size_t kHalf = kTaps / 2;               // a peak is known so many samples later
    static constexpr std::size_t kReach = kLookahead - kHalf;     // time for the gain to get there
    static constexpr std::size_t kWindow = kLookahead + kHalf;    // and to stay
    static constexpr std::size_t kPiece = 240;

    struct Channel {
        std::array<float, kTaps - 1 + kPiece> recent{};  // the piece after what came before it
        std::array<float, kLookahead> delayed{};
    };

    void piece(std::span<float> left, std::span<float> right);
    void take(Channel& channel, std::span<float> sound);
    void peaksOf(const Channel& channel, std::size_t count);
    float held(float wanted);

    std::array<std::array<float, kTaps>, kPhases - 1> m_filter{};  // between the samples
    float m_filterGain = 0.0f;                                     // most an interpolation can exceed its samples
    std::array<Channel, 2> m_channels{};
    bool m_stereo = false;
    std::array<float, kPiece> m_peaks{};
    std::array<float, kPiece> m_sums{};

    // Gains the last kWindow samples want, as a queue of falling minima.
    struct Wanted {
        float gain = 1.0f;
        std::size_t until = 0;
    };
    std::array<Wanted, 128> m_queue{};
    std::size_t m_first = 0;
    std::size_t m_count = 0;
    std::size_t m_now = 0;
    float m_hold = 1.0f;                    // smallest wanted gain, with release
    std::array<float, kReach> m_smooth{};   // box filter over m_hold: gets there just in time
    double m_smoothSum = static_cast<double>(kReach);
    std::size_t m_smoothAt = 0;
    std::size_t m_delayAt = 0;
};

}  // namespace parlour::audio
