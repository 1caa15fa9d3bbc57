// SPDX-License-Identifier: Apache-2.0
// Last stage before the ear: no sample and no inter-sample peak above -1 dBTP, no NaN, whatever strangers send
// (security T45). Look-ahead 1.5 ms (that much delay); peaks between samples by four-fold interpolation (ITU-R BS.1770,
// annex 2). Thread: the pump. No allocation.
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace parlour::audio {

class Limiter {
  public:
    static constexpr std::size_t kLookahead = 72;

    Limiter();
    /// In place.
    void process(std::span<float> block);

  private:
    static constexpr std::size_t kTaps = 12;
    static constexpr std::size_t kPhases = 4;

    float peakAround(float newest);

    std::array<std::array<float, kTaps>, kPhases> m_filter{};
    std::array<float, kTaps> m_recent{};        // for the interpolation
    std::array<float, kLookahead> m_delayed{};  // sound
    std::array<float, kLookahead> m_wanted{};   // gain each delayed sample needs
    std::size_t m_at = 0;
    std::size_t m_recentAt = 0;
    float m_hold = 1.0f;                       // smallest wanted gain in the window, with release
    std::array<float, kLookahead> m_smooth{};  // box filter over m_hold: reaches it just in time
    double m_smoothSum = static_cast<double>(kLookahead);
};

}  // namespace parlour::audio
