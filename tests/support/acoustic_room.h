// SPDX-License-Identifier: Apache-2.0
// Rooms, voices and noises made from nothing: impulse responses by image sources, loudspeakers that bend a little,
// people by espeak-ng (speech-like sound where it is not installed), fans, keyboards and babble. The same on every run.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace parlour::tests {

using Place = std::array<double, 3>;  ///< metres

struct Room {
    Place size{4.6, 3.7, 2.6};
    double decaySeconds = 0.30;  ///< until the sound is 60 dB weaker
};

/// From a loudspeaker to a microphone; 48 kHz, as long as half the decay (30 dB) and the direct way need.
std::vector<float> roomResponse(const Room& room, Place loudspeaker, Place microphone);
/// x through h, as long as x.
std::vector<float> through(std::span<const float> x, std::span<const float> h);
/// A small loudspeaker: third and second harmonics of about a percent and a half at full swing.
std::vector<float> smallLoudspeaker(std::span<const float> x);

/// One person talks, 48 kHz, RMS `level` while speaking; `person` decides voice and order of the sentences.
std::vector<float> person(double seconds, int person, float level = 0.06f);
bool espeakInstalled();

std::vector<float> fanNoise(double seconds, std::uint32_t seed);       // RMS 1 all of them
std::vector<float> keyboardNoise(double seconds, std::uint32_t seed);  // five to eight keys a second
std::vector<float> babbleNoise(double seconds);                        // eight people at once in a room

void scale(std::vector<float>& x, double factor);
void add(std::vector<float>& x, std::span<const float> y);

/// The same sound taken by a clock that is `ppm` fast.
std::vector<float> byOtherClock(std::span<const float> x, double ppm);

}  // namespace parlour::tests
