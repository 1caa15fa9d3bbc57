// SPDX-License-Identifier: Apache-2.0
// Which network this machine is in, as far as it can tell without asking anybody: how the default route leaves, in which subnet, by
// which gateway. Nothing is sent. Any thread; asks the system at every call.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/socket_address.h"

namespace parlour::net {

struct NetworkPlace {
    bool wireless = false;
    bool pointToPoint = false;  ///< VPNs, mostly
    std::string subnet;         ///< "192.168.1.0/24"
    std::string gateway;        ///< "192.168.1.1"; empty where the system does not say (Linux says it for IPv4)

    /// One line that is the same whenever these are. It names addresses: for hashing with a salt, not for files and logs.
    std::string text() const;
    bool operator==(const NetworkPlace&) const = default;
};

/// Nothing where no way leads out.
std::optional<NetworkPlace> networkPlace();

/// From which address what leaves by the default route comes; unspecified: by none.
base::IpAddress outwardAddress(bool v6);

/// The first `prefix` bits, as "192.168.1.0/24"; empty for a prefix that the address does not have.
std::string subnetOf(const base::IpAddress& address, int prefix);
/// From the text of /proc/net/route: the gateway of that interface's default route, empty = none.
std::string gatewayIn(std::string_view routes, std::string_view interfaceName);

}  // namespace parlour::net
