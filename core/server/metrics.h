// SPDX-License-Identifier: Apache-2.0
// The numbers of a server as Prometheus text (version 0.0.4). No label holds a person, room or address. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "core/net/http_server.h"
#include "core/server/arrival_gate.h"
#include "core/server/ice_tcp.h"
#include "core/server/livekit_endpoint.h"
#include "core/server/media_worker.h"
#include "core/server/webhook_sender.h"

namespace parlour::server {

struct MetricsInput {
    EndpointStats endpoint;
    MediaWorkerStats media;
    ArrivalStats arrivals;
    net::HttpServerCounters http;
    std::uint64_t failedSecrets = 0;
    double uptimeSeconds = 0;
    bool draining = false;
    IceTcpStats tcp{};
    WebhookStats webhooks{};
};
std::string metricsText(const MetricsInput& input);

}  // namespace parlour::server
