// SPDX-License-Identifier: Apache-2.0
// The schema as numbered steps; a step that was released is never changed, only followed by another.
#pragma once

#include <span>
#include <string_view>

namespace parlour::house {

struct Migration {
    int version;
    std::string_view sql;  ///< statements separated by ';' at line ends
};

std::span<const Migration> migrations();

}  // namespace parlour::house
