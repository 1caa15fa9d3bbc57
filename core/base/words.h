// SPDX-License-Identifier: Apache-2.0
// A text in its words: what stands between spaces, tabs and ends of lines. Views into the text. Pure; any thread.
#pragma once

#include <string_view>
#include <vector>

namespace parlour::base {

inline std::vector<std::string_view> words(std::string_view text) {
    constexpr std::string_view kBetween = " \t\r\n";
    std::vector<std::string_view> out;
    for (auto begin = text.find_first_not_of(kBetween); begin != std::string_view::npos; begin = text.find_first_not_of(kBetween)) {
        text.remove_prefix(begin);
        out.push_back(text.substr(0, text.find_first_of(kBetween)));
        text.remove_prefix(out.back().size());
    }
    return out;
}

}  // namespace parlour::base
