// SPDX-License-Identifier: Apache-2.0
// What is done to sound on its way to the ear, without packets and seats: VoicePath for each voice, OutputStage for the
// mix. Together they keep T45: whatever comes in, no true peak above -1 dBTP and no 50 ms above -12 dBFS RMS.
// Thread: the pump; no allocation after construction.
#pragma once

#include <cstddef>
#include <span>

#include "audio/gain_ramp.h"
#include "audio/high_pass.h"
#include "audio/limiter.h"
#include "audio/loudness_guard.h"
#include "audio/rumble.h"
#include "audio/speaker_level.h"

namespace parlour::audio {

class VoicePath {
  public:
    GainRamp gain{1.0f};  ///< the person's own volume for this voice
    SpeakerLevel level;

    /// In place, 5 or 10 ms of scrubbed sound with this peak, of two channels as middle and side, else no side: what is done to one is
    /// done to the other. False: it has been silent for so long that nothing is to be done.
    bool shape(std::span<float> sound, std::span<float> side, float peak, bool levelling, bool music);

  private:
    Rumble m_rumble, m_sideRumble;
    HighPass m_highPass{60.0, 480, false};
    HighPass m_sideHighPass{60.0, 480, false};
    LoudnessGuard m_guard;
    std::size_t m_asleep = 0;  // samples of silence in a row
};

class OutputStage {
  public:
    /// In place; no `right` = one channel.
    void process(std::span<float> left, std::span<float> right = {});

  private:
    LoudnessGuard m_guard{true};
    Limiter m_limiter;
};

}  // namespace parlour::audio
