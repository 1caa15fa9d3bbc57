// SPDX-License-Identifier: Apache-2.0
// How we encode for the network as it is. Two pure functions: what the reports say about the way out, and what to send over
// such a way. Worse is taken at its word; better has to last, so that nothing flaps.
#pragma once

#include <cstdint>

#include "audio/audio_engine.h"
#include "core/base/media.h"

namespace parlour::audio {

/// A step on a ladder of thresholds: climbed at once, left downwards one by one, each time after calm reports.
struct Rung {
    int level = 0;
    int calm = 0;   ///< reports in a row below half of what led here
    auto operator<=>(const Rung&) const = default;
};

/// The way out as the reports show it.
struct Uplink {
    int reports = 0;                  ///< counted up to a few: enough were heard
    Rung loss;                        ///< 1: 1 %, 2: 3 %, 3: 8 %, 4: 20 % of our packets
    Rung queue;                       ///< round trip above its least: 1: 100 ms, 2: 250 ms. Somebody's queue is filling
    float worstLoss = 0.0f;           ///< newest, or what is left of a worse one
    base::Duration leastRoundTrip{0}; ///< creeps up, for routes change; 0 = not known
    bool crowd = false;               ///< above 50 people hear us, until they are 40
    bool redundancy = false;          ///< the far side takes RED
    auto operator<=>(const Uplink&) const = default;
};

/// `report` is one report of the receivers (each 2 to 3 s).
Uplink withReport(const Uplink& before, const base::Feedback& report);

struct SendPlan {
    int frameMs = 20;      ///< 5, 10, 20 or 40
    int bitRate = 32'000;  ///< bit/s of the frames themselves; copies come on top
    int expectedLoss = 0;  ///< percent told to the encoder; above 0 it spends bits on in-band FEC
    int redundancy = 0;    ///< each packet carries so many earlier frames along (RED)
    bool dtx = true;
    bool lowDelay = false; ///< without SILK, whose look-ahead is 4 ms more
    auto operator<=>(const SendPlan&) const = default;
};

SendPlan planSending(const CaptureSettings& wish, const Uplink& uplink);

}  // namespace parlour::audio
