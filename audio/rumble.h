// SPDX-License-Identifier: Apache-2.0
// Is there anything below voices that a high-pass has to take away? A filter turns the phase of deep voices and costs their
// clearness a little (docs/sound.md), so a listener has it only while it is needed and for two seconds after. Thread: the pump.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>

#include "core/base/media.h"

namespace parlour::audio {

class Rumble {
  public:
    /// Next block of 5 or 10 ms; true: there is, or was within two seconds. DC and 20 Hz above -42 dBFS RMS, 40 Hz above -28.
    bool heard(std::span<const float> sound) {
        double energy = 0.0;
        for (const float s : sound) {
            m_sum += s;
            if (++m_summed < kEvery) continue;
            double x = m_sum / kEvery;
            m_sum = 0.0;
            m_summed = 0;
            for (auto& pole : m_poles) x = pole += kStep * (x - pole);
            energy += kEvery * x * x;
        }
        if (!std::isfinite(m_poles.back())) {
            m_poles = {};
            m_sum = 0.0;
        }
        if (!(energy < kFloor * kFloor * static_cast<double>(sound.size())))
            m_left = kStays;
        else
            m_left -= std::min(m_left, sound.size());
        return m_left > 0;
    }

  private:
    static constexpr double kCorner = 25.0;   // Hz of each pole: a loud voice of 85 Hz stays 20 dB below the floor
    static constexpr int kEvery = 8;          // samples are one by their mean: what folds down to 40 Hz is 43 dB weaker
    static constexpr double kStep = 2.0 * std::numbers::pi * kCorner * kEvery / base::kSampleRate;
    static constexpr double kFloor = 0.003;   // RMS
    static constexpr std::size_t kStays = 2 * base::kSampleRate;
    double m_sum = 0.0;
    int m_summed = 0;
    std::array<double, 4> m_poles{};
    std::size_t m_left = 0;  // samples
};

}  // namespace parlour::audio
