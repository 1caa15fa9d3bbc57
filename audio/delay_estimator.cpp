// SPDX-License-Identifier: Apache-2.0
#include "audio/delay_estimator.h"

#include <algorithm>

namespace parlour::audio {

base::Duration DelayEstimator::add(std::int64_t mediaTime, base::TimePoint arrival, bool afterPause) {
    const auto arrivalUs = arrival.time_since_epoch().count();
    const auto transit = arrivalUs - mediaTime;
    // While nobody spoke the clocks drifted apart (0.7 s in an hour): the fastest packet of then says nothing now.
    if (m_count > 0 && arrival - m_lastArrival > kStale) m_count = 0;
    if (m_count > 0) m_activeTime += std::clamp<std::int64_t>((arrival - m_lastArrival).count(), 0, kPause);
    m_lastArrival = std::max(m_lastArrival, arrival);

    while (m_count > 0 && at(0).activeTime < m_activeTime - kWindowLength) {
        m_first = (m_first + 1) % kWindow;
        --m_count;
    }
    while (m_count > 0 && at(m_count - 1).transit >= transit) --m_count;
    if (m_count == kWindow) --m_count;  // cannot happen below 128 packets/s; then the newest slow one is forgotten
    at(m_count) = {m_activeTime, transit};
    ++m_count;

    const auto delay = std::max<std::int64_t>(0, transit - at(0).transit);
    if (!afterPause) {
        m_intervalMax = std::max(m_intervalMax, delay);
        m_packets[std::min<std::size_t>(static_cast<std::size_t>(delay / kBinWidth), kBins - 1)] += 1.0;
    }
    if (m_activeTime - m_intervalStart >= kInterval) closeInterval();
    return base::Duration(delay);
}

void DelayEstimator::closeInterval() {
    m_intervalStart = m_activeTime;
    if (m_intervalMax < 0) return;
    const auto bin = std::min<std::size_t>(static_cast<std::size_t>(m_intervalMax / kBinWidth), kBins - 1);
    const bool within = base::Duration(m_intervalMax) < m_config.least;
    m_intervalMax = -1;
    ++m_intervals;
    const double forget = std::min(0.988, 1.0 - 2.0 / (m_intervals + 1));
    for (auto& b : m_bins) b *= forget;
    m_bins[bin] += 1.0 - forget;
    m_within = m_within * forget + (within ? 1.0 - forget : 0.0);
    for (auto& p : m_packets) p *= 0.99;
    if (!learned()) return;
    startFrom(base::Duration(std::min(quantile(), worthWaiting())));
}

std::int64_t DelayEstimator::quantile() const {
    if (m_within >= m_config.quantile) return m_config.least.count();
    double sum = 0.0;
    std::size_t bin = 0;
    while (bin < kBins - 1 && (sum += m_bins[bin]) < m_config.quantile) ++bin;
    return static_cast<std::int64_t>(bin + 1) * kBinWidth;
}

/// The wait that costs least, counting late packets as delay, and 10 ms on top.
std::int64_t DelayEstimator::worthWaiting() const {
    double all = 0.0;
    for (const double p : m_packets) all += p;
    if (all < 200.0) return m_config.longest.count();  // too few to tell what is rare
    double late = all;
    double best = 1e300;
    std::size_t least = 0;
    for (std::size_t bin = 0; bin < kBins; ++bin) {
        late -= m_packets[bin];
        const double wait = static_cast<double>((bin + 1) * kBinWidth) / 1000.0;
        const double cost = wait + m_config.msPerPercent * 100.0 * std::max(0.0, late) / all;
        if (cost < best) {
            best = cost;
            least = bin;
        }
    }
    return static_cast<std::int64_t>(least + 1) * kBinWidth + 10'000;
}

double DelayEstimator::slower(base::Duration delay) const {
    double all = 0.0, late = 0.0;
    for (std::size_t bin = 0; bin < kBins; ++bin) {
        all += m_packets[bin];
        if (static_cast<std::int64_t>(bin) * kBinWidth >= delay.count()) late += m_packets[bin];
    }
    return all > 0.0 ? late / all : 0.0;
}

void DelayEstimator::startFrom(base::Duration target) {
    m_target = std::clamp(target, m_config.least, m_config.longest);
}

/// The fastest packets of the old way stay the reference; they are out of the window in two seconds.
void DelayEstimator::learnAnew(base::Duration target) {
    m_bins = {};
    m_within = 0.0;
    m_packets = {};
    m_intervals = 0;
    m_intervalMax = -1;
    m_intervalStart = m_activeTime;
    startFrom(target);
}

base::Duration DelayEstimator::playoutDelay(std::int64_t mediaTime, base::TimePoint now) const {
    if (m_count == 0) return base::Duration(0);
    return base::Duration(now.time_since_epoch().count() - mediaTime - at(0).transit);
}

void DelayEstimator::reset() {
    const auto target = m_target;
    *this = DelayEstimator(m_config);
    m_target = target;
}

}  // namespace parlour::audio
