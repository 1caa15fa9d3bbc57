// SPDX-License-Identifier: Apache-2.0
// What a session knows of the network under it. Only session_impl.h includes it.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/net/address_watch.h"
#include "core/room/media_link.h"
#include "core/room/reconnect_policy.h"

namespace parlour::room {

struct SessionNetwork {
    std::vector<base::IpAddress> addresses;     ///< of this computer, from which the server may be reached
    std::vector<rtc::TurnServer> relays;        ///< as the server named them last
    std::unique_ptr<net::AddressWatch> watch;
    std::optional<ReconnectKind> retry;         ///< what the session's retryTimer waits for
};

}  // namespace parlour::room
