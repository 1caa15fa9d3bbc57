// SPDX-License-Identifier: Apache-2.0
// Second-order Butterworth at 80 Hz: desk knocks and hum. Coefficients from the audio EQ cookbook formulas at 48 kHz.
// Switched over 20 ms. Thread: the pump.
#pragma once

#include <algorithm>
#include <span>

namespace parlour::audio {

class HighPass {
  public:
    void set(bool on) { m_on = on; }
    void process(std::span<float> block) {
        constexpr float b0 = 0.99262208f, b1 = -1.98524415f, b2 = 0.99262208f, a1 = -1.98518972f, a2 = 0.98529860f;
        if (!m_on && m_wet <= 0.0f) {
            m_in1 = m_in2 = m_out1 = m_out2 = 0.0f;
            return;
        }
        const float step = m_on ? kFade : -kFade;
        for (auto& s : block) {
            const float out = b0 * s + b1 * m_in1 + b2 * m_in2 - a1 * m_out1 - a2 * m_out2;
            m_in2 = m_in1;
            m_in1 = s;
            m_out2 = m_out1;
            m_out1 = out;
            m_wet = std::clamp(m_wet + step, 0.0f, 1.0f);
            s += m_wet * (out - s);
        }
    }

  private:
    static constexpr float kFade = 1.0f / 960.0f;
    bool m_on = false;
    float m_wet = 0.0f;
    float m_in1 = 0, m_in2 = 0, m_out1 = 0, m_out2 = 0;
};

}  // namespace parlour::audio
