// SPDX-License-Identifier: Apache-2.0
// A house without a server: what `parlourd room …` and `parlourd invite …` open when nobody listens on the admin socket.
// Holds the folder's lock while it lives. Blocking; any one thread.
#pragma once

#include <memory>
#include <string>

#include "core/base/doors/clock.h"
#include "core/base/error.h"
#include "core/server/config.h"

namespace parlour::server {

/// Runs one admin command (admin.h): through the socket if a server runs on the folder, else on the house itself. Waits up
/// to 10 s while a server is starting or stopping. The answer is the JSON line.
base::Result<std::string> runAdminCommand(const ServerConfig& config, const base::Clock& clock, const std::string& line);

}  // namespace parlour::server
