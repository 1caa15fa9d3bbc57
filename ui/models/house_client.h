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
    /// Signs a version of a guest's terms for the host with the person's key of this house and hands it in. `view` is the
    /// api::GuestView that the person read; untrusted "house_changed" when it names another house. Answers the new view.
    virtual void signTerms(const std::string& house, const std::string& view, int version,
                           std::function<void(base::Result<std::string>)> done) = 0;
};

}  // namespace parlour::ui
