// SPDX-License-Identifier: Apache-2.0
// The addresses of this machine, for ICE candidates and for telling who can reach a server. Any thread; asks the system
// at every call.
#pragma once

#include <string>
#include <vector>

#include "core/base/socket_address.h"

namespace parlour::net {

struct LocalAddress {
    base::IpAddress ip;
    std::string interfaceName;
    bool pointToPoint = false;  ///< VPNs, mostly
    bool wireless = false;      ///< as far as the system says (not on macOS)
    int prefix = 0;             ///< bits of the subnet; 0 = not known
};

/// Usable unicast addresses of interfaces that are up: no loopback unless asked for, no IPv6 link-local, no duplicates;
/// IPv4 first, then by interface. Empty when the system does not answer.
std::vector<LocalAddress> localAddresses(bool includeLoopback = false);

}  // namespace parlour::net
