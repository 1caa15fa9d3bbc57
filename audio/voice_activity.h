// SPDX-License-Identifier: Apache-2.0
// Is somebody speaking? A block counts as voice when it stands 6 dB above the noise floor, swings at a pitch of 60 to
// 400 Hz, and the processing library, where it judges, hears a voice in it (alone it takes typing for one). Some of a
// word makes `speaking`, half a second without any ends it. Thread: the pump; speaking() and noiseFloor() from any, without waiting.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>

#include "audio/noise_floor.h"
#include "audio/pitch_check.h"

namespace parlour::audio {

class VoiceActivity {
  public:
    /// One 10 ms block after echo and noise, before gain and gate.
    void add(std::span<const float> block, std::optional<bool> library) {
        double sum = 0.0;
        for (const float s : block) sum += static_cast<double>(s) * s;
        m_rms = static_cast<float>(std::sqrt(sum / static_cast<double>(std::max<std::size_t>(1, block.size()))));
        m_floor = std::clamp(m_rms < m_floor ? m_rms : m_floor * 1.002f, 1e-5f, 0.02f);  // up by 1.7 dB a second
        m_noise.add(m_rms);
        m_pitch.add(block);
        m_voice = m_rms > 2.0f * m_floor && m_rms > kQuietest && library.value_or(true) && m_pitch.pitched();
        m_recent = (m_recent << 1) | (m_voice ? 1u : 0u);
        if (std::popcount(m_recent & kWord) >= 8)
            m_speaking.store(true, std::memory_order_relaxed);
        else if ((m_recent & kPause) == 0)
            m_speaking.store(false, std::memory_order_relaxed);
    }
    /// Nothing is heard any more.
    void clear() {
        m_recent = 0;
        m_speaking.store(false, std::memory_order_relaxed);
        m_noise.clear();
    }
    bool voice() const { return m_voice; }   ///< in the last block
    float rms() const { return m_rms; }      ///< of the last block
    float floor() const { return m_floor; }  ///< RMS of the quietest blocks
    float noiseFloor() const { return m_noise.level(); }  ///< NoiseFloor::level()
    bool speaking() const { return m_speaking.load(std::memory_order_relaxed); }

  private:
    static constexpr float kQuietest = 0.0015f;                            // -56 dBFS
    static constexpr std::uint64_t kWord = (std::uint64_t{1} << 20) - 1;   // 200 ms
    static constexpr std::uint64_t kPause = (std::uint64_t{1} << 50) - 1;  // 500 ms

    PitchCheck m_pitch;
    float m_rms = 0.0f;
    float m_floor = 0.005f;
    bool m_voice = false;
    std::uint64_t m_recent = 0;
    std::atomic<bool> m_speaking{false};
    NoiseFloor m_noise;
};

}  // namespace parlour::audio
