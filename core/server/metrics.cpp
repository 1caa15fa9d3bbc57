// SPDX-License-Identifier: Apache-2.0
#include "core/server/metrics.h"

#include <sstream>

#include "core/server/version.h"

namespace parlour::server {

std::string metricsText(const MetricsInput& in) {
    std::ostringstream out;
    const auto row = [&](const char* type, const char* name, const char* help, auto value) {
        out << "# HELP parlour_" << name << ' ' << help << "\n# TYPE parlour_" << name << ' ' << type << "\nparlour_" << name << ' '
            << value << '\n';
    };
    out << "# HELP parlour_build_info What runs here.\n# TYPE parlour_build_info gauge\nparlour_build_info{version=\"" << kVersion << "\"} 1\n";
    row("gauge", "uptime_seconds", "Since the start.", in.uptimeSeconds);
    row("gauge", "draining", "1 while shutting down.", in.draining ? 1 : 0);
    row("gauge", "rooms", "Live sessions with people.", in.endpoint.rooms);
    row("gauge", "participants", "People with a transport.", in.endpoint.participants);
    row("gauge", "signal_sessions", "Signalling sessions, joining ones included.", in.endpoint.connections);
    row("counter", "signal_malformed_total", "Signalling connections closed for unreadable messages.", in.endpoint.malformed);
    row("counter", "signal_limited_total", "Signalling requests over a rate limit.", in.endpoint.limited);
    row("gauge", "media_sessions", "Sessions on the media thread.", in.media.sessions);
    row("gauge", "publishers", "People who publish.", in.media.publishers);
    row("gauge", "subscribers", "People who listen.", in.media.subscribers);
    row("counter", "media_datagrams_total", "Datagrams received.", in.media.datagrams);
    row("counter", "media_strangers_total", "Datagrams of nobody's, dropped unanswered.", in.media.strangers);
    row("counter", "red_received_total", "Packets of sound with copies of earlier ones (RED), taken in.", in.media.forwarder.redIn);
    row("counter", "red_sent_total", "The same, sent to who takes them.", in.media.forwarder.redOut);
    row("counter", "red_recovered_total", "Packets lost on their way to us and found in such copies.", in.media.forwarder.recovered);
    row("counter", "red_malformed_total", "Packets that said they were RED and were not.", in.media.forwarder.malformedRed);
    row("gauge", "http_connections", "Open connections, WebSockets included.", in.http.open);
    row("counter", "http_accepted_total", "Connections taken.", in.http.accepted);
    row("counter", "http_requests_total", "Requests.", in.http.requests);
    row("counter", "http_bad_requests_total", "Requests that were no good HTTP.", in.http.badRequests);
    row("counter", "http_refused_total", "Connections and requests refused by a limit.", in.http.refusedByLimit);
    row("counter", "http_upgrades_total", "WebSockets opened.", in.http.upgrades);
    row("counter", "arrivals_total", "Newcomers taken up with the house.", in.arrivals.passed);
    row("counter", "arrivals_delayed_total", "Newcomers who waited at the front door first.", in.arrivals.delayed);
    row("counter", "arrivals_refused_total", "Newcomers told to come again (503, Retry-After).", in.arrivals.refused);
    row("counter", "auth_failures_total", "Wrong secrets, tokens and signatures.", in.failedSecrets);
    row("gauge", "ice_tcp_connections", "People whose sound comes by TCP.", in.tcp.open);
    row("counter", "ice_tcp_accepted_total", "TCP connections taken for sound.", in.tcp.accepted);
    row("counter", "ice_tcp_refused_total", "TCP connections refused by a limit.", in.tcp.refused);
    row("counter", "ice_tcp_broken_total", "TCP connections closed for impossible bytes or silence.", in.tcp.broken);
    row("counter", "ice_tcp_dropped_total", "Packets lost because a listener or this server did not keep up.", in.tcp.dropped);
    row("counter", "webhooks_delivered_total", "Webhooks that were taken.", in.webhooks.delivered);
    row("counter", "webhooks_failed_total", "Webhooks given up after all tries, or refused.", in.webhooks.failed);
    row("counter", "webhooks_dropped_total", "Webhooks lost because too many waited.", in.webhooks.dropped);
    row("gauge", "webhooks_waiting", "Webhooks that wait.", in.webhooks.waiting);
    return out.str();
}

}  // namespace parlour::server
