// SPDX-License-Identifier: Apache-2.0
// What strangers send may be anything: a decoder goes beyond full scale, made-up packets reach hundreds. Thread: any.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

namespace parlour::audio {

/// 12 dB above full scale: no voice needs more, no honest encoder makes it.
inline constexpr float kLoudestSample = 4.0f;

/// Not-a-number becomes silence, the rest is brought within ±kLoudestSample. Answers the peak.
inline float scrub(std::span<float> sound) {
    float peak = 0.0f;
    for (auto& s : sound) {
        s = std::isfinite(s) ? std::clamp(s, -kLoudestSample, kLoudestSample) : 0.0f;
        peak = std::max(peak, std::abs(s));
    }
    return peak;
}

}  // namespace parlour::audio
