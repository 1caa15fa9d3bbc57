// SPDX-License-Identifier: Apache-2.0
// Takes away what is below voices (desk knocks, hum, steps, wind, DC; security T45): second order, Butterworth, by the
// bilinear transform at 48 kHz. Switched by a ramp. Thread: the pump.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

#include "core/base/media.h"

namespace parlour::audio {

class HighPass {
  public:
    /// `ramp`: samples from wholly off to wholly on and back.
    HighPass(double hertz, int ramp, bool on) : m_step(1.0 / ramp), m_on(on), m_wet(on ? 1.0 : 0.0) {
        const double w = std::tan(std::numbers::pi * hertz / base::kSampleRate);
        const double norm = 1.0 / (1.0 + std::numbers::sqrt2 * w + w * w);
        m_b = norm;
        m_a1 = 2.0 * (w * w - 1.0) * norm;
        m_a2 = (1.0 - std::numbers::sqrt2 * w + w * w) * norm;
    }
    void set(bool on) { m_on = on; }
    /// In place.
    void process(std::span<float> sound) {
        if (!m_on && m_wet == 0.0) {
            m_cold = true;
            return;
        }
        if (m_cold) m_z1 = m_z2 = 0.0;  // its ramp hides how it begins
        m_cold = false;
        const double step = m_on ? m_step : -m_step;
        for (auto& s : sound) {
            const double in = s;
            const double out = m_b * in + m_z1;
            m_z1 = -2.0 * m_b * in - m_a1 * out + m_z2;
            m_z2 = m_b * in - m_a2 * out;
            m_wet = std::clamp(m_wet + step, 0.0, 1.0);
            s = static_cast<float>(in + (out - in) * m_wet);
        }
        if (std::abs(m_z1) + std::abs(m_z2) < 1e-15) m_z1 = m_z2 = 0.0;
    }

  private:
    double m_b, m_a1, m_a2;
    double m_step;
    bool m_on;
    double m_wet;
    double m_z1 = 0.0, m_z2 = 0.0;
    bool m_cold = false;
};

}  // namespace parlour::audio
