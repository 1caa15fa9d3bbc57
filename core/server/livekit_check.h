// SPDX-License-Identifier: Apache-2.0
// What `parlourd check` says of the LiveKit server that is to carry the sound: does it answer, does it take the key, and does it keep
// old tokens from making rooms. Blocks for some seconds at most.
#pragma once

#include <vector>

#include "core/base/doors/clock.h"
#include "core/server/config.h"
#include "core/server/self_check.h"

namespace parlour::server {

void checkLiveKit(const ServerConfig& config, const base::Clock& clock, std::vector<CheckLine>& lines);

}  // namespace parlour::server
