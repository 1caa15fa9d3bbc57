// SPDX-License-Identifier: Apache-2.0
// An IPv4 or IPv6 address with a port, as a value. IPv4-mapped IPv6 addresses are stored as IPv4, so equal means equal.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace parlour::base {

class IpAddress {
  public:
    IpAddress() = default;
    static IpAddress v4(std::array<std::uint8_t, 4> bytes);
    static IpAddress v6(std::array<std::uint8_t, 16> bytes, std::uint32_t scopeId = 0);
    /// Dotted quad or RFC 4291 text, without brackets; nullopt for anything else, host names included.
    static std::optional<IpAddress> parse(std::string_view text);

    bool isV4() const { return m_v4; }
    bool isV6() const { return !m_v4; }
    bool isLoopback() const;
    bool isUnspecified() const;
    bool isLinkLocal() const;
    bool isPrivate() const;  ///< RFC 1918, RFC 4193, RFC 6598
    /// 4 bytes for IPv4, 16 for IPv6, network order.
    std::span<const std::uint8_t> bytes() const { return {m_bytes.data(), m_v4 ? std::size_t{4} : std::size_t{16}}; }
    std::uint32_t scopeId() const { return m_scopeId; }
    std::string toString() const;
    auto operator<=>(const IpAddress&) const = default;

  private:
    std::array<std::uint8_t, 16> m_bytes{};
    std::uint32_t m_scopeId = 0;
    bool m_v4 = true;
};

struct SocketAddress {
    IpAddress ip;
    std::uint16_t port = 0;

    /// "127.0.0.1:80" or "[::1]:80".
    std::string toString() const;
    static std::optional<SocketAddress> parse(std::string_view text);
    auto operator<=>(const SocketAddress&) const = default;
};

struct SocketAddressHash {
    std::size_t operator()(const SocketAddress& a) const noexcept {
        std::uint64_t h = 1469598103934665603ull ^ a.port;
        for (auto b : a.ip.bytes()) h = (h ^ b) * 1099511628211ull;
        return static_cast<std::size_t>(h);
    }
};

}  // namespace parlour::base
