// SPDX-License-Identifier: Apache-2.0
// A bad network in virtual time: when each packet of one direction arrives, if it does. Seeded and the same on every
// machine (own distributions); each process has its own random numbers, so that a change of one leaves the others.
// The profiles P0..P10 are those of the sound path. No clock, no socket: the caller says when it sends.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <string_view>

#include "core/base/time.h"

namespace parlour::tests {

struct ImpairProfile {
    std::string_view id;
    std::string_view name;
    std::string_view what;  ///< one sentence
    double baseMs = 20.0;   ///< way without any queue

    // Queueing delay of each packet: a gamma variate, and a slow one whose logarithm wanders (AR 1).
    double gammaShape = 0.0, gammaMeanMs = 0.0;
    double slowMedianMs = 0.0, slowSigma = 0.0, slowTimeMs = 200.0;
    // Stalls: nothing arrives for a while, then all of it at once.
    double stallsPerSecond = 0.0, stallFromMs = 0.0, stallToMs = 0.0;
    double stallEveryMs = 0.0;  ///< instead of at random: about each so many ms

    // Gilbert-Elliott: chances to enter and to leave the bad state per packet, and the losses in both.
    double enterBad = 0.0, leaveBad = 1.0, lossGood = 0.0, lossBad = 0.0;
    double gapEveryMs = 0.0, gapMs = 0.0;  ///< handover: nothing sent in the gap arrives

    double reorderShare = 0.0;
    int reorderBy = 3;  ///< packets that overtake
    double duplicateShare = 0.0;

    // Bottleneck with a queue that others fill too (they slow down when it overflows, as TCP does).
    double rateKbps = 0.0, queueMs = 0.0, crossOnMs = 0.0, crossOffMs = 0.0;

    double driftPpm = 0.0;  ///< sender's clock too fast
};

/// P0..P10; P9 comes with both signs.
std::span<const ImpairProfile> impairProfiles();
const ImpairProfile* impairProfile(std::string_view id);

class Impair {
  public:
    struct Fate {
        std::array<base::TimePoint, 2> at{};  ///< arrivals
        int copies = 0;                       ///< 0 = lost
        bool reordered = false;
    };

    Impair(const ImpairProfile& profile, std::uint32_t seed);
    /// `now` must not go backwards.
    Fate send(base::TimePoint now, std::size_t bytes);
    /// When the sender's clock shows `local`.
    base::TimePoint senderTime(base::TimePoint local) const;
    const ImpairProfile& profile() const { return m_profile; }
    /// End of the newest stall that held a packet back.
    std::optional<base::TimePoint> lastStallEnd() const { return m_stalls ? std::optional(m_stallEnd) : std::nullopt; }
    std::uint64_t stalls() const { return m_stalls; }

  private:
    struct Dice {
        explicit Dice(std::uint32_t seed) : engine(seed) {}
        double unit();  ///< (0, 1)
        double normal();
        double gamma(double shape);
        double exponential(double mean);
        std::mt19937 engine;
    };

    bool lost(double nowMs);
    double queueing(double nowMs, std::size_t bytes, bool& overflow);
    double stalledUntil(double nowMs);
    void scheduleStall(double afterMs);

    ImpairProfile m_profile;
    Dice m_delay, m_loss, m_order, m_copies, m_stall, m_cross;
    bool m_bad = false;
    double m_slow = 0.0;  ///< logarithm of the slow delay, in sigmas
    double m_lastMs = -1.0;
    double m_interval = 20.0;
    double m_lastArrival = 0.0;
    double m_stallBegin = 0.0;  ///< ms
    double m_stallStop = 0.0;
    base::TimePoint m_stallEnd{};
    std::uint64_t m_stalls = 0;
    double m_nextGap = 0.0;
    double m_queueBytes = 0.0;
    bool m_crossOn = false;
    double m_crossUntil = 0.0;
    double m_crossRate = 1.0;  ///< of the bottleneck's rate
};

}  // namespace parlour::tests
