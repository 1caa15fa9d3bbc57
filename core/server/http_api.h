// SPDX-License-Identifier: Apache-2.0
// The house API under /api/v1, the invitation page, health and version. Translates HTTP into calls of HouseService and
// back; knows no rules. Browsers of other origins, rebound names and bodies that are not JSON are refused (security: T56);
// guessing is throttled (T21). Thread: net.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/doors/clock.h"
#include "core/net/http_server.h"
#include "core/net/url.h"
#include "core/server/house_service.h"

namespace parlour::server {

class ArrivalGate;

struct HttpApiSettings {
    std::vector<std::string> origins;      ///< as HouseAddress::origins; also the names Host may carry
    std::size_t failuresPerIp = 10;        ///< per 30 minutes; 0 = no throttling
    bool metrics = false;                  ///< the listener is loopback: /metrics is served
    /// Fills /metrics; answers on the net thread.
    std::function<void(std::function<void(std::string)>)> metricsText;
    /// Where the sound is carried elsewhere: what becomes of a join grant before it is given out.
    std::function<void(api::JoinGrant, HouseService::Answer<api::JoinGrant>)> exchange;
    std::optional<net::Url> sound;         ///< and where that is; the page behind a link may go there, too
    ArrivalGate* arrivals = nullptr;       ///< what newcomers ask goes through it; outlives the API
};

class HttpApi {
  public:
    HttpApi(HouseService& house, const base::Clock& clock, HttpApiSettings settings);
    ~HttpApi();

    /// True when the path is one of ours (it will be answered).
    bool handle(const net::HttpRequest& request, const net::Respond& respond);
    /// /readyz answers 503 from now on.
    void setDraining();
    std::uint64_t failedSecrets() const;

    struct Impl;

  private:
    std::shared_ptr<Impl> m_impl;
};

/// HTTP status of an error of the house.
int statusOf(const base::Error& error);

/// /i/ID, the page behind every invitation link, and /web/NAME, the files it needs. The page has the same bytes whatever the
/// id (security: T21). pageAnswer() only for paths of which isPagePath() is true; `sound` as HttpApiSettings has it.
bool isPagePath(std::string_view path);
bool isInvitationPath(std::string_view path);
net::HttpResponse pageAnswer(std::string_view path, const std::optional<net::Url>& sound = {});

}  // namespace parlour::server
