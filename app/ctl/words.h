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
/// Valid UTF-8.
bool isText(const std::string& text);
/// More than a house looks at; a shorter one it judges itself, after cleaning it.
bool isNameTooLong(std::string_view name);
inline constexpr std::string_view kNameTooLong = "The name is too long. Use at most 64 characters.";

}  // namespace parlour::ctl
