// SPDX-License-Identifier: Apache-2.0
// A house with an owner (olga), whose people ask through the table of requests as over HTTP.
#pragma once

#include <nlohmann/json.hpp>

#include <map>

#include "tests/server/house_world.h"

namespace parlour::tests {

using Json = nlohmann::json;

struct MemberWorld : HouseWorld {
    std::map<std::string, std::string> sessions;

    MemberWorld() { found("olga"); }
    void found(const std::string& owner) {
        REQUIRE(asAdmin("house/init", Json{{"title", "Salon"}, {"name", owner}, {"public_key", base::toBase64Url(keyOf(owner).publicKey())}}).contains("house"));
        sessions[owner] = signIn(owner);
    }
    std::string signIn(const std::string& name) {
        const api::LoginRequest request{proof(name, std::string(api::kLoginPurpose))};
        return wait<api::LoginAnswer>([&](auto answer) { house->login(request, answer); }).value().session;
    }
    base::Result<server::ApiReply> ask(const std::string& method, std::string path, const Json& body, const server::Caller& caller) {
        server::ApiRequest request{method, {}, {}, body.is_null() ? "" : body.dump(), caller};
        if (const auto at = path.find('?'); at != std::string::npos) {
            std::string query = path.substr(at + 1);
            path.resize(at);
            while (!query.empty()) {
                const auto end = std::min(query.find('&'), query.size());
                const auto one = query.substr(0, end);
                request.query[one.substr(0, one.find('='))] = one.substr(one.find('=') + 1);
                query.erase(0, std::min(end + 1, query.size()));
            }
        }
        request.path = "/api/v1/" + path;
        return wait<server::ApiReply>([&](auto answer) { house->request(request, answer); });
    }
    Json asAdmin(const std::string& path, const Json& body) { return Json::parse(ask("POST", path, body, {{}, true}).value().body); }
    base::Result<Json> tried(const std::string& who, const std::string& path, const Json& body = nullptr) {
        auto reply = ask(body.is_null() ? "GET" : "POST", path, body, {sessions[who], false});
        if (!reply) return base::Unexpected<base::Error>(std::move(reply).error());
        return Json::parse(reply->body);
    }
    Json get(const std::string& who, const std::string& path) { return tried(who, path).value(); }
    Json post(const std::string& who, const std::string& path, const Json& body) { return tried(who, path, body).value(); }
    std::string refused(const std::string& who, const std::string& path, const Json& body = nullptr) {
        auto reply = tried(who, path, body);
        return reply ? "" : reply.error().code;
    }
    Json invite(const std::string& who, Json order = {{"kind", "membership"}}) { return post(who, "invitations", order)["invitations"][0]; }
    base::Result<api::Redeemed> comeBy(const std::string& name, const Json& made, const std::string& code = {}) {
        const auto [invitation, secret] = parts(made["link"]);
        api::RedeemRequest request{invitation, secret, name, proof(name, api::redeemPurpose(invitation)), code};
        auto redeemed = wait<api::Redeemed>([&](auto answer) { house->redeem(request, answer); });
        if (redeemed) sessions[name] = redeemed->session;
        return redeemed;
    }
    void bring(const std::string& by, const std::string& name) { REQUIRE(comeBy(name, invite(by))); }
    std::string path(const std::string& what, const std::string& name, const std::string& verb) { return what + "/" + id(name).str() + "/" + verb; }
    std::vector<std::string> handles(const std::string& query = "") {
        std::vector<std::string> out;
        const auto page = get("olga", "members" + query);
        for (const auto& one : page["members"]) out.push_back(one["handle"]);
        return out;
    }
};

}  // namespace parlour::tests
