// SPDX-License-Identifier: Apache-2.0
// How late packets of one sender come, and so how long to wait for them. Delay of a packet is relative to the fastest
// one of the last 2 s of active sending; the maximum of each 250 ms goes into a histogram of 2 ms bins that slowly
// forgets: its quantile is the wait. A second one holds every packet: the measured loss curve. Where a longer wait
// would save hardly any packet (a stall in half a minute) it is not paid. Pure; all times handed in. No allocation.
#pragma once

#include <array>
#include <cstdint>

#include "core/base/time.h"

namespace parlour::audio {

class DelayEstimator {
  public:
    struct Config {
        base::Duration start{40'000};  ///< target before enough is known
        base::Duration least{1'000};   ///< a network that delays nothing is trusted with it
        base::Duration longest{400'000};
        double quantile = 0.991;
        double msPerPercent = 120.0;  ///< delay that one percent of late packets is worth
    };
    DelayEstimator() : DelayEstimator(Config{}) {}
    explicit DelayEstimator(Config config) : m_config(config) { startFrom(config.start); }

    /// `mediaTime`: RTP time of the packet in µs, unwrapped. `afterPause`: first of a talk spurt, kept out of the
    /// histogram (its sender had no clock running) but used as reference. Returns the relative delay.
    base::Duration add(std::int64_t mediaTime, base::TimePoint arrival, bool afterPause);
    /// Between `least` and `longest`.
    base::Duration target() const { return m_target; }
    /// Enough was heard for target() to be this network's and not a guess.
    bool learned() const { return m_intervals >= kWarmUp; }
    /// As long as histogram and loss curve look back: target() is what this network has needed of late.
    bool settled() const { return m_intervals >= kSettled; }
    /// What another stream over the same network needed; the target until more is known.
    void startFrom(base::Duration target);
    /// The network under the stream is another one: what was learned is forgotten, and this is the target until more is known.
    void learnAnew(base::Duration target);
    bool hasReference() const { return m_count > 0; }
    /// How much later than the fastest packet something of `mediaTime` would be if it were played at `now`.
    base::Duration playoutDelay(std::int64_t mediaTime, base::TimePoint now) const;
    /// Share of packets that came later than this after the fastest, 0..1; 0 while nothing is known.
    double slower(base::Duration delay) const;
    /// A new stream of the same sender: the target stays until the new one is known.
    void reset();

  private:
    static constexpr std::size_t kBins = 256;
    static constexpr std::size_t kWindow = 256;
    static constexpr std::int64_t kBinWidth = 2'000;  // µs
    static constexpr std::int64_t kWindowLength = 2'000'000;
    static constexpr std::int64_t kInterval = 250'000;
    static constexpr std::int64_t kPause = 400'000;
    static constexpr base::Duration kStale{10'000'000};
    static constexpr int kWarmUp = 6;    // intervals
    static constexpr int kSettled = 80;  // 20 s of voice

    struct Entry {
        std::int64_t activeTime;
        std::int64_t transit;
    };

    void closeInterval();
    std::int64_t quantile() const;
    std::int64_t worthWaiting() const;
    Entry& at(std::size_t i) { return m_window[(m_first + i) % kWindow]; }
    const Entry& at(std::size_t i) const { return m_window[(m_first + i) % kWindow]; }

    Config m_config;
    base::Duration m_target{};
    std::array<double, kBins> m_bins{};     // maxima of the intervals, sum 1
    double m_within = 0.0;                  // maxima within Config::least: less than the first bin can tell
    std::array<double, kBins> m_packets{};  // all packets
    std::array<Entry, kWindow> m_window{};  // rising transits: the front is the minimum
    std::size_t m_first = 0;
    std::size_t m_count = 0;
    std::int64_t m_activeTime = 0;  // arrival time with pauses cut to kPause
    std::int64_t m_intervalStart = 0;
    std::int64_t m_intervalMax = -1;
    int m_intervals = 0;
    base::TimePoint m_lastArrival{};
};

}  // namespace parlour::audio
