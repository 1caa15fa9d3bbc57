// SPDX-License-Identifier: Apache-2.0
// Times as people type them: 90s, 30m, 2h, 7d. Pure; any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace parlour::ctl {

/// At most 8 digits and one of s, m, h, d; nullopt for anything else and for zero.
std::optional<std::chrono::seconds> parseDuration(std::string_view text);

}  // namespace parlour::ctl
