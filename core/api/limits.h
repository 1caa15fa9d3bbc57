// SPDX-License-Identifier: Apache-2.0
// Limits that both ends of the house API know (security: 1.2). In bytes unless the name says characters.
#pragma once

#include <cstddef>

namespace parlour::api {

inline constexpr std::size_t kMaxApiBody = 1536 * 1024;  ///< a picture of 1 MiB as base64url, and more
inline constexpr std::size_t kMaxNameBytes = 256;
inline constexpr std::size_t kMaxNameCharacters = 64;
inline constexpr std::size_t kMaxTitleBytes = 256;
inline constexpr std::size_t kMaxTokenBytes = 4096;

}  // namespace parlour::api
