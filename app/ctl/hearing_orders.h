// SPDX-License-Identifier: Apache-2.0
// Commands about what this person hears and how they sound: volume PERCENT WHO, deafen on|off, music on|off,
// seats off|headphones|loudspeakers. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "app/ctl/stdin_commands.h"

namespace parlour::ctl {

/// Nothing when `word` is none of them.
std::optional<base::Result<Order>> hearingOrder(std::string_view word, std::string_view rest, const room::RoomState& state);

}  // namespace parlour::ctl
