// SPDX-License-Identifier: Apache-2.0
// Lets speech through and keeps the room's noise out: opens 9 dB above the noise floor where the processing hears a
// voice (or cannot tell), closes after 300 ms without.
// Off by default. This is comfort, not privacy: the person's own gate is CaptureChain's. Thread: the pump.
#pragma once

#include <cmath>
#include <span>

namespace parlour::audio {

class VoiceGate {
  public:
    /// Listens also while it is off: switched on in the middle of a word it is open, and it comes and goes as a ramp.
    void set(bool on) { m_on = on; }
    /// One 10 ms block, in place. `voice`: false where somebody is sure that there is none.
    void process(std::span<float> block, bool voice = true) {
        double sum = 0.0;
        for (const float s : block) sum += static_cast<double>(s) * s;
        const float rms = static_cast<float>(std::sqrt(sum / static_cast<double>(block.empty() ? 1 : block.size())));
        m_floor = rms < m_floor ? rms + 1e-6f : m_floor * 1.002f;  // down at once, up by 1.7 dB a second
        if (m_floor > 0.02f) m_floor = 0.02f;
        if (voice && rms > 2.8f * m_floor && rms > 0.001f)
            m_hold = 30;
        else if (m_hold > 0)
            --m_hold;
        const float goal = !m_on || m_hold > 0 ? 1.0f : 0.0f;
        if (goal == 1.0f && m_gain == 1.0f) return;
        const float step = (goal - m_gain) / static_cast<float>(block.empty() ? 1 : block.size());
        for (auto& s : block) s *= (m_gain += step);
        m_gain = goal;
    }
    bool open() const { return m_hold > 0; }

  private:
    bool m_on = false;
    float m_floor = 0.01f;
    float m_gain = 1.0f;
    int m_hold = 0;
};

}  // namespace parlour::audio
