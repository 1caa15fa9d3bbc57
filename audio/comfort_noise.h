// SPDX-License-Identifier: Apache-2.0
// What the speaker's room sounds like when nobody talks: learnt from the quiet pieces of a stream, played when its
// packets stop coming for long, so that the line does not sound dead. Linear prediction of order 10, never louder than
// -40 dBFS. Thread: the pump. No allocation.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace parlour::audio {

class ComfortNoise {
  public:
    static constexpr std::size_t kOrder = 10;

    /// A quiet piece, at least 10 ms.
    void learn(std::span<const float> quiet);
    /// Adds noise with a gain that goes from `from` to `to`. Nothing learnt: nothing added.
    void addTo(std::span<float> out, float from, float to);
    void reset() { *this = ComfortNoise(); }

  private:
    void solve();

    std::array<double, kOrder + 1> m_correlation{};  // per sample, slowly averaged
    std::array<float, kOrder> m_predictor{};
    std::array<float, kOrder> m_past{};
    float m_excitation = 0.0f;
    bool m_learnt = false;
    bool m_solved = false;
    std::uint32_t m_random = 0x9E3779B9u;
};

}  // namespace parlour::audio
