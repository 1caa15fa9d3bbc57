// SPDX-License-Identifier: Apache-2.0
#include "audio/limiter.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace parlour::audio {
namespace {

constexpr float kCeiling = 0.87f;         // -1.2 dBFS: room for what twelve taps do not see
constexpr float kHardCeiling = 0.89125f;  // -1 dBFS
constexpr float kRelease = 0.99974f;      // per sample: about 80 ms

}  // namespace

Limiter::Limiter() {
    m_wanted.fill(1.0f);
    m_smooth.fill(1.0f);
    // Windowed sinc, one phase each quarter sample, evaluated between tap 5 and tap 6.
    for (std::size_t p = 0; p < kPhases; ++p)
        for (std::size_t t = 0; t < kTaps; ++t) {
            const double x = static_cast<double>(t) - 5.0 - static_cast<double>(p) / kPhases;
            const double sinc = std::abs(x) < 1e-9 ? 1.0 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
            const double window = 0.5 + 0.5 * std::cos(std::numbers::pi * x / 6.5);
            m_filter[p][t] = static_cast<float>(sinc * window);
        }
}

float Limiter::peakAround(float newest) {
    m_recent[m_recentAt] = newest;
    m_recentAt = (m_recentAt + 1) % kTaps;
    float peak = std::abs(newest);
    for (const auto& phase : m_filter) {
        float sum = 0.0f;
        std::size_t at = m_recentAt;
        for (std::size_t t = 0; t < kTaps; ++t) {
            sum += phase[t] * m_recent[at];
            at = at + 1 == kTaps ? 0 : at + 1;
        }
        peak = std::max(peak, std::abs(sum));
    }
    return peak;
}

void Limiter::process(std::span<float> block) {
    for (auto& sample : block) {
        float in = sample;
        if (!std::isfinite(in)) in = 0.0f;
        in = std::clamp(in, -64.0f, 64.0f);
        const float peak = peakAround(in);
        const float wanted = peak > kCeiling ? kCeiling / peak : 1.0f;

        const float out = m_delayed[m_at];
        m_delayed[m_at] = in;
        m_wanted[m_at] = wanted;

        // The smallest gain any sample in the window needs; a new smallest is taken at once, else released slowly.
        if (wanted <= m_hold) {
            m_hold = wanted;
        } else {
            float least = 1.0f;
            if (m_hold < 1.0f) least = *std::min_element(m_wanted.begin(), m_wanted.end());
            m_hold = std::min(least, 1.0f - (1.0f - m_hold) * kRelease);
            if (m_hold > 0.9999f) m_hold = std::min(1.0f, least);
        }
        m_smoothSum += static_cast<double>(m_hold) - m_smooth[m_at];
        m_smooth[m_at] = m_hold;
        m_at = m_at + 1 == kLookahead ? 0 : m_at + 1;
        const auto gain = static_cast<float>(m_smoothSum / static_cast<double>(kLookahead));
        sample = std::clamp(out * gain, -kHardCeiling, kHardCeiling);
    }
}

}  // namespace parlour::audio
