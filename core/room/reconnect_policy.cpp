// SPDX-License-Identifier: Apache-2.0
#include "core/room/reconnect_policy.h"

#include <algorithm>
#include <array>
#include <utility>

namespace parlour::room {

std::optional<ReconnectAttempt> ReconnectPolicy::next(double chance) {
    if (m_attempt >= kMaxAttempts) return std::nullopt;
    using namespace std::chrono_literals;
    // Close together while a server may just be starting again, which takes it a second or two.
    static constexpr std::array<base::Duration, 7> kWaits{0ms, 300ms, 500ms, 800ms, 1300ms, 2700ms, 4800ms};
    const auto index = std::exchange(m_atOnce, false) ? 0 : std::min<std::size_t>(static_cast<std::size_t>(m_attempt), kWaits.size());
    const base::Duration base = index < kWaits.size() ? kWaits[index] : base::Duration(7s);
    // A try at once has up to 150 ms of jitter, the others half of their wait more or less.
    const auto spread = base.count() == 0 ? static_cast<double>(base::Duration(150ms).count()) : static_cast<double>(base.count());
    const auto offset = base.count() == 0 ? spread * chance : spread * (chance - 0.5);
    const auto kind = m_resume && m_attempt < kResumeAttempts ? ReconnectKind::resume : ReconnectKind::rejoin;
    ++m_attempt;
    return ReconnectAttempt{kind, base + base::Duration(static_cast<std::int64_t>(offset))};
}

}  // namespace parlour::room
