// SPDX-License-Identifier: Apache-2.0
// Door: requests to the houses that this person knows. Real: app/desktop/houses. Fake: ui/models/offline_house.
// Thread: called on the UI thread and never blocks; the answer comes once, on any thread.
#pragma once

#include <functional>
#include <string>

#include "core/base/error.h"

namespace parlour::ui {

class HouseClient {
  public:
    virtual ~HouseClient() = default;
    /// `house` as in LinkFacts::server; `path` begins with "/" and is relative to the API ("/members?limit=50"); an empty body
    /// is a GET, any other a POST of this JSON. Signs in by itself. The answer is JSON text.
    virtual void request(const std::string& house, const std::string& path, const std::string& body,
                         std::function<void(base::Result<std::string>)> done) = 0;
};

}  // namespace parlour::ui
