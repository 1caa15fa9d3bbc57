// SPDX-License-Identifier: Apache-2.0
// Where a relay is and how it is reached: the "turn:" and "turns:" URIs of RFC 7065. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parlour::rtc {

/// Between us and the relay; from there on it is UDP.
enum class TurnCarrier { udp, tcp, tls };
std::string_view toString(TurnCarrier carrier);

struct TurnServer {
    TurnCarrier carrier = TurnCarrier::udp;
    std::string host;   ///< name or address, IPv6 without brackets
    std::uint16_t port = 0;
    std::string username;
    std::string password;
    bool operator==(const TurnServer&) const = default;
};

/// How many of those that a server names are looked at.
inline constexpr std::size_t kMaxTurnServers = 8;
/// RFC 8489 section 14.3 (USERNAME); the same for the password.
inline constexpr std::size_t kMaxTurnName = 508;

/// nullopt for everything else: stun:, other transports, ports where no relay stands, names that are none.
std::optional<TurnServer> parseTurnUrl(std::string_view url, std::string_view username, std::string_view password);

}  // namespace parlour::rtc
