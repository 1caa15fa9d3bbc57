// SPDX-License-Identifier: Apache-2.0
// The version all three programs tell; the same as in CMakeLists.txt (tested).
#pragma once

#include <string_view>

namespace parlour::server {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace parlour::server
