// SPDX-License-Identifier: Apache-2.0
#include "core/server/arrival_gate.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace parlour::server {

namespace {
constexpr int kMostSeconds = 30;
}

ArrivalGate::ArrivalGate(const base::Clock& clock) : m_clock(clock) {}
ArrivalGate::~ArrivalGate() = default;

base::Result<void> ArrivalGate::enter(Work work) {
    const auto back = [this] { m_promised -= m_promised > 0 ? 1 : 0; };  // most likely one of those sent away before
    if (m_withHouse < kWithHouse && m_waiting.empty()) {
        back();
        begin(std::move(work));
        return {};
    }
    const double most = m_pace * std::chrono::duration<double>(kLongestWait).count();
    if (static_cast<double>(m_waiting.size()) >= std::max(most, static_cast<double>(kWithHouse))) {
        ++m_stats.refused;
        ++m_promised;
        const double behind = static_cast<double>(m_waiting.size() + m_promised) / std::max(m_pace, 1.0);
        const int seconds = std::clamp(static_cast<int>(std::ceil(behind)), 1, kMostSeconds);
        return base::fail(base::ErrorKind::unavailable, "arriving", "Many people are arriving.",
                          "Stay here; it is tried again in " + std::to_string(seconds) + " s.", std::to_string(seconds));
    }
    if (m_waiting.empty()) {
        m_since = m_clock.now();
        m_counted = 0;
    }
    back();
    ++m_stats.delayed;
    m_waiting.push_back(std::move(work));
    return {};
}

void ArrivalGate::begin(Work work) {
    ++m_withHouse;
    ++m_stats.passed;
    work([this, alive = std::weak_ptr<bool>(m_alive)] {
        if (!alive.expired()) finished();
    });
}

void ArrivalGate::finished() {
    --m_withHouse;
    if (m_waiting.empty()) {
        m_promised = 0;
        return;
    }
    // Only while somebody waits does the time between two of them say what the house can do.
    if (++m_counted >= kSample) {
        const auto now = m_clock.now();
        const double seconds = std::max(1e-3, std::chrono::duration<double>(now - m_since).count());
        m_pace += 0.3 * (static_cast<double>(m_counted) / seconds - m_pace);
        m_since = now;
        m_counted = 0;
    }
    Work next = std::move(m_waiting.front());
    m_waiting.pop_front();
    begin(std::move(next));
}

int retryAfterOf(const base::Error& error) {
    if (error.code == "house_moved" || error.code == "reacting_too_fast") return 1;   // another server takes over; a moment's clapping
    if (error.code != "arriving") return 0;
    int seconds = 0;
    std::from_chars(error.detail.data(), error.detail.data() + error.detail.size(), seconds);
    return std::max(1, seconds);
}

}  // namespace parlour::server
