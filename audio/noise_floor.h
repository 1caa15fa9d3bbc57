// SPDX-License-Identifier: Apache-2.0
// How loud it is where nobody speaks, for people to read: the quietest tenth of a second or so of the last three seconds.
// Blocks without any sound (a stream that begins, a switch at the microphone) say nothing about it.
// Thread: the pump; level() any, without waiting.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstddef>

namespace parlour::audio {

class NoiseFloor {
  public:
    /// RMS of the next 10 ms.
    void add(float rms) {
        if (!(rms > kNoSound)) return;
        const float power = rms * rms;
        m_power = m_power > 0.0f ? m_power + kSmoothing * (power - m_power) : power;
        m_least = m_blocks == 0 ? m_power : std::min(m_least, m_power);
        if (++m_blocks < kBlocks) return;
        m_blocks = 0;
        m_pieces[m_next] = m_least;
        m_next = (m_next + 1) % m_pieces.size();
        m_filled = std::min(m_filled + 1, m_pieces.size());
        m_level.store(std::sqrt(*std::min_element(m_pieces.begin(), m_pieces.begin() + static_cast<std::ptrdiff_t>(m_filled))), std::memory_order_relaxed);
    }
    void clear() {
        m_power = 0.0f;
        m_blocks = 0;
        m_next = m_filled = 0;
        m_level.store(0.0f, std::memory_order_relaxed);
    }
    /// RMS; 0: not known yet.
    float level() const { return m_level.load(std::memory_order_relaxed); }

  private:
    static constexpr float kNoSound = 1e-6f;      // -120 dBFS
    static constexpr float kSmoothing = 0.15f;    // of a block: some 60 ms
    static constexpr int kBlocks = 50;            // half a second
    std::array<float, 6> m_pieces{};              // the least power of each half second
    std::size_t m_next = 0, m_filled = 0;
    float m_power = 0.0f;
    float m_least = 0.0f;
    int m_blocks = 0;
    std::atomic<float> m_level{0.0f};
};

}  // namespace parlour::audio
