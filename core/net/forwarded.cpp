// SPDX-License-Identifier: Apache-2.0
#include "core/net/forwarded.h"

#include <algorithm>

namespace parlour::net {
namespace {

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

base::IpAddress clientAddress(const base::IpAddress& peer, std::string_view header, const std::vector<base::IpAddress>& proxies) {
    const auto isProxy = [&](const base::IpAddress& ip) { return std::find(proxies.begin(), proxies.end(), ip) != proxies.end(); };
    if (!isProxy(peer)) return peer;
    auto client = peer;
    while (!header.empty()) {
        const auto comma = header.rfind(',');
        const auto parsed = base::IpAddress::parse(trimmed(comma == std::string_view::npos ? header : header.substr(comma + 1)));
        if (!parsed) break;
        client = *parsed;
        if (!isProxy(client) || comma == std::string_view::npos) break;
        header = header.substr(0, comma);
    }
    return client;
}

}  // namespace parlour::net
