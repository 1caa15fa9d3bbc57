// SPDX-License-Identifier: Apache-2.0
#include "core/room/sound_verdict.h"

#include <algorithm>
#include <cmath>

namespace parlour::room {
namespace {

constexpr std::uint64_t kEnoughPackets = 25;      // half a second of somebody speaking
constexpr std::uint64_t kEnoughSamples = 48'000;  // a second of sound

/// `value` against what is still good and what is still bearable.
Grade graded(double value, double good, double fair) {
    return value <= good ? Grade::good : value <= fair ? Grade::fair : Grade::bad;
}
Grade worse(Grade a, Grade b) { return std::max(a, b); }

const RemoteTrackStats* trackOf(const SessionStats& stats, const base::Identity& who) {
    for (const auto& track : stats.tracks)
        if (track.identity == who) return &track;
    return nullptr;
}

/// Counters of a stream that began anew count from nothing.
template <class T>
T grown(T before, T now) {
    return now >= before ? now - before : now;
}

struct Growth {
    std::uint64_t received = 0, samples = 0, audible = 0;
    std::int64_t lost = 0;
    double loss() const {
        const auto all = static_cast<double>(received) + static_cast<double>(std::max<std::int64_t>(0, lost));
        return all > 0 ? 100.0 * static_cast<double>(std::max<std::int64_t>(0, lost)) / all : 0.0;
    }
    bool enough() const { return samples >= kEnoughSamples && received >= kEnoughPackets; }
    double invented() const { return samples > 0 ? 100.0 * static_cast<double>(audible) / static_cast<double>(samples) : 0.0; }
};

Growth growth(const RemoteTrackStats& before, const RemoteTrackStats& now) {
    Growth g;
    const bool anew = now.packetsReceived < before.packetsReceived || now.totalSamplesReceived < before.totalSamplesReceived;
    const RemoteTrackStats nothing;
    const auto& from = anew ? nothing : before;
    g.received = now.packetsReceived - from.packetsReceived;
    g.lost = now.packetsLost - from.packetsLost;
    g.samples = now.totalSamplesReceived - from.totalSamplesReceived;
    const auto concealed = grown(from.concealedSamples, now.concealedSamples);
    g.audible = concealed - std::min(concealed, grown(from.silentConcealedSamples, now.silentConcealedSamples));
    return g;
}
/// Whoever was not there before has grown from nothing.
Growth growth(const SessionStats& before, const RemoteTrackStats& now) {
    const auto* was = trackOf(before, now.identity);
    return growth(was != nullptr ? *was : RemoteTrackStats{}, now);
}

}  // namespace

ConnectionVerdict connectionVerdict(const SessionStats& before, const SessionStats& now) {
    ConnectionVerdict v;
    if (now.roundTripTime) {
        v.roundTripMs = static_cast<int>(std::lround(*now.roundTripTime * 1000.0));
        v.delayGrade = graded(*v.roundTripMs, 150, 300);
    }
    Growth all;
    double jitter = 0.0;
    bool heard = false;
    for (const auto& track : now.tracks) {
        const auto g = growth(before, track);
        all.received += g.received;
        all.lost += g.lost;
        if (g.received < kEnoughPackets) continue;
        heard = true;
        jitter = std::max(jitter, track.jitter);
    }
    if (heard) {
        v.lossPercent = all.loss();
        v.lossGrade = graded(*v.lossPercent, 1.0, 5.0);
        v.jitterMs = static_cast<int>(std::lround(jitter * 1000.0));
        v.jitterGrade = graded(*v.jitterMs, 20, 60);
    }
    if (grown(before.packetsSent, now.packetsSent) >= kEnoughPackets) {
        v.uplinkLossPercent = std::clamp(now.fractionLost, 0.0, 1.0) * 100.0;
        v.uplinkGrade = graded(*v.uplinkLossPercent, 1.0, 5.0);
    }
    v.grade = worse(worse(v.delayGrade, v.lossGrade), worse(v.jitterGrade, v.uplinkGrade));
    return v;
}

std::optional<TrackVerdict> trackVerdict(const SessionStats& before, const SessionStats& now, const base::Identity& who) {
    const auto* track = trackOf(now, who);
    if (track == nullptr) return std::nullopt;
    const auto* was = trackOf(before, who);
    const RemoteTrackStats nothing;
    const auto& from = was ? *was : nothing;
    const auto g = growth(from, *track);
    TrackVerdict v;
    if (!g.enough()) return v;
    v.inventedPercent = g.invented();
    v.lossPercent = g.loss();
    const auto emitted = grown(from.jitterBufferEmittedCount, track->jitterBufferEmittedCount);
    const auto waited = grown(from.jitterBufferDelay, track->jitterBufferDelay);
    v.delayMs = emitted > 0 ? static_cast<int>(std::lround(1000.0 * waited / static_cast<double>(emitted))) : 0;
    if (v.inventedPercent > 1.0) {
        // What was invented although it arrived came too late.
        v.cause = v.lossPercent >= v.inventedPercent / 2 ? SoundCause::lost : SoundCause::late;
        int others = 0, suffering = 0;
        for (const auto& other : now.tracks) {
            if (other.identity == who) continue;
            const auto o = growth(before, other);
            if (!o.enough()) continue;
            ++others;
            if (o.invented() > 1.0) ++suffering;
        }
        v.everybody = others > 0 && suffering == others;
    } else {
        v.cause = v.delayMs > 200 ? SoundCause::delayed : SoundCause::good;
    }
    return v;
}

}  // namespace parlour::room
