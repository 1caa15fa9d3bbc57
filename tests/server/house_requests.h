// SPDX-License-Identifier: Apache-2.0
// Requests of the topics' table on a HouseWorld, without HTTP.
#pragma once

#include "core/net/url.h"
#include "tests/server/house_world.h"

namespace parlour::tests {

/// One that has an answer with text; an empty session is the administrator.
inline base::Result<server::ApiReply> requestText(HouseWorld& world, const std::string& method, const std::string& target,
                                                  const std::string& body = {}, const std::string& session = {}) {
    const auto mark = target.find('?');
    server::ApiRequest request;
    request.method = method;
    request.path = "/api/v1/" + target.substr(0, mark);
    if (mark != std::string::npos) request.query = *net::parseQuery(target.substr(mark + 1));
    request.body = body;
    request.caller = {session, session.empty()};
    return world.wait<server::ApiReply>([&](auto answer) { world.house->request(request, answer); });
}

template <class Out>
base::Result<Out> getAs(HouseWorld& world, const std::string& target, const std::string& session = {}) {
    auto reply = requestText(world, "GET", target, {}, session);
    if (!reply) return base::Unexpected(std::move(reply).error());
    return api::fromJson<Out>(reply->body);
}

template <class Out, class In>
base::Result<Out> postAs(HouseWorld& world, const std::string& target, const In& in, const std::string& session = {}) {
    auto reply = requestText(world, "POST", target, api::toJson(in), session);
    if (!reply) return base::Unexpected(std::move(reply).error());
    return api::fromJson<Out>(reply->body);
}

}  // namespace parlour::tests
