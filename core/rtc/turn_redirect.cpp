// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/turn_redirect.h"

#include <algorithm>

#include "core/rtc/ice_types.h"

namespace parlour::rtc {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool sameName(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

/// Group addresses, 0/8 and what else is nobody's.
bool isNobody(const base::IpAddress& ip) {
    const auto first = ip.bytes()[0];
    return ip.isUnspecified() || (ip.isV4() ? first == 0 || first >= 224 : first == 0xff);
}

}  // namespace

bool isTimedLogin(std::string_view username) {
    const auto colon = username.find(':');
    return colon != std::string_view::npos && colon >= 10 && colon <= 12 &&
           std::all_of(username.begin(), username.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) { return c >= '0' && c <= '9'; });
}

AddressScope scopeOf(const base::IpAddress& ip) {
    if (ip.isLoopback()) return AddressScope::loopback;
    if (ip.isLinkLocal()) return AddressScope::link;
    return ip.isPrivate() ? AddressScope::local : AddressScope::world;
}

base::Expected<TurnTarget, std::string> followRedirect(const TurnTarget& from, const base::SocketAddress& at, const TurnRedirect& redirect,
                                                       std::span<const base::SocketAddress> visited) {
    const auto no = [](const char* why) { return base::Unexpected<std::string>(why); };
    const auto& to = redirect.to;
    if (visited.size() >= kMaxTurnRedirects) return no("sent on too often");
    if (to == at || std::find(visited.begin(), visited.end(), to) != visited.end()) return no("sent in a circle");
    if (to.ip.isV4() != at.ip.isV4()) return no("an address of the other family");
    if (isNobody(to.ip)) return no("an address that is nobody's");
    if (!isDialable(to.port) && to.port != 53) return no("a port where no relay stands");
    const auto before = scopeOf(at.ip), after = scopeOf(to.ip);
    if (!redirect.proved && after != before) return no("to another kind of network, without proof");
    if (after < before && after < AddressScope::local) return no("to this computer or its link, from further out");
    const bool tls = from.server.carrier == TurnCarrier::tls;
    const auto& believed = from.certificateName.empty() ? from.server.host : from.certificateName;
    if (!redirect.domain.empty() && !isHostName(redirect.domain)) return no("a name that is none");
    const bool sameServer = tls && (redirect.domain.empty() || sameName(redirect.domain, believed));
    if (!redirect.proved && !isTimedLogin(from.server.username) && !sameServer) return no("without proof, and the login is a lasting one");
    auto next = from;
    next.server.host = to.ip.toString();
    next.server.port = to.port;
    next.certificateName = !tls ? std::string() : redirect.domain.empty() ? believed : redirect.domain;
    return next;
}

}  // namespace parlour::rtc
