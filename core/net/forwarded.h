// SPDX-License-Identifier: Apache-2.0
// Who really asks when a proxy stands in front: limits and throttles count people, not proxies. Pure; any thread.
#pragma once

#include <string_view>
#include <vector>

#include "core/base/socket_address.h"

namespace parlour::net {

/// The client's address out of X-Forwarded-For (`header`: addresses joined by commas, each proxy appends whom it heard). The
/// last one that is no proxy of ours; what stands before it anybody may have written. `peer` where the connection comes from
/// no proxy, or where the header does not say.
base::IpAddress clientAddress(const base::IpAddress& peer, std::string_view header, const std::vector<base::IpAddress>& proxies);

}  // namespace parlour::net
