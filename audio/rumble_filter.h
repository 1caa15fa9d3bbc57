// SPDX-License-Identifier: Apache-2.0
// Takes away what is below voices (under 60 Hz: steps, wind, DC; security T45). Second order, Butterworth.
// Thread: the pump.
#pragma once

#include <cmath>
#include <span>

namespace parlour::audio {

class RumbleFilter {
  public:
    /// In place. Not `on`: passes the sound, and changes over within the block.
    void process(std::span<float> sound, bool on) {
        const double step = ((on ? 1.0 : 0.0) - m_share) / static_cast<double>(sound.size());
        for (auto& s : sound) {
            const double in = s;
            const double out = kB * in + m_z1;
            m_z1 = -2.0 * kB * in - kA1 * out + m_z2;
            m_z2 = kB * in - kA2 * out;
            m_share += step;
            s = static_cast<float>(in + (out - in) * m_share);
        }
        m_share = on ? 1.0 : 0.0;
        if (std::abs(m_z1) + std::abs(m_z2) < 1e-15) m_z1 = m_z2 = 0.0;
    }

  private:
    // Bilinear transform of s^2 / (s^2 + sqrt2 s + 1) at 60 Hz of 48 kHz.
    static constexpr double kW = 0.003927011037;  // tan(pi 60 / 48000)
    static constexpr double kNorm = 1.0 / (1.0 + 1.4142135623730951 * kW + kW * kW);
    static constexpr double kB = kNorm;
    static constexpr double kA1 = 2.0 * (kW * kW - 1.0) * kNorm;
    static constexpr double kA2 = (1.0 - 1.4142135623730951 * kW + kW * kW) * kNorm;

    double m_z1 = 0.0;
    double m_z2 = 0.0;
    double m_share = 1.0;
};

}  // namespace parlour::audio
