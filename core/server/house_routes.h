// SPDX-License-Identifier: Apache-2.0
// The table of requests of a house: one line per request, by topic. A topic's file (house_<topic>.cpp) adds its lines; http_api
// and the admin socket only look paths up. Handlers run on the house thread; those of get() and post() inside one transaction
// that their error rolls back; those of wait() open their own and may answer later, after the media engine.
//
// Patterns: "members/{id}/suspend" stands for /api/v1/members/ID/suspend; a pattern that starts with '/' is a path of its own.
// A GET's query string is in RouteCall::query.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/house_json.h"
#include "core/api/member_types.h"
#include "core/server/house_impl.h"

namespace parlour::server {

struct RouteCall {
    Caller caller;
    base::Identity who;                        ///< whose session it is; empty for the administrator and on open paths
    std::vector<std::string> args;             ///< what stood for each {name}, in order
    std::map<std::string, std::string> query;
    std::string body;
};

/// A whole number of the query string up to that of int64; `otherwise` where it is missing. invalidInput "bad_field".
base::Result<std::uint64_t> queryNumber(const RouteCall& call, const char* name, std::uint64_t otherwise);

class HouseRoutes {
  public:
    using Impl = HouseService::Impl;
    using Reply = HouseService::Answer<ApiReply>;
    using Handler = std::function<void(Impl&, const RouteCall&, Reply)>;
    /// session: a bearer session or the administrator, looked at before anything else; open: everybody.
    enum class For { session, open };

    struct Found {
        const Handler* handler = nullptr;
        std::vector<std::string> args;
        bool otherMethod = false;  ///< the path is ours, the method is not
    };
    Found find(std::string_view method, std::string_view path) const;
    /// Every pattern with its method ("GET /api/v1/members"), for the test against docs/api.yaml.
    std::vector<std::string> listed() const;

    template <class Out>
    void get(std::string pattern, base::Result<Out> (*handle)(Impl&, const RouteCall&), For whom = For::session) {
        add("GET", std::move(pattern), whom, [handle](Impl& impl, const RouteCall& call, Reply reply) {
            reply(json(impl.reading<Out>([&] { return handle(impl, call); })));
        });
    }
    /// A body of JSON; an empty one is {}.
    template <class In, class Out>
    void post(std::string pattern, base::Result<Out> (*handle)(Impl&, const RouteCall&, const In&), For whom = For::session) {
        add("POST", std::move(pattern), whom, [handle](Impl& impl, const RouteCall& call, Reply reply) {
            auto in = api::fromJson<In>(call.body.empty() ? "{}" : std::string_view(call.body));
            if (!in) return reply(base::Unexpected(std::move(in).error()));
            reply(json(impl.reading<Out>([&] { return handle(impl, call, *in); })));
        });
    }
    template <class In, class Out>
    void wait(std::string pattern, void (*handle)(Impl&, const RouteCall&, const In&, HouseService::Answer<Out>),
              For whom = For::session) {
        add("POST", std::move(pattern), whom, [handle](Impl& impl, const RouteCall& call, Reply reply) {
            auto in = api::fromJson<In>(call.body.empty() ? "{}" : std::string_view(call.body));
            if (!in) return reply(base::Unexpected(std::move(in).error()));
            handle(impl, call, *in, [reply](base::Result<Out> out) { reply(json(std::move(out))); });
        });
    }
    /// A GET that answers something other than JSON: a calendar, a file, a page.
    void file(std::string pattern, base::Result<ApiReply> (*handle)(Impl&, const RouteCall&), For whom = For::open) {
        add("GET", std::move(pattern), whom, [handle](Impl& impl, const RouteCall& call, Reply reply) {
            reply(impl.reading<ApiReply>([&] { return handle(impl, call); }));
        });
    }

  private:
    struct Route {
        std::string method;
        std::vector<std::string> parts;
        Handler handler;
    };
    void add(std::string method, std::string pattern, For whom, Handler handler);
    template <class T>
    static base::Result<ApiReply> json(base::Result<T> result) {
        if (!result) return base::Unexpected(std::move(result).error());
        ApiReply reply;
        reply.body = api::toJson(*result);
        return reply;
    }

    std::vector<Route> m_routes;
};

// ---- what the topics of members and invitations share
/// One transaction decides and withdraws, then those people leave the live rooms, then the answer.
void takeAway(HouseService::Impl& impl, HouseService::Answer<api::Hit> answer, api::MemberState state,
              const std::function<base::Result<house::Reach>()>& decide);
api::Hit hitOf(HouseService::Impl& impl, const house::Reach& reach);
/// Deletes, once an hour, what is older than Policy::retention says; calls itself again (house_retention.cpp).
void sweepOld(HouseService::Impl& impl);
/// A "limit" of a query: 1 to `most`; anything else is `most`.
int pageLimit(const std::string& text, int most);

/// All topics.
HouseRoutes houseRoutes();

// Each in the file of its topic.
void addMemberRoutes(HouseRoutes& routes);      // house_members.cpp
void addInvitationRoutes(HouseRoutes& routes);  // house_invitations.cpp
void addGuestRoutes(HouseRoutes& routes);       // house_guests.cpp
void addScheduleRoutes(HouseRoutes& routes);    // house_schedule.cpp
void addModerationRoutes(HouseRoutes& routes);  // house_moderation.cpp
void addDeskRoutes(HouseRoutes& routes);        // house_desk.cpp
void addAuditRoutes(HouseRoutes& routes);       // house_audit.cpp
void addReportRoutes(HouseRoutes& routes);      // house_reports.cpp
void addChatRoutes(HouseRoutes& routes);        // house_chat.cpp
void addReactionRoutes(HouseRoutes& routes);    // house_reactions.cpp
void addQuestionRoutes(HouseRoutes& routes);    // house_questions.cpp
void addProfileRoutes(HouseRoutes& routes);     // house_profiles.cpp
void addPersonRoutes(HouseRoutes& routes);      // house_persons.cpp

}  // namespace parlour::server
