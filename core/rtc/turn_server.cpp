// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/turn_server.h"

#include <algorithm>
#include <charconv>

#include "core/base/socket_address.h"
#include "core/rtc/ice_types.h"
#include "core/rtc/turn_redirect.h"

namespace parlour::rtc {

namespace {

constexpr std::size_t kMaxUrl = 512;
constexpr std::size_t kMaxHost = 253;

}  // namespace

bool isHostName(std::string_view host) {
    return !host.empty() && host.size() <= kMaxHost && std::all_of(host.begin(), host.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    });
}

std::string_view toString(TurnCarrier carrier) {
    switch (carrier) {
        case TurnCarrier::udp: return "udp";
        case TurnCarrier::tcp: return "tcp";
        case TurnCarrier::tls: return "tls";
    }
    return {};
}

std::optional<TurnServer> parseTurnUrl(std::string_view url, std::string_view username, std::string_view password) {
    if (url.size() > kMaxUrl || username.empty() || username.size() > kMaxTurnName || password.empty() ||
        password.size() > kMaxTurnName)
        return std::nullopt;
    TurnServer out;
    if (url.starts_with("turns:")) {
        out.carrier = TurnCarrier::tls;
        out.port = 5349;
        url.remove_prefix(6);
    } else if (url.starts_with("turn:")) {
        out.port = 3478;
        url.remove_prefix(5);
    } else {
        return std::nullopt;
    }
    if (const auto query = url.find('?'); query != std::string_view::npos) {
        const auto transport = url.substr(query + 1);
        url = url.substr(0, query);
        if (transport == "transport=tcp") {
            if (out.carrier == TurnCarrier::udp) out.carrier = TurnCarrier::tcp;
        } else if (transport != "transport=udp" || out.carrier == TurnCarrier::tls) {
            return std::nullopt;   // TURN over DTLS is spoken by nobody we know
        }
    }
    std::string_view port;
    if (url.starts_with('[')) {
        const auto end = url.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        out.host = url.substr(1, end - 1);
        const auto ip = base::IpAddress::parse(out.host);
        if (!ip || !ip->isV6()) return std::nullopt;
        port = url.substr(end + 1);
        if (!port.empty() && !port.starts_with(':')) return std::nullopt;
        if (!port.empty()) port.remove_prefix(1);
        if (port.empty() && url.ends_with(':')) return std::nullopt;
    } else {
        const auto colon = url.find(':');
        out.host = url.substr(0, colon);
        if (colon != std::string_view::npos) {
            port = url.substr(colon + 1);
            if (port.empty()) return std::nullopt;
        }
        if (!isHostName(out.host)) return std::nullopt;
    }
    if (!port.empty()) {
        const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
        if (error != std::errc{} || end != port.data() + port.size()) return std::nullopt;
    }
    // A relay may stand at the port of names, too: networks let that pass.
    if (!isDialable(out.port) && out.port != 53) return std::nullopt;
    out.username = username;
    out.password = password;
    return out;
}

}  // namespace parlour::rtc
