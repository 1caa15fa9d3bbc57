// SPDX-License-Identifier: Apache-2.0
// Names to addresses by the system's resolver, without blocking the loop. Loop's thread only.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/socket_address.h"
#include "core/net/event_loop.h"
#include "core/net/pending.h"

namespace parlour::net {

/// In the system's order of preference; an address as text is answered without asking anybody.
/// unreachable ("name_not_found") with a sentence that names the host.
Pending resolveHost(EventLoop& loop, const std::string& host, std::uint16_t port,
                    std::function<void(base::Result<std::vector<base::SocketAddress>>)> answer);

}  // namespace parlour::net
