// SPDX-License-Identifier: Apache-2.0
// Shortens or lengthens a piece of speech by whole pitch periods, joined where the wave repeats itself, so that pitch
// stays and no click is heard. Works in place on a small buffer; no allocation; pure.
#pragma once

#include <cstddef>
#include <span>

namespace parlour::audio {

struct PitchMatch {
    std::size_t lag = 0;       ///< samples at 48 kHz; 0 = nothing found
    float correlation = 0.0f;  ///< normalised, -1..1
};

/// Best repetition between `shortest` and `longest` samples that fits into the piece.
PitchMatch findPitch(std::span<const float> piece, std::size_t shortest = 120, std::size_t longest = 720);

/// How long ago the last `window` samples were heard before: the lag between `shortest` and `longest` at which they are
/// most alike. Nothing found where the sound is shorter than window + longest.
PitchMatch findRepetition(std::span<const float> sound, std::size_t window, std::size_t shortest, std::size_t longest);

/// Cuts `lag` samples out of the piece with a raised-cosine join of `overlap` samples; lag + overlap <= piece.size().
/// Returns the new length.
std::size_t removePeriod(std::span<float> piece, std::size_t lag, std::size_t overlap);

/// Repeats the first `lag` samples once; `buffer` holds `length` samples and has room for `lag` more; lag + overlap <=
/// length. Returns the new length.
std::size_t repeatPeriod(std::span<float> buffer, std::size_t length, std::size_t lag, std::size_t overlap);

/// Begins with `old` and goes over into what `sound` holds; both of the same length.
void fadeOver(std::span<float> sound, std::span<const float> old);

}  // namespace parlour::audio
