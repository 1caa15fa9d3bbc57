// SPDX-License-Identifier: Apache-2.0
#include "audio/send_policy.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace parlour::audio {
namespace {

constexpr std::array<double, 4> kLosses{0.01f, 0.03f, 0.08f, 0.20f};
constexpr std::array<double, 2> kQueues{100.0, 250.0};           // ms above the least round trip
constexpr int kCalm = 4;                                         // reports: about ten seconds
constexpr int kKnown = 2;                                        // reports before anything is dared
constexpr base::Duration kCreep = std::chrono::milliseconds(5);  // of the least round trip, per report
constexpr std::uint32_t kCrowdAbove = 50, kCrowdUntil = 40;
constexpr int kMaxExpectedLoss = 30;  // above, FEC eats the voice itself
constexpr int kSlowest = 16'000, kFastest = 64'000, kMusic = 128'000;

Rung climb(Rung rung, double value, std::span<const double> thresholds) {
    const auto raw = static_cast<int>(std::count_if(thresholds.begin(), thresholds.end(), [&](double t) { return value >= t; }));
    if (raw > rung.level) return {raw, 0};
    if (rung.level == 0) return {};
    if (value >= thresholds[static_cast<std::size_t>(rung.level - 1)] / 2.0) return {rung.level, 0};
    if (++rung.calm < kCalm) return rung;
    return {rung.level - 1, 0};
}

bool known(const Uplink& uplink) { return uplink.reports >= kKnown; }

/// Without SILK nothing repairs a loss but a copy: what saves its look-ahead is for a way that is known to be clean.
bool withoutSilk(const CaptureSettings& wish, const Uplink& uplink, int bitRate) {
    const bool repaired = uplink.redundancy || wish.music;  // music has no in-band copies anyway
    return wish.delay == DelayMode::low && known(uplink) && !uplink.crowd && uplink.queue.level == 0 && uplink.loss.level == 0 &&
           repaired && bitRate >= 32'000;
}

/// 5 ms leave no time for what works in blocks of 10 ms, so with that they would only cost packets.
bool shortest(const CaptureSettings& wish) {
    const bool processed = wish.echoCancelling || wish.noiseSuppression || wish.automaticGain || wish.voiceGate;
    return wish.frameMs == 0 && (wish.music || !processed);
}

int frameOf(const CaptureSettings& wish, const Uplink& uplink, int bitRate) {
    if (wish.frameMs == 40 || uplink.queue.level >= 2) return 40;   // a third of the header bytes of 10 ms
    if (wish.frameMs == 20 || (wish.frameMs == 0 && wish.delay == DelayMode::comfort)) return 20;
    const bool low = wish.frameMs == 0 && wish.delay == DelayMode::low;
    if (wish.music && !low && wish.frameMs != 10) return 20;
    if (shortest(wish) && withoutSilk(wish, uplink, bitRate)) return 5;
    const bool asked = wish.frameMs == 10 || low;
    // Twice the packets: not into a queue, not where they are lost, and to a crowd only if the person says so.
    if (uplink.queue.level > 0 || uplink.loss.level >= 3 || bitRate < 24'000) return 20;
    return asked || (known(uplink) && !uplink.crowd) ? 10 : 20;
}

int bitRateOf(const CaptureSettings& wish, const Uplink& uplink) {
    const bool good = known(uplink) && !uplink.crowd && uplink.loss.level <= 1;
    // Short frames and no SILK spend more on the same sound.
    const bool quick = wish.delay == DelayMode::low && wish.frameMs <= 20 && uplink.loss.level == 0 && uplink.queue.level == 0;
    const int usual = !good ? 32'000 : quick ? kFastest : 40'000;
    int rate = wish.bitRate > 0 ? std::clamp(wish.bitRate, kSlowest, kFastest) : usual;
    if (wish.music) rate = kMusic;
    // Where copies ride along the frame itself is smaller; where a queue fills, everything is.
    const int share = uplink.queue.level >= 2 ? 50 : uplink.queue.level == 1 || uplink.loss.level >= 3 ? 75 : 100;
    return std::max(kSlowest, rate * share / 100);
}

int redundancyOf(const CaptureSettings& wish, const Uplink& uplink, int frameMs) {
    if (!uplink.redundancy) return 0;
    int copies = 0;
    switch (uplink.loss.level) {
        // What the listeners lose on their own ways nobody tells us: one copy where it costs little.
        case 0: copies = known(uplink) && !uplink.crowd && !wish.music ? 1 : 0; break;
        case 1: copies = frameMs == 10 ? 2 : 1; break;
        case 2:
        case 3: copies = 2; break;
        default: copies = 3; break;
    }
    if (uplink.queue.level == 1) return std::min(copies, 1);
    if (uplink.queue.level >= 2) return uplink.loss.level >= 3 ? 1 : 0;
    return wish.music ? std::min(copies, 1) : copies;
}

}  // namespace

Uplink withReport(const Uplink& before, const base::Feedback& report) {
    auto uplink = before;
    const float loss = std::isfinite(report.loss) ? std::clamp(report.loss, 0.0f, 1.0f) : 0.0f;
    uplink.reports = std::min(before.reports + 1, kKnown);
    uplink.loss = climb(before.loss, loss, kLosses);
    uplink.worstLoss = std::max(loss, before.worstLoss * 0.7f);
    if (report.roundTrip.count() > 0) {
        const auto crept = before.leastRoundTrip + kCreep;
        uplink.leastRoundTrip = before.leastRoundTrip.count() == 0 ? report.roundTrip : std::min(report.roundTrip, crept);
        const auto above = report.roundTrip - uplink.leastRoundTrip;
        uplink.queue = climb(before.queue, static_cast<double>(above.count()) / 1000.0, kQueues);
        // One round trip may be anybody's hiccup: the second step needs a second report.
        if (before.queue.level == 0 && uplink.queue.level == 2) uplink.queue = {1, 0};
    }
    uplink.crowd = report.audience > (before.crowd ? kCrowdUntil : kCrowdAbove);
    uplink.redundancy = report.redundancy;
    return uplink;
}

SendPlan planSending(const CaptureSettings& wish, const Uplink& uplink) {
    SendPlan plan;
    plan.bitRate = bitRateOf(wish, uplink);
    plan.frameMs = frameOf(wish, uplink, plan.bitRate);
    plan.lowDelay = plan.frameMs <= 20 && withoutSilk(wish, uplink, plan.bitRate);
    plan.redundancy = redundancyOf(wish, uplink, plan.frameMs);
    plan.dtx = wish.dtx && !wish.music;
    // A hint of 1 % keeps LBRR ready for the first loss; reports come late, so lean to the safe side afterwards.
    if (wish.forwardErrorCorrection && !wish.music)
        plan.expectedLoss = std::clamp(static_cast<int>(std::ceil(uplink.worstLoss * 120.0f)), 1, kMaxExpectedLoss);
    return plan;
}

}  // namespace parlour::audio
