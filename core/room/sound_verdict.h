// SPDX-License-Identifier: Apache-2.0
// From the counters of a session to one plain judgement: is the connection good, and why does this person sound bad. Pure
// functions of the statistics of two moments some seconds apart; the words are the caller's. Thread: any.
#pragma once

#include <optional>

#include "core/base/time.h"
#include "core/room/session_stats.h"

namespace parlour::room {

enum class Grade { unknown, good, fair, bad };

/// The way between this computer and the server, over the time between two readings.
struct ConnectionVerdict {
    Grade grade = Grade::unknown;              ///< the worst of those below
    Grade delayGrade = Grade::unknown;
    Grade lossGrade = Grade::unknown;
    Grade jitterGrade = Grade::unknown;
    Grade uplinkGrade = Grade::unknown;
    std::optional<int> roundTripMs;
    std::optional<double> lossPercent;         ///< of what was to reach us; absent while nobody speaks
    std::optional<double> uplinkLossPercent;   ///< of ours, as the server says; absent while we are silent
    std::optional<int> jitterMs;               ///< the worst of the speakers
};
ConnectionVerdict connectionVerdict(const SessionStats& before, const SessionStats& now);

/// Why one speaker sounds as they do; the worst that was found.
enum class SoundCause {
    unknown,      ///< too little was heard to say
    good,
    lost,         ///< packets do not arrive: a network between them and us
    late,         ///< packets arrive, too late to be played
    delayed,      ///< all is heard, but later than a talk likes
};
struct TrackVerdict {
    SoundCause cause = SoundCause::unknown;
    double inventedPercent = 0.0;   ///< of the sound, audibly
    double lossPercent = 0.0;
    int delayMs = 0;                ///< how long sound waits here
    bool everybody = false;         ///< lost or late: others suffer, too, so it is our own network
};
/// Nothing when this person is in neither reading.
std::optional<TrackVerdict> trackVerdict(const SessionStats& before, const SessionStats& now, const base::Identity& who);

}  // namespace parlour::room
