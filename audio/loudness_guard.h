// SPDX-License-Identifier: Apache-2.0
// No 50 ms of sound have more power than -12 dBFS RMS, not even the first ones of a burst (security T45). Costs no delay.
// Counts energy in pieces of 5 ms: what the last ten have used up is not given out again, and each piece leaves enough
// for those after it, so that a scream is made quieter instead of being cut to silence. Below the limit nothing changes.
// Thread: the pump. No allocation.
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace parlour::audio {

class LoudnessGuard {
  public:
    static constexpr std::size_t kPiece = 240;

    /// `weighted`: high sound counts as loud as ears take it (the shelf of ITU-R BS.1770), for the end of the chain.
    explicit LoudnessGuard(bool weighted = false) : m_weighted(weighted) {}
    /// In place, both channels by the same gain; no `right` = one channel. Finite samples, a multiple of 5 ms.
    void process(std::span<float> left, std::span<float> right = {});
    /// Linear; 1 = nothing is held back.
    float gain() const { return m_gain; }

  private:
    static constexpr std::size_t kHistory = 10;

    struct Shelf {
        double z1 = 0.0;
        double z2 = 0.0;
    };
    /// Energy of a piece under a gain that moves within its first millisecond: was, both, now (of the ramp), and whole.
    struct Energy {
        double before = 0.0;
        double cross = 0.0;
        double after = 0.0;
        double whole = 0.0;
    };
    static Energy measure(std::span<const float> piece);
    void piece(std::span<float> left, std::span<float> right);
    double allowed() const;
    std::span<const float> shelved(Shelf& state, std::span<const float> sound);

    const bool m_weighted;
    bool m_stereo = false;
    float m_gain = 1.0f;
    std::array<double, kHistory> m_used{};  // newest first
    std::array<Shelf, 2> m_shelves{};
    std::array<float, kPiece> m_scratch{};
};

}  // namespace parlour::audio
