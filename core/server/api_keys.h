// SPDX-License-Identifier: Apache-2.0
// Keys of programs that act for the house: LiveKit's key file, "KEY: SECRET" a line, readable by its owner alone.
#pragma once

#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/signal/access_token.h"

namespace parlour::server {

inline constexpr std::size_t kMaxApiKeys = 16;

/// The text of a key file; '#' starts a comment. invalidInput "api_keys" names the line, never a secret.
base::Result<std::vector<signal::TokenKey>> parseApiKeys(const std::string& text, const std::string& name);
/// unavailable "api_keys": missing, or others may read it.
base::Result<std::vector<signal::TokenKey>> loadApiKeys(const std::string& path);

}  // namespace parlour::server
