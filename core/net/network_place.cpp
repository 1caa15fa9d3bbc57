// SPDX-License-Identifier: Apache-2.0
#include "core/net/network_place.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <fstream>
#include <vector>

#include "core/base/words.h"
#include "core/net/endpoint.h"
#include "core/net/interfaces.h"

namespace parlour::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kMostRoutes = 64 * 1024;  // bytes of the table that are looked at
constexpr std::uint32_t kUp = 1, kGateway = 2;  // flags of a route (linux/route.h)

std::optional<std::uint32_t> hex(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string gatewayOf(const std::string& interfaceName) {
#if defined(__linux__)
    std::ifstream in("/proc/net/route", std::ios::binary);
    std::string text(kMostRoutes, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return gatewayIn(text, interfaceName);
#else
    (void)interfaceName;
    return {};
#endif
}

}  // namespace

/// Asks the routing table only: connecting a UDP socket sends nothing. The address belongs to documentation (RFC 5737, 3849).
base::IpAddress outwardAddress(bool v6) {
    const auto to = base::IpAddress::parse(v6 ? "2001:db8::1" : "192.0.2.1");
    if (!to) return {};
    asio::io_context context;
    const auto endpoint = toEndpoint<asio::ip::udp::endpoint>({*to, 9});
    asio::ip::udp::socket socket(context);
    boost::system::error_code error;
    socket.open(endpoint.protocol(), error);
    if (!error) socket.connect(endpoint, error);
    if (error) return {};
    return fromEndpoint(socket.local_endpoint(error)).ip;
}

std::string subnetOf(const base::IpAddress& address, int prefix) {
    std::array<std::uint8_t, 16> bytes{};
    const auto given = address.bytes();
    if (prefix < 0 || prefix > static_cast<int>(8 * given.size())) return {};
    for (std::size_t i = 0; i < given.size(); ++i) {
        const int kept = std::clamp(prefix - static_cast<int>(8 * i), 0, 8);
        bytes[i] = static_cast<std::uint8_t>(given[i] & (0xff00u >> kept));
    }
    const auto first = address.isV4() ? base::IpAddress::v4({bytes[0], bytes[1], bytes[2], bytes[3]}) : base::IpAddress::v6(bytes);
    return first.toString() + "/" + std::to_string(prefix);
}

std::string gatewayIn(std::string_view routes, std::string_view interfaceName) {
    while (!routes.empty()) {
        const auto end = routes.find('\n');
        const auto line = base::words(routes.substr(0, end));
        routes = end == std::string_view::npos ? std::string_view() : routes.substr(end + 1);
        // Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT; addresses as this machine keeps a number.
        if (line.size() < 8 || line[0] != interfaceName) continue;
        const auto destination = hex(line[1]), gateway = hex(line[2]), flags = hex(line[3]), mask = hex(line[7]);
        if (!destination || !gateway || !flags || !mask || *destination != 0 || *mask != 0) continue;
        if ((*flags & (kUp | kGateway)) != (kUp | kGateway)) continue;
        std::array<std::uint8_t, 4> bytes;
        std::memcpy(bytes.data(), &*gateway, bytes.size());
        return base::IpAddress::v4(bytes).toString();
    }
    return {};
}

std::string NetworkPlace::text() const {
    return std::string(wireless ? "wireless" : pointToPoint ? "tunnel" : "wired") + " " + subnet + " " + gateway;
}

std::optional<NetworkPlace> networkPlace() {
    for (const bool v6 : {false, true}) {
        const auto outward = outwardAddress(v6);
        if (outward.isUnspecified() || outward.isLoopback()) continue;
        for (const auto& local : localAddresses()) {
            if (local.ip != outward) continue;
            NetworkPlace place{local.wireless, local.pointToPoint, subnetOf(local.ip, local.prefix), {}};
            if (!v6) place.gateway = gatewayOf(local.interfaceName);
            return place;
        }
    }
    return std::nullopt;
}

}  // namespace parlour::net
