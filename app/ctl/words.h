// SPDX-License-Identifier: Apache-2.0
// Reading what people typed and what a house answered, the same in every command. Pure; any thread.
#pragma once

#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace parlour::ctl {

/// A text of an answer; empty when there is none of this name.
std::string word(const nlohmann::ordered_json& json, const char* name);
/// The whole text as a number of this range; nullopt for anything else.
std::optional<int> wholeNumber(std::string_view text, int least = std::numeric_limits<int>::min(), int most = std::numeric_limits<int>::max());

}  // namespace parlour::ctl
