// SPDX-License-Identifier: Apache-2.0
// Files with secrets that a setting names: read only where nobody but their owner can. Blocks.
#pragma once

#include <string>

#include "core/base/error.h"

namespace parlour::server {

inline constexpr std::size_t kMaxPrivateFile = 64 * 1024;

/// `what` is its name for people ("key file"), `code` that of the error. unavailable: missing, too large, or others may read it;
/// never a word of what is in it.
base::Result<std::string> readPrivateFile(const std::string& path, const std::string& what, const std::string& code);

/// Without the blanks around it.
std::string trimmed(std::string_view text, std::string_view blank = " \t\r\n");

}  // namespace parlour::server
