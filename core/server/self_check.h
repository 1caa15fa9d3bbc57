// SPDX-License-Identifier: Apache-2.0
// `parlourd check`: looks at what commonly goes wrong before a server is started, and says what to do. Changes nothing.
#pragma once

#include <string>
#include <vector>

#include "core/base/doors/clock.h"
#include "core/server/config.h"

namespace parlour::server {

struct CheckLine {
    bool good = false;
    std::string what;
    std::string detail;   ///< what was found, or what to do
};
std::vector<CheckLine> selfCheck(const ServerConfig& config, const base::Clock& clock);

}  // namespace parlour::server
