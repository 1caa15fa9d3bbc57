// SPDX-License-Identifier: Apache-2.0
// How we encode for the network as it is: pure, from what the person chose and what the receivers report.
#pragma once

#include "audio/audio_engine.h"
#include "core/base/media.h"

namespace parlour::audio {

struct SendPlan {
    int frameMs = 20;      ///< 10 or 20
    int bitRate = 32'000;  ///< bit/s
    int expectedLoss = 0;  ///< percent told to the encoder; above 0 it spends bits on in-band FEC
    auto operator<=>(const SendPlan&) const = default;
};

/// `feedback.loss` is taken as it is (rtc averages it over its report interval); `now` is the plan in force, so that a
/// value on the border does not flap.
SendPlan planSending(const CaptureSettings& wish, const base::Feedback& feedback, const SendPlan& now);

}  // namespace parlour::audio
