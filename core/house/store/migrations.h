// SPDX-License-Identifier: Apache-2.0
// The schema as numbered steps; a step that was released is never changed, only followed by another.
#pragma once

#include <string_view>
#include <vector>

namespace parlour::house {

struct Migration {
    int version;
    std::string_view sql;  ///< statements separated by ';' at line ends
};

/// In order of their numbers.
std::vector<Migration> migrations();

// One text per step, each in a file of its topic.
extern const std::string_view kRoomsSchema;

}  // namespace parlour::house
