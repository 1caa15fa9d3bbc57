// SPDX-License-Identifier: Apache-2.0
#include "core/room/sound_advice.h"

#include <algorithm>

namespace parlour::room {
namespace {

using base::Duration;
using namespace std::chrono_literals;

constexpr float kFullScale = 0.985f;   // the high-pass takes a little of what was cut off at 1
constexpr float kFaint = 0.032f;       // -30 dBFS: below that a voice drowns in the codec's and the room's noise
constexpr float kLoud = 0.7f;          // -3 dBFS: the next laugh is cut off
constexpr float kHeard = 0.0018f;      // -55 dBFS
constexpr Duration kLongestStep = 250ms;   // after a suspended machine nothing is concluded from the gap
constexpr Duration kMutedTalk = 700ms;     // a cough is shorter, a sentence is longer
constexpr Duration kMostTalk = 1500ms;
constexpr Duration kFaintTalk = 6s;
constexpr Duration kDistorted = 300ms;
constexpr Duration kMostDistorted = 600ms;

}  // namespace

SoundAdvice SoundAdvisor::next(const MicrophoneMoment& m, base::TimePoint now) {
    const auto step = m_started ? std::clamp(now - m_last, Duration(0), kLongestStep) : Duration(0);
    m_last = now;
    if (!m_started || m.live != m_wasLive) {
        // The end of a sentence after which somebody mutes is none that was meant to be heard.
        m_talk = m_faint = m_distorted = Duration(0);
        if (!m_started) m_nextMuted = m_nextClipping = m_nextCloser = now;
        m_started = true;
        m_wasLive = m.live;
    }
    if (!m.onStage || !m.running) {
        m_talk = m_faint = m_distorted = Duration(0);
        return SoundAdvice::none;
    }
    if (!m.live) {
        m_talk = m.speaking ? std::min(m_talk + step, kMostTalk) : std::max(m_talk - step / 2, Duration(0));
        if (m_talk < kMutedTalk || now < m_nextMuted) return SoundAdvice::none;
        m_talk = Duration(0);
        m_nextMuted = now + kMutedPause;
        return SoundAdvice::muted;
    }
    // A peak is held for 50 ms by the meter, so one cut-off word counts as that much.
    m_distorted = m.peak >= kFullScale ? std::min(m_distorted + step, kMostDistorted)
                                       : std::max(m_distorted - step / 10, Duration(0));
    if (m.peak >= kFaint)
        m_faint = Duration(0);
    else if (m.speaking)
        m_faint += step;
    if (m_distorted >= kDistorted && now >= m_nextClipping) {
        m_distorted = Duration(0);
        m_nextClipping = now + kClippingPause;
        return SoundAdvice::clipping;
    }
    if (m_faint >= kFaintTalk && now >= m_nextCloser) {
        m_faint = Duration(0);
        m_nextCloser = now + kCloserPause;
        return SoundAdvice::closer;
    }
    return SoundAdvice::none;
}

InputLevel inputLevel(float peak) {
    if (!(peak >= kHeard)) return InputLevel::silent;   // NaN, too
    if (peak < kFaint) return InputLevel::faint;
    if (peak < kLoud) return InputLevel::good;
    return peak < kFullScale ? InputLevel::loud : InputLevel::clipping;
}

}  // namespace parlour::room
