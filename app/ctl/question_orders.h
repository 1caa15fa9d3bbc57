// SPDX-License-Identifier: Apache-2.0
// The commands of the question desk on standard input. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "app/ctl/stdin_commands.h"

namespace parlour::ctl {

/// Nothing when `word` is none of them.
std::optional<base::Result<Order>> questionOrder(std::string_view word, std::string_view rest, const room::RoomState& state);

}  // namespace parlour::ctl
