// SPDX-License-Identifier: Apache-2.0
// getifaddrs: Linux and macOS.
#if !defined(_WIN32)
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "core/net/interfaces.h"

namespace parlour::net {
namespace {

bool isWireless(const char* interfaceName) {
#if defined(__linux__)
    return ::access(("/sys/class/net/" + std::string(interfaceName) + "/phy80211").c_str(), F_OK) == 0;
#else
    (void)interfaceName;
    return false;
#endif
}

int prefixOf(const sockaddr* mask) {
    if (mask == nullptr) return 0;
    std::array<std::uint8_t, 16> bytes{};
    if (mask->sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, mask, sizeof v4);
        std::memcpy(bytes.data(), &v4.sin_addr, 4);
    } else if (mask->sa_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, mask, sizeof v6);
        std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    }
    int bits = 0;
    for (const auto byte : bytes) bits += std::popcount(byte);
    return bits;
}

}  // namespace

std::vector<LocalAddress> localAddresses(bool includeLoopback) {
    std::vector<LocalAddress> out;
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) return out;
    for (const auto* entry = list; entry != nullptr; entry = entry->ifa_next) {
        if (entry->ifa_addr == nullptr || (entry->ifa_flags & IFF_UP) == 0) continue;
        base::IpAddress ip;
        // memcpy, not a cast: the list makes no promise about alignment.
        if (entry->ifa_addr->sa_family == AF_INET) {
            sockaddr_in v4{};
            std::memcpy(&v4, entry->ifa_addr, sizeof v4);
            std::array<std::uint8_t, 4> bytes;
            std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
            ip = base::IpAddress::v4(bytes);
        } else if (entry->ifa_addr->sa_family == AF_INET6) {
            sockaddr_in6 v6{};
            std::memcpy(&v6, entry->ifa_addr, sizeof v6);
            std::array<std::uint8_t, 16> bytes;
            std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
            ip = base::IpAddress::v6(bytes);
            if (ip.isLinkLocal()) continue;
        } else {
            continue;
        }
        if (ip.isUnspecified() || (ip.isLoopback() && !includeLoopback)) continue;
        const bool known = std::any_of(out.begin(), out.end(), [&](const LocalAddress& a) { return a.ip == ip; });
        if (!known)
            out.push_back({ip, entry->ifa_name, (entry->ifa_flags & IFF_POINTOPOINT) != 0, isWireless(entry->ifa_name), prefixOf(entry->ifa_netmask)});
    }
    freeifaddrs(list);
    std::stable_sort(out.begin(), out.end(), [](const LocalAddress& a, const LocalAddress& b) {
        return a.ip.isV4() != b.ip.isV4() ? a.ip.isV4() : a.interfaceName < b.interfaceName;
    });
    return out;
}

}  // namespace parlour::net
#endif
