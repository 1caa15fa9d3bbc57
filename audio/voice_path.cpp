// SPDX-License-Identifier: Apache-2.0
#include "audio/voice_path.h"

#include <algorithm>

#include "audio/scrub.h"

namespace parlour::audio {
namespace {

constexpr float kInaudible = 3e-5f;  // -90 dBFS
constexpr int kFallAsleep = 50;      // blocks

}  // namespace

bool VoicePath::shape(std::span<float> sound, float peak, bool levelling, bool music) {
    m_asleep = peak < kInaudible ? std::min(m_asleep + 1, kFallAsleep) : 0;
    if (m_asleep == kFallAsleep) return false;
    m_highPass.set(m_rumble.heard(sound) && !music);
    m_highPass.process(sound);
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
