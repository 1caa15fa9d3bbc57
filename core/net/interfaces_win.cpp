// SPDX-License-Identifier: Apache-2.0
// winsock2 must stand before anything that includes windows.h.
#include <winsock2.h>
#include <ws2tcpip.h>
#include <iphlpapi.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "core/net/interfaces.h"

namespace parlour::net {

std::vector<LocalAddress> localAddresses(bool includeLoopback) {
    std::vector<LocalAddress> out;
    ULONG size = 32 * 1024;
    std::unique_ptr<std::byte[]> memory;
    constexpr ULONG kFlags = GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER;
    ULONG result = ERROR_BUFFER_OVERFLOW;
    for (int attempt = 0; attempt < 3 && result == ERROR_BUFFER_OVERFLOW; ++attempt) {
        memory = std::make_unique<std::byte[]>(size);
        result = GetAdaptersAddresses(AF_UNSPEC, kFlags, nullptr, reinterpret_cast<IP_ADAPTER_ADDRESSES*>(memory.get()), &size);
    }
    if (result != NO_ERROR) return out;
    for (const auto* adapter = reinterpret_cast<const IP_ADAPTER_ADDRESSES*>(memory.get()); adapter != nullptr;
         adapter = adapter->Next) {
        if (adapter->OperStatus != IfOperStatusUp) continue;
        for (const auto* entry = adapter->FirstUnicastAddress; entry != nullptr; entry = entry->Next) {
            base::IpAddress ip;
            if (entry->Address.lpSockaddr->sa_family == AF_INET) {
                sockaddr_in v4{};
                std::memcpy(&v4, entry->Address.lpSockaddr, sizeof v4);
                std::array<std::uint8_t, 4> bytes;
                std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
                ip = base::IpAddress::v4(bytes);
            } else if (entry->Address.lpSockaddr->sa_family == AF_INET6) {
                sockaddr_in6 v6{};
                std::memcpy(&v6, entry->Address.lpSockaddr, sizeof v6);
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
                out.push_back({ip, adapter->AdapterName, adapter->IfType == IF_TYPE_PPP || adapter->IfType == IF_TYPE_TUNNEL,
                               adapter->IfType == IF_TYPE_IEEE80211, entry->OnLinkPrefixLength});
        }
    }
    std::stable_sort(out.begin(), out.end(), [](const LocalAddress& a, const LocalAddress& b) {
        return a.ip.isV4() != b.ip.isV4() ? a.ip.isV4() : a.interfaceName < b.interfaceName;
    });
    return out;
}

}  // namespace parlour::net
