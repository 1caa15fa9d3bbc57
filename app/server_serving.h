// SPDX-License-Identifier: Apache-2.0
// `parlourd serve`: alone, or as one of several servers of a house. Main thread.
#pragma once

#include "core/server/config.h"

namespace parlour::app {

/// Until a signal ends it; the exit code. `readyFd` gets one JSON line when something can be asked, unless it is -1.
int serve(const server::ServerConfig& config, int readyFd, bool firstLink);

}  // namespace parlour::app
