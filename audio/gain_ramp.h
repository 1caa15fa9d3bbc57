// SPDX-License-Identifier: Apache-2.0
// A volume that never jumps: reaches its goal within the next block. Thread: the pump.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

namespace parlour::audio {

class GainRamp {
  public:
    static constexpr float kMost = 2.0f;

    explicit GainRamp(float start = 1.0f) : m_gain(start), m_goal(start) {}
    /// 0..2, anything else is brought there; NaN is 1.
    void set(float goal) { m_goal = std::isfinite(goal) ? std::clamp(goal, 0.0f, kMost) : 1.0f; }
    float goal() const { return m_goal; }

    /// mix += gain * sound. Not-a-number counts as silence, so that one bad track cannot spoil the mix.
    void addTo(std::span<float> mix, std::span<const float> sound) {
        const float step = mix.empty() ? 0.0f : (m_goal - m_gain) / static_cast<float>(mix.size());
        for (std::size_t i = 0; i < mix.size() && i < sound.size(); ++i) {
            m_gain += step;
            if (std::isfinite(sound[i])) mix[i] += m_gain * sound[i];
        }
        m_gain = m_goal;
    }
    void apply(std::span<float> sound) {
        const float step = sound.empty() ? 0.0f : (m_goal - m_gain) / static_cast<float>(sound.size());
        for (auto& s : sound) s *= (m_gain += step);
        m_gain = m_goal;
    }

  private:
    float m_gain;
    float m_goal;
};

}  // namespace parlour::audio
