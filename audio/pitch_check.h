// SPDX-License-Identifier: Apache-2.0
// Does sound swing at a pitch of 60 to 400 Hz, as voices do and keys and fans do not? Thread: its owner's. No allocation.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "core/base/media.h"

namespace parlour::audio {

class PitchCheck {
  public:
    /// The next 10 ms.
    void add(std::span<const float> block) {
        constexpr std::size_t kNew = base::kBlockSamples / kStep;
        std::copy(m_past.begin() + kNew, m_past.end(), m_past.begin());
        for (std::size_t i = 0; i < kNew; ++i) {
            float sum = 0.0f;
            for (std::size_t k = 0; k < kStep; ++k)
                if (i * kStep + k < block.size()) sum += block[i * kStep + k];
            m_past[m_past.size() - kNew + i] = sum / static_cast<float>(kStep);
        }
    }
    /// The last 23 ms are like what was one period before.
    bool pitched() const {
        constexpr std::size_t kWindow = kPast - kLongest;
        const float* now = m_past.data() + kLongest;
        float energy = 1e-9f;
        for (std::size_t i = 0; i < kWindow; ++i) energy += now[i] * now[i];
        for (std::size_t lag = kShortest; lag <= kLongest; ++lag) {
            float cross = 0.0f;
            float before = 1e-9f;
            for (std::size_t i = 0; i < kWindow; ++i) {
                cross += now[i] * (now - lag)[i];
                before += (now - lag)[i] * (now - lag)[i];
            }
            if (cross > 0.0f && cross * cross > 0.36f * energy * before) return true;
        }
        return false;
    }

  private:
    static constexpr std::size_t kStep = 6;                      // 48 -> 8 kHz
    static constexpr std::size_t kShortest = 20, kLongest = 133;  // periods of 400 and 60 Hz
    static constexpr std::size_t kPast = 320;                    // 40 ms at 8 kHz
    std::array<float, kPast> m_past{};
};

}  // namespace parlour::audio
