// SPDX-License-Identifier: Apache-2.0
// What is worth telling a person about their own microphone: that they talk while muted, that it distorts, that they are too
// far away. Pure: fed with moments, answers what to say now; the words are the caller's. Nothing is stored or sent. Thread: any
// one.
#pragma once

#include "core/base/time.h"

namespace parlour::room {

/// The own microphone at one moment. It is looked at only where it runs anyway: nothing here opens one (T32).
struct MicrophoneMoment {
    bool onStage = false;
    bool running = false;   ///< the device is open
    bool live = false;      ///< sound leaves this computer
    bool speaking = false;  ///< somebody speaks into it
    float peak = 0.0f;      ///< linear, of the last 50 ms
};

enum class SoundAdvice {
    none,
    muted,     ///< talks, and nobody can hear it
    clipping,  ///< the device itself cuts the peaks off
    closer,    ///< talks, and it is faint
};

class SoundAdvisor {
  public:
    static constexpr base::Duration kMutedPause = std::chrono::seconds(30);
    static constexpr base::Duration kClippingPause = std::chrono::seconds(60);
    static constexpr base::Duration kCloserPause = std::chrono::seconds(120);

    /// Call it some ten times a second. Each advice comes once and not again before its pause is over.
    SoundAdvice next(const MicrophoneMoment& moment, base::TimePoint now);

  private:
    base::TimePoint m_last{};
    bool m_started = false;
    bool m_wasLive = false;
    base::Duration m_talk{0};      // while muted: fills with words, empties in pauses
    base::Duration m_faint{0};     // live: talked so long, and never loud enough
    base::Duration m_distorted{0}; // live: so much of the last seconds was at full scale
    base::TimePoint m_nextMuted{};
    base::TimePoint m_nextClipping{};
    base::TimePoint m_nextCloser{};
};

/// How loud a voice comes in, by the highest peak of some seconds of it.
enum class InputLevel { silent, faint, good, loud, clipping };
InputLevel inputLevel(float peak);

}  // namespace parlour::room
