// SPDX-License-Identifier: Apache-2.0
// LiveKit's key file, "KEY: SECRET" a line, readable by its owner alone: keys of programs that act for the house, and the
// house's own key at its livekit-server.
#pragma once

#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/signal/access_token.h"

namespace parlour::server {

inline constexpr std::size_t kMaxApiKeys = 16;

/// The text of a key file; '#' starts a comment. invalidInput "key_file" names the line, never a secret.
base::Result<std::vector<signal::TokenKey>> parseApiKeys(const std::string& text, const std::string& name);
/// unavailable "key_file": missing, or others may read it.
base::Result<std::vector<signal::TokenKey>> loadApiKeys(const std::string& path);

}  // namespace parlour::server
