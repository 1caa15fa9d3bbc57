// SPDX-License-Identifier: Apache-2.0
#include "tests/support/impair.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace parlour::tests {
namespace {

using P = ImpairProfile;
// Delays of P1..P3 follow the traces of G3: p50/p95/p99 of the delay relative to the fastest packet of 2 s are
// 0.6/2.4/3.7, 1.8/6.7/30 and 13/41/76 ms. impair_test.cpp measures them.
constexpr std::array kProfiles{
    P{.id = "P0", .name = "clean", .what = "constant delay"},
    P{.id = "P1", .name = "LAN", .what = "jitter below 4 ms", .baseMs = 1, .gammaShape = 1, .gammaMeanMs = 0.83},
    P{.id = "P2",
      .name = "Wi-Fi",
      .what = "gamma jitter, a stall of 15-70 ms every other second",
      .baseMs = 15,
      .gammaShape = 1.2,
      .gammaMeanMs = 2.3,
      .stallsPerSecond = 0.5,
      .stallFromMs = 15,
      .stallToMs = 70},
    P{.id = "P3",
      .name = "LTE",
      .what = "wandering delay, stalls of 60-180 ms",
      .baseMs = 35,
      .slowMedianMs = 17,
      .slowSigma = 0.62,
      .slowTimeMs = 200,
      .stallsPerSecond = 0.04,
      .stallFromMs = 60,
      .stallToMs = 180},
    P{.id = "P4",
      .name = "loss 2 %",
      .what = "each packet alone",
      .gammaShape = 1,
      .gammaMeanMs = 0.83,
      .lossGood = 0.02},
    P{.id = "P5",
      .name = "loss 10 %",
      .what = "each packet alone",
      .gammaShape = 1,
      .gammaMeanMs = 0.83,
      .lossGood = 0.10},
    P{.id = "P6",
      .name = "bursts",
      .what = "Gilbert-Elliott p .02 r .3, 20 % lost in the bad state",
      .gammaShape = 1,
      .gammaMeanMs = 0.83,
      .enterBad = 0.02,
      .leaveBad = 0.3,
      .lossBad = 0.20},
    P{.id = "P7",
      .name = "bufferbloat",
      .what = "others fill a queue of 300 ms",
      .gammaShape = 1,
      .gammaMeanMs = 0.83,
      .rateKbps = 2000,
      .queueMs = 300,
      .crossOnMs = 6000,
      .crossOffMs = 6000},
    P{.id = "P8",
      .name = "reorder",
      .what = "5 % overtaken by 3",
      .gammaShape = 1,
      .gammaMeanMs = 0.83,
      .reorderShare = 0.05,
      .reorderBy = 3,
      .duplicateShare = 0.01},
    P{.id = "P9+",
      .name = "drift +200 ppm",
      .what = "sender's clock too fast, 60 minutes",
      .baseMs = 1,
      .gammaShape = 1,
      .gammaMeanMs = 0.83,
      .driftPpm = 200},
    P{.id = "P9-",
      .name = "drift -200 ppm",
      .what = "sender's clock too slow, 60 minutes",
      .baseMs = 1,
      .gammaShape = 1,
      .gammaMeanMs = 0.83,
      .driftPpm = -200},
    P{.id = "P10",
      .name = "handover",
      .what = "nothing for 1.5 s each half minute",
      .gammaShape = 1.2,
      .gammaMeanMs = 2.3,
      .gapEveryMs = 30'000,
      .gapMs = 1'500},
    P{.id = "S150",
      .name = "stalls 150 ms",
      .what = "a LAN that stands still for 150 ms each 30 s",
      .baseMs = 1,
      .gammaShape = 1,
      .gammaMeanMs = 0.83,
      .stallFromMs = 150,
      .stallToMs = 150,
      .stallEveryMs = 30'000},
};

base::TimePoint fromMs(double ms) { return base::TimePoint(base::Duration(std::llround(ms * 1000.0))); }
double toMillis(base::TimePoint t) { return static_cast<double>(t.time_since_epoch().count()) / 1000.0; }

std::uint32_t mixed(std::uint32_t seed, std::uint32_t salt) {
    std::seed_seq sequence{seed, salt};
    std::array<std::uint32_t, 1> out{};
    sequence.generate(out.begin(), out.end());
    return out[0];
}

}  // namespace

std::span<const ImpairProfile> impairProfiles() { return kProfiles; }

const ImpairProfile* impairProfile(std::string_view id) {
    const auto it = std::find_if(kProfiles.begin(), kProfiles.end(), [&](const auto& p) { return p.id == id; });
    return it == kProfiles.end() ? nullptr : &*it;
}

double Impair::Dice::unit() { return (static_cast<double>(engine()) + 0.5) / 4294967296.0; }
double Impair::Dice::normal() {
    const double u = unit();
    return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * unit());
}
double Impair::Dice::exponential(double mean) { return -mean * std::log(unit()); }

/// Marsaglia and Tsang 2000, for shapes of 1 and more.
double Impair::Dice::gamma(double shape) {
    const double d = shape - 1.0 / 3.0;
    const double c = 1.0 / std::sqrt(9.0 * d);
    while (true) {
        const double x = normal();
        const double v = std::pow(1.0 + c * x, 3.0);
        if (v > 0.0 && std::log(unit()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
    }
}

Impair::Impair(const ImpairProfile& profile, std::uint32_t seed)
    : m_profile(profile),
      m_delay(mixed(seed, 1)),
      m_loss(mixed(seed, 2)),
      m_order(mixed(seed, 3)),
      m_copies(mixed(seed, 4)),
      m_stall(mixed(seed, 5)),
      m_cross(mixed(seed, 6)) {
    scheduleStall(0.0);
    m_nextGap = profile.gapEveryMs * (0.5 + m_stall.unit());
    m_slow = m_delay.normal();
}

base::TimePoint Impair::senderTime(base::TimePoint local) const {
    return fromMs(toMillis(local) / (1.0 + m_profile.driftPpm * 1e-6));
}

void Impair::scheduleStall(double afterMs) {
    const auto& p = m_profile;
    if (p.stallEveryMs > 0.0)
        m_stallBegin = afterMs + p.stallEveryMs * (0.8 + 0.4 * m_stall.unit());
    else if (p.stallsPerSecond > 0.0)
        m_stallBegin = afterMs + m_stall.exponential(1000.0 / p.stallsPerSecond);
    else
        m_stallBegin = 1e300;
    m_stallStop = m_stallBegin + p.stallFromMs + (p.stallToMs - p.stallFromMs) * m_stall.unit();
}

/// End of the stall that a packet at `ms` runs into, else `ms`.
double Impair::stalledUntil(double ms) {
    while (ms >= m_stallStop) scheduleStall(m_stallStop);
    if (ms < m_stallBegin) return ms;
    const auto end = fromMs(m_stallStop);
    if (m_stalls == 0 || end != m_stallEnd) ++m_stalls;
    m_stallEnd = end;
    return m_stallStop;
}

bool Impair::lost(double nowMs) {
    const auto& p = m_profile;
    if (p.gapEveryMs > 0.0) {
        while (nowMs >= m_nextGap + p.gapMs) m_nextGap += p.gapEveryMs * (0.9 + 0.2 * m_stall.unit());
        if (nowMs >= m_nextGap) return true;
    }
    if (m_loss.unit() < (m_bad ? p.leaveBad : p.enterBad)) m_bad = !m_bad;
    return m_loss.unit() < (m_bad ? p.lossBad : p.lossGood);
}

/// Delay behind the bottleneck's queue. The others come in at 1.15 times its rate, at 0.7 for a while after a loss.
double Impair::queueing(double nowMs, std::size_t bytes, bool& overflow) {
    const auto& p = m_profile;
    const double perMs = p.rateKbps / 8.0;
    const double room = perMs * p.queueMs;
    double at = std::max(0.0, m_lastMs);
    while (at < nowMs) {  // in steps of 5 ms at most
        const double step = std::min(5.0, nowMs - at);
        at += step;
        if (at >= m_crossUntil) {
            m_crossOn = !m_crossOn;
            m_crossUntil = at + (m_crossOn ? p.crossOnMs : p.crossOffMs) * (0.5 + m_cross.unit());
            m_crossRate = 1.15;
        }
        m_crossRate = std::min(1.15, m_crossRate + 0.0002 * step);
        m_queueBytes += ((m_crossOn ? m_crossRate : 0.0) - 1.0) * perMs * step;
        if (m_queueBytes >= room) m_crossRate = 0.7;
        m_queueBytes = std::clamp(m_queueBytes, 0.0, room);
    }
    overflow = m_queueBytes + static_cast<double>(bytes) > room;
    if (!overflow) m_queueBytes += static_cast<double>(bytes);
    return m_queueBytes / perMs;
}

Impair::Fate Impair::send(base::TimePoint now, std::size_t bytes) {
    const auto& p = m_profile;
    const double nowMs = toMillis(now);
    const double passed = m_lastMs < 0.0 ? m_interval : nowMs - m_lastMs;
    if (passed > 0.0 && passed < 100.0) m_interval = passed;

    double arrival = nowMs + p.baseMs;
    if (p.gammaShape > 0.0) arrival += p.gammaMeanMs / p.gammaShape * m_delay.gamma(p.gammaShape);
    if (p.slowMedianMs > 0.0) {
        const double keep = std::exp(-passed / p.slowTimeMs);
        m_slow = keep * m_slow + std::sqrt(1.0 - keep * keep) * m_delay.normal();
        arrival += p.slowMedianMs * std::exp(p.slowSigma * m_slow);
    }
    bool overflow = false;
    if (p.rateKbps > 0.0) arrival += queueing(nowMs, bytes, overflow);
    arrival += stalledUntil(nowMs) - nowMs;
    m_lastMs = nowMs;

    const bool reordered = p.reorderShare > 0.0 && m_order.unit() < p.reorderShare;
    const bool twice = p.duplicateShare > 0.0 && m_copies.unit() < p.duplicateShare;
    if (lost(nowMs) || overflow) return {};
    Fate fate;
    if (reordered) {
        // Behind the packet that is sent `reorderBy` intervals later, jitter included; the others do not wait for it.
        fate.reordered = true;
        arrival += m_interval * (p.reorderBy + 0.5);
    } else {
        arrival = std::max(arrival, m_lastArrival);  // one queue: first in, first out
        m_lastArrival = arrival;
    }
    fate.at[fate.copies++] = fromMs(arrival);
    if (twice) fate.at[fate.copies++] = fromMs(arrival + 0.2);
    return fate;
}

}  // namespace parlour::tests
