// SPDX-License-Identifier: Apache-2.0
// The answer of a LiveKit Cloud style server to GET /settings/regions: where else it can be reached. Pure; any thread.
#pragma once

#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/signal/messages.h"

namespace parlour::signal {

/// In the order of the answer, at most kMaxRegions; entries without an address are left out. invalidInput "regions_malformed".
base::Result<std::vector<Region>> parseRegions(std::string_view json);

}  // namespace parlour::signal
