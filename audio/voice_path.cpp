// SPDX-License-Identifier: Apache-2.0
#include "audio/voice_path.h"

#include <algorithm>

#include "audio/scrub.h"
#include "core/base/media.h"

namespace parlour::audio {
namespace {

constexpr float kInaudible = 3e-5f;  // -90 dBFS
constexpr std::size_t kFallAsleep = base::kSampleRate / 2;

}  // namespace

bool VoicePath::shape(std::span<float> sound, std::span<float> side, float peak, bool levelling, bool music) {
    m_asleep = peak < kInaudible ? std::min(m_asleep + sound.size(), kFallAsleep) : 0;
    if (m_asleep == kFallAsleep) return false;
    const bool below = m_rumble.heard(sound), belowSide = !side.empty() && m_sideRumble.heard(side);
    const bool rumbling = (below || belowSide) && !music;
    m_highPass.set(rumbling);
    m_sideHighPass.set(rumbling);
    m_highPass.process(sound);
    if (!side.empty()) m_sideHighPass.process(side);
    level.process(sound, levelling && !music, side);
    auto same = gain;
    gain.apply(sound);
    same.apply(side);
    if (side.empty()) {
        m_guard.process(sound);
        return true;
    }
    const auto turn = [&](float part) {  // middle and side <-> left and right
        for (std::size_t i = 0; i < sound.size(); ++i) {
            const float a = sound[i], b = side[i];
            sound[i] = part * (a + b);
            side[i] = part * (a - b);
        }
    };
    turn(1.0f);
    m_guard.process(sound, side);
    turn(0.5f);
    return true;
}

void OutputStage::process(std::span<float> left, std::span<float> right) {
    scrub(left);
    scrub(right);
    m_guard.process(left, right);
    m_limiter.process(left, right);
}

}  // namespace parlour::audio
