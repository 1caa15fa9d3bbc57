// SPDX-License-Identifier: Apache-2.0
#include "core/server/throttle.h"

namespace parlour::server {

std::string sourceOf(const base::IpAddress& ip) {
    const auto bytes = ip.bytes();
    return std::string(reinterpret_cast<const char*>(bytes.data()), ip.isV4() ? 4 : 8);
}

std::deque<base::TimePoint>* Throttle::recent(const std::string& source, base::TimePoint now) {
    const auto it = m_sources.find(source);
    if (it == m_sources.end()) return nullptr;
    auto& times = it->second;
    while (!times.empty() && now - times.front() >= m_window) times.pop_front();
    if (!times.empty()) return &times;
    m_sources.erase(it);
    return nullptr;
}

bool Throttle::blocked(const base::IpAddress& ip, base::TimePoint now) {
    if (m_limit == 0) return false;
    const auto* times = recent(sourceOf(ip), now);
    return times && times->size() >= m_limit;
}

void Throttle::failed(const base::IpAddress& ip, base::TimePoint now) {
    ++m_failures;
    if (m_limit == 0) return;
    const auto source = sourceOf(ip);
    recent(source, now);
    if (m_sources.size() >= kMaxSources && !m_sources.contains(source)) {
        std::erase_if(m_sources, [&](const auto& entry) { return entry.second.empty() || now - entry.second.back() >= m_window; });
        if (m_sources.size() >= kMaxSources) m_sources.clear();  // a flood from everywhere: forget rather than grow
    }
    auto& times = m_sources[source];
    times.push_back(now);
    if (times.size() > m_limit) times.pop_front();
}

}  // namespace parlour::server
