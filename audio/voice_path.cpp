// SPDX-License-Identifier: Apache-2.0
#include "audio/voice_path.h"

#include <algorithm>
#include <cmath>

namespace parlour::audio {
namespace {

constexpr float kLoudest = 4.0f;     // a decoder may go beyond 1; no voice needs more
constexpr float kInaudible = 3e-5f;  // -90 dBFS
constexpr int kFallAsleep = 50;      // blocks

}  // namespace

float scrub(std::span<float> sound) {
    float peak = 0.0f;
    for (auto& s : sound) {
        s = std::isfinite(s) ? std::clamp(s, -kLoudest, kLoudest) : 0.0f;
        peak = std::max(peak, std::abs(s));
    }
    return peak;
}

bool VoicePath::shape(std::span<float> sound, float peak, bool levelling, bool music) {
    m_asleep = peak < kInaudible ? std::min(m_asleep + 1, kFallAsleep) : 0;
    if (m_asleep == kFallAsleep) return false;
    m_rumble.process(sound, !music);
    level.process(sound, levelling && !music);
    gain.apply(sound);
    m_guard.process(sound);
    return true;
}

void OutputStage::process(std::span<float> left, std::span<float> right) {
    scrub(left);
    scrub(right);
    m_guard.process(left, right);
    m_limiter.process(left, right);
}

}  // namespace parlour::audio
