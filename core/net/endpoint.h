// SPDX-License-Identifier: Apache-2.0
// Between Asio's endpoints and base::SocketAddress, for TCP and UDP alike. For the .cpp files of core/net only: it shows
// Boost. Pure; any thread.
#pragma once

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cstdint>

#include "core/base/socket_address.h"

namespace parlour::net {

template <class Endpoint>
base::SocketAddress fromEndpoint(const Endpoint& endpoint) {
    const auto& address = endpoint.address();
    if (address.is_v4()) return {base::IpAddress::v4(address.to_v4().to_bytes()), endpoint.port()};
    const auto v6 = address.to_v6();
    return {base::IpAddress::v6(v6.to_bytes(), static_cast<std::uint32_t>(v6.scope_id())), endpoint.port()};
}

template <class Endpoint>
Endpoint toEndpoint(const base::SocketAddress& address) {
    const auto bytes = address.ip.bytes();
    if (address.ip.isV4()) {
        boost::asio::ip::address_v4::bytes_type raw;
        std::copy(bytes.begin(), bytes.end(), raw.begin());
        return {boost::asio::ip::address_v4(raw), address.port};
    }
    boost::asio::ip::address_v6::bytes_type raw;
    std::copy(bytes.begin(), bytes.end(), raw.begin());
    return {boost::asio::ip::address_v6(raw, address.ip.scopeId()), address.port};
}

}  // namespace parlour::net
