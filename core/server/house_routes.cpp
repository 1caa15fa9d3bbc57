// SPDX-License-Identifier: Apache-2.0
#include "core/server/house_routes.h"

#include <charconv>
#include <limits>

namespace parlour::server {

namespace {

constexpr std::string_view kPrefix = "/api/v1/";

bool isArgument(const std::string& part) { return part.size() >= 2 && part.front() == '{' && part.find('}') != std::string::npos; }

std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> parts;
    if (path.starts_with('/')) path.remove_prefix(1);
    while (true) {
        const auto slash = path.find('/');
        parts.emplace_back(path.substr(0, slash));
        if (slash == std::string_view::npos) return parts;
        path.remove_prefix(slash + 1);
    }
}

/// A fixed word is better than an argument, "{event}.ics" better than "{event}".
bool better(const std::vector<std::string>& args, const std::vector<std::string>& than) {
    if (args.size() != than.size()) return args.size() < than.size();
    return !args.empty() && args.back().size() < than.back().size();
}

}  // namespace

void HouseRoutes::add(std::string method, std::string pattern, For whom, Handler handler) {
    const std::string path = pattern.starts_with('/') ? std::move(pattern) : std::string(kPrefix) + pattern;
    if (whom == For::session)
        handler = [handler = std::move(handler)](Impl& impl, const RouteCall& call, Reply reply) {
            RouteCall known = call;
            if (!call.caller.admin) {
                auto who = impl.sessionOf(call.caller);
                if (!who) return reply(base::Unexpected(std::move(who).error()));
                known.who = *who;
            }
            handler(impl, known, std::move(reply));
        };
    m_routes.push_back({std::move(method), split(path), std::move(handler)});
}

HouseRoutes::Found HouseRoutes::find(std::string_view method, std::string_view path) const {
    Found found;
    const auto parts = split(path);
    for (const auto& route : m_routes) {
        if (route.parts.size() != parts.size()) continue;
        std::vector<std::string> args;
        bool fits = true;
        for (std::size_t i = 0; i < parts.size() && fits; ++i) {
            const std::string& want = route.parts[i];
            if (!isArgument(want)) {
                fits = want == parts[i];
                continue;
            }
            const std::string_view end = std::string_view(want).substr(want.find('}') + 1);
            fits = parts[i].size() > end.size() && parts[i].ends_with(end);
            if (fits) args.push_back(parts[i].substr(0, parts[i].size() - end.size()));
        }
        if (!fits) continue;
        if (route.method != method) {
            found.otherMethod = true;
        } else if (!found.handler || better(args, found.args)) {
            found.handler = &route.handler;
            found.args = std::move(args);
        }
    }
    return found;
}

std::vector<std::string> HouseRoutes::listed() const {
    std::vector<std::string> out;
    for (const auto& route : m_routes) {
        std::string line = route.method + " ";
        for (const auto& part : route.parts) line += "/" + part;
        out.push_back(std::move(line));
    }
    return out;
}

base::Result<std::uint64_t> queryNumber(const RouteCall& call, const char* name, std::uint64_t otherwise) {
    const auto it = call.query.find(name);
    if (it == call.query.end()) return otherwise;
    std::uint64_t value = 0;
    const char* end = it->second.data() + it->second.size();
    const auto [stop, error] = std::from_chars(it->second.data(), end, value);
    if (error != std::errc{} || stop != end || value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return base::fail(base::ErrorKind::invalidInput, "bad_field", "A field is missing or has a wrong value.", {}, name);
    return value;
}

HouseRoutes houseRoutes() {
    HouseRoutes routes;
    addMemberRoutes(routes);
    addInvitationRoutes(routes);
    addGuestRoutes(routes);
    addScheduleRoutes(routes);
    addModerationRoutes(routes);
    addDeskRoutes(routes);
    addAuditRoutes(routes);
    addReportRoutes(routes);
    addChatRoutes(routes);
    addReactionRoutes(routes);
    addQuestionRoutes(routes);
    addProfileRoutes(routes);
    addPersonRoutes(routes);
    return routes;
}

}  // namespace parlour::server
