// SPDX-License-Identifier: Apache-2.0
// What `parlourd check` says of each relay that the house names: does it answer, does it take the login, is the address it gives
// one that the house is reached from, and does it pass on to the house's own media port. Blocks for some seconds at most.
#pragma once

#include <vector>

#include "core/base/doors/clock.h"
#include "core/server/config.h"
#include "core/server/self_check.h"

namespace parlour::server {

/// `beside` a running server, whose media port is taken: what arrives there cannot be seen.
void checkRelays(const ServerConfig& config, const base::Clock& clock, bool beside, std::vector<CheckLine>& lines);

}  // namespace parlour::server
