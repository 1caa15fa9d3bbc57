// SPDX-License-Identifier: Apache-2.0
#include "core/room/regions.h"

#include <algorithm>

#include "core/net/url.h"

namespace parlour::room {

bool Regions::listedBy(const std::string& url) {
    const auto parsed = net::Url::parse(url);
    if (!parsed || !parsed->isSecure()) return false;
    const auto& host = parsed->host;
    return host.ends_with(".livekit.cloud") || host.ends_with(".livekit.run");
}

void Regions::set(const std::vector<signal::Region>& list, const std::string& home) {
    clear();
    const auto own = net::Url::parse(home);
    if (!own) return;
    for (const auto& region : list) {
        const auto url = net::Url::parse(region.url);
        if (!url || !url->query.empty() || !url->fragment.empty()) continue;
        // Never from an encrypted address to one that is not, never off this computer in the clear.
        if (!url->isSecure() && (own->isSecure() || !url->isLoopback())) continue;
        auto text = url->withWebSocketScheme(true).toString();
        if (m_urls.size() < kMost && std::find(m_urls.begin(), m_urls.end(), text) == m_urls.end()) m_urls.push_back(std::move(text));
    }
}

void Regions::clear() {
    m_urls.clear();
    m_next = 0;
}

std::string Regions::next(const std::string& home) {
    if (m_next < m_urls.size()) return m_urls[m_next++];
    m_next = 0;
    return home;
}

}  // namespace parlour::room
