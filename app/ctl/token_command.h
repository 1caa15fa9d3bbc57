// SPDX-License-Identifier: Apache-2.0
// `parlourctl token`: redeem a link like anybody who enters, then hand the LiveKit address and token to another program.
// Thread: net.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/room/house_client.h"

namespace parlour::ctl {

/// One line of JSON: {"url":"ws://…","token":"…"}. `house` has to live until the answer.
void makeToken(room::HouseClient& house, const signal::InviteLink& link, const std::string& name,
               std::optional<std::chrono::seconds> ttl, std::function<void(base::Result<std::string>)> done);

}  // namespace parlour::ctl
