// SPDX-License-Identifier: Apache-2.0
// Peak of the last 50 ms, linear 0..1. Written by the pump, read by any thread without waiting.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <span>

#include "core/base/media.h"

namespace parlour::audio {

class LevelMeter {
  public:
    /// Pump; blocks of 5 or 10 ms.
    void add(std::span<const float> block) {
        float peak = 0.0f;
        for (const float s : block) peak = std::max(peak, std::abs(s));  // NaN compares false: ignored
        m_peaks[m_next] = m_filled > 0 ? std::max(m_peaks[m_next], peak) : peak;
        m_filled += block.size();
        if (m_filled >= base::kBlockSamples) {
            m_filled = 0;
            m_next = (m_next + 1) % m_peaks.size();
        }
        m_level.store(std::min(1.0f, *std::max_element(m_peaks.begin(), m_peaks.end())), std::memory_order_relaxed);
    }
    void clear() {
        m_peaks.fill(0.0f);
        m_filled = 0;
        m_level.store(0.0f, std::memory_order_relaxed);
    }
    /// Any thread.
    float level() const { return m_level.load(std::memory_order_relaxed); }

  private:
    std::array<float, 5> m_peaks{};  // of 10 ms each
    std::size_t m_next = 0;
    std::size_t m_filled = 0;  // samples of the newest one
    std::atomic<float> m_level{0.0f};
};

/// The louder one of left and right, sample by sample, of middle and side; into `out`, as long as they are.
inline std::span<const float> louder(std::span<const float> middle, std::span<const float> side, std::span<float> out) {
    const auto count = std::min({middle.size(), side.size(), out.size()});
    for (std::size_t i = 0; i < count; ++i) out[i] = middle[i] + std::copysign(side[i], middle[i]);
    return out.first(count);
}

/// RFC 6464 level of a piece of sound: 0 = full-scale, 127 = digital silence. RMS based as section 3 advises.
inline base::LevelDbov levelOf(std::span<const float> samples) {
    double sum = 0.0;
    for (const float s : samples) sum += static_cast<double>(s) * s;
    if (samples.empty() || !(sum > 0.0)) return {};
    const double dbov = -10.0 * std::log10(sum / static_cast<double>(samples.size()));
    return {static_cast<std::uint8_t>(std::clamp(std::lround(dbov), 0L, 127L))};
}

}  // namespace parlour::audio
