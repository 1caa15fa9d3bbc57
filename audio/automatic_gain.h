// SPDX-License-Identifier: Apache-2.0
// Brings the own voice to a usual level, whatever the microphone: -20 dBFS while speaking, slowly (up 4 dB a second,
// down 12), by what voices did and never by pauses, and not so far that the room's noise is heard. Never above -1 dBFS.
// Ours and not the libraries': adds no delay, is the same with all of them, and goes on and off as a ramp. Thread: the
// pump.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

namespace parlour::audio {

class AutomaticGain {
  public:
    static constexpr float kTarget = -20.0f;  ///< dBFS, RMS of blocks with a voice
    static constexpr float kMost = 18.0f;     ///< dB
    static constexpr float kLeast = -12.0f;
    static constexpr float kLoudestNoise = -55.0f;  ///< dBFS, what the noise floor may become

    void set(bool on) { m_on = on; }

    /// One 10 ms block, in place. `rms` of it, `floor`: RMS of the noise.
    void process(std::span<float> block, bool voice, float rms, float floor) {
        if (!m_on && m_decibel == 0.0f) return;
        if (voice) {
            const float level = decibel(rms);
            // Follows the louder blocks of the voice: its vowels, not the ends of its words.
            m_level += (level - m_level) * (level > m_level ? 0.10f : 0.01f);
            m_heard = std::min(m_heard + 1, kConfident);
        }
        float goal = 0.0f;
        if (m_on && m_heard == kConfident)
            goal =
                std::min(std::clamp(kTarget - m_level, kLeast, kMost), std::max(0.0f, kLoudestNoise - decibel(floor)));
        const float before = gainOf(m_decibel);
        if (!m_on)
            m_decibel += std::clamp(-m_decibel, -1.0f, 1.0f);  // gone within 200 ms
        else if (voice || goal < m_decibel)
            m_decibel += std::clamp(goal - m_decibel, -0.12f, 0.04f);
        const float after = gainOf(m_decibel);
        const float step = (after - before) / static_cast<float>(std::max<std::size_t>(1, block.size()));
        float gain = before;
        for (auto& s : block) s = rounded(s * (gain += step));
    }
    float decibel() const { return m_decibel; }

  private:
    static constexpr int kConfident = 30;  // blocks of voice before anything moves

    static float decibel(float rms) { return 20.0f * std::log10(std::max(rms, 1e-6f)); }
    static float gainOf(float decibel) { return std::pow(10.0f, 0.05f * decibel); }
    /// Straight up to -3 dBFS, then bent towards -1 dBFS: a shout is rounded, not cut.
    static float rounded(float s) {
        constexpr float kKnee = 0.708f, kTop = 0.891f;
        const float size = std::abs(s);
        if (size <= kKnee) return s;
        return std::copysign(kKnee + (kTop - kKnee) * std::tanh((size - kKnee) / (kTop - kKnee)), s);
    }

    bool m_on = false;
    float m_decibel = 0.0f;
    float m_level = kTarget;
    int m_heard = 0;
};

}  // namespace parlour::audio
