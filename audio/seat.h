// SPDX-License-Identifier: Apache-2.0
// Puts one voice at its place around the listener. Headphones: a spherical head, in time (Woodworth: the way around the
// sphere) and in spectrum (one pole, one zero per ear; C. P. Brown and R. O. Duda, "A structural model for binaural sound
// synthesis", IEEE Trans. Speech Audio Process. 6(5), 1998, after R. O. Duda and W. L. Martens, "Range dependence of the
// response of a spherical head model", JASA 104(5), 1998). Loudspeakers: panning within their angle. Straight ahead both
// leave the voice as it is. Thread: the pump. No allocation; turning and switching make no click.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "audio/listening.h"
#include "core/base/media.h"

namespace parlour::audio {

class Seat {
  public:
    static constexpr float kFarthest = 75.0f;      ///< degrees to a side
    static constexpr std::size_t kAhead = 14;      ///< samples a voice straight ahead comes later on headphones: 0.3 ms

    /// Adds 5 or 10 ms to both sides. `azimuth`: degrees, right is positive; the voice turns there within the block.
    void render(std::span<const float> sound, Seats mode, float azimuth, std::span<float> left, std::span<float> right);
    /// The voice went past this seat, as one channel.
    void passed() { m_mode = Seats::off; }

  private:
    static constexpr std::size_t kPast = 40;
    using Block = std::array<float, base::kBlockSamples>;

    struct Ear {
        float delay = static_cast<float>(kAhead);
        float b0 = 1.0f;  // the pole never moves
        float b1 = 0.0f;
    };
    struct Place {
        Ear left;
        Ear right;
        float panLeft = 1.0f;
        float panRight = 1.0f;
    };
    static Place placeAt(float azimuth);
    void delayed(float from, float to, std::span<float> out) const;
    void add(std::span<const float> sound, Seats mode, const Place& from, const Place& to, float before, float after,
             std::span<float> left, std::span<float> right);

    std::array<float, kPast + base::kBlockSamples> m_recent{};
    float m_azimuth = 0.0f;
    Place m_place = placeAt(0.0f);
    Seats m_mode = Seats::off;
    float m_leftIn = 0.0f, m_leftOut = 0.0f, m_rightIn = 0.0f, m_rightOut = 0.0f;  // of the two filters
};

}  // namespace parlour::audio
