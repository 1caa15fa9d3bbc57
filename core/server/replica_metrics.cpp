// SPDX-License-Identifier: Apache-2.0
#include "core/server/replica_metrics.h"

#include <sstream>

namespace parlour::server {

namespace {
/// A label's value (Prometheus text format 0.0.4).
std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '\\' || c == '"') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out + "\"";
}
}  // namespace

std::string replicaMetrics(const ReplicaMetrics& in) {
    std::ostringstream out;
    const auto row = [&](const char* type, const char* name, const char* help, auto value, const std::string& label = {}) {
        out << "# HELP parlour_" << name << ' ' << help << "\n# TYPE parlour_" << name << ' ' << type << "\nparlour_" << name << label << ' ' << value
            << '\n';
    };
    row("gauge", "replica_holds", "1 where the house runs.", in.holds ? 1 : 0);
    row("gauge", "replica_holder_info", "Who runs the house; 0 while nobody is known to.", in.holds || in.holderLives ? 1 : 0,
        "{holder=" + quoted(in.seen.holderName) + "}");
    row("gauge", "replica_turn", "Grows each time the house changes hands.", in.seen.fence);
    row("counter", "replica_takeovers_total", "Turns that this server took.", in.takeovers);
    row("counter", "replica_passed_requests_total", "Requests passed on.", in.passed.requests);
    row("counter", "replica_passed_websockets_total", "WebSockets passed on.", in.passed.upgrades);
    row("gauge", "replica_passed_websockets", "WebSockets that are passed on now.", in.passed.open);
    row("counter", "replica_refused_total", "Told to ask again: nobody ran the house, or nobody answered.", in.passed.refused);
    return out.str();
}

std::string claimSentence(const house::ClaimSeen& seen) {
    if (seen.left <= base::Duration(0)) return "nobody holds it now (turn " + std::to_string(seen.fence) + ")";
    return "held by " + seen.holderName + " (" + seen.address + "), turn " + std::to_string(seen.fence) + ", renewed until " +
           std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(seen.left).count()) + " ms from now";
}

}  // namespace parlour::server
