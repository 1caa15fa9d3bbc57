// SPDX-License-Identifier: Apache-2.0
#include "app/ctl/words.h"

#include <charconv>

#include "core/api/limits.h"

namespace parlour::ctl {

std::string word(const nlohmann::ordered_json& json, const char* name) {
    const auto it = json.find(name);
    return it != json.end() && it->is_string() ? it->get<std::string>() : std::string();
}

std::optional<int> wholeNumber(std::string_view text, int least, int most) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most) return std::nullopt;
    return value;
}

bool isText(const std::string& text) {
    try {
        return !nlohmann::json(text).dump().empty();   // strict
    } catch (const nlohmann::json::type_error&) {
        return false;
    }
}

bool isNameTooLong(std::string_view name) { return name.size() > api::kMaxNameBytes * 4; }

}  // namespace parlour::ctl
