// SPDX-License-Identifier: Apache-2.0
// Texts of people before they are stored or shown to others: no controls, no bidi overrides, no zero-width characters, no
// stacks of combining marks, bounded. Idempotent. Pure (security: T27).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/error.h"

namespace parlour::house {

/// Valid UTF-8 out, whatever comes in; white space collapsed and trimmed; cut at whole characters.
std::string cleanText(std::string_view text, std::size_t maxCharacters, std::size_t maxBytes);
/// 1 to 64 characters and at most 256 bytes after cleaning; invalidInput "bad_name" else, and when it is no UTF-8.
base::Result<std::string> cleanName(std::string_view name);
/// Code points that start a character (combining marks do not count); broken bytes count as one each.
std::size_t countCharacters(std::string_view text);

}  // namespace parlour::house
