// SPDX-License-Identifier: Apache-2.0
// A live room with its real house, and a program with an API key: signalling, media and rules in one thread on virtual time.
#pragma once

#include <nlohmann/json.hpp>

#include "core/server/room_service.h"
#include "core/signal/room_service.h"
#include "tests/server/endpoint_world.h"
#include "tests/server/house_world.h"

namespace parlour::tests {

struct ApiKeyWorld : World {
    static constexpr const char* kKey = "backend";
    static constexpr const char* kSecret = "a secret of more than thirty-two characters";
    static constexpr const char* kOrigin = HouseWorld::kOrigin;

    Database database{chosenEngine()};
    std::unique_ptr<house::Store> store = database.open(clock);
    house::Policy policy;
    std::unique_ptr<server::HouseService> rules;
    std::unique_ptr<server::RoomService> service;
    std::vector<server::RoomNews> news;
    api::RoomMade room;

    ApiKeyWorld() {
        start();
        room = *wait<api::RoomMade>([&](auto answer) { rules->createRoom({"Room"}, answer); });
    }
    ~ApiKeyWorld() {
        service.reset();
        rules.reset();
        executor.runReady();
    }
    void start() {
        rules = std::make_unique<server::HouseService>(executor, executor, clock, *store, *engine, policy);
        endpoint.reset();
        endpoint = std::make_unique<server::LiveKitEndpoint>(executor, clock, *engine, server::EndpointHouse::of(*rules));
        endpoint->setNews([this](server::RoomNews one) { news.push_back(std::move(one)); });
        rules->setEvents(endpoint->houseEvents());
        rules->setAddress({kOrigin, "ws://127.0.0.1:7880", {kOrigin}, "", "Test house"});
        service = std::make_unique<server::RoomService>(*rules, *endpoint, clock,
                                                        server::RoomServiceSettings{{{kKey, kSecret}}, {kOrigin}});
        REQUIRE(wait<std::size_t>([&](auto answer) { rules->open(answer); }));
    }
    template <class T>
    base::Result<T> wait(const std::function<void(server::HouseService::Answer<T>)>& call) {
        return answerOf<T>(executor, call);
    }
    /// Redeems the link as this person; the token of the first join.
    std::string tokenOf(const std::string& name, const std::string& link) {
        const auto [invitation, secret] = HouseWorld::parts(link);
        const auto purpose = api::redeemPurpose(invitation);
        const auto c = *wait<api::Challenge>([&](auto answer) { rules->challenge({crypto::randomToken(16), purpose}, answer); });
        const auto key = HouseWorld::keyOf(name);
        api::Proof proof{base::toBase64Url(key.publicKey()), c.nonce, kOrigin, c.expiresMs, {}};
        proof.signature = base::toBase64Url(key.sign(api::personStatement(c.house, kOrigin, purpose, c.nonce, c.expiresMs)));
        const api::RedeemRequest request{invitation, secret, name, proof};
        const auto redeemed = wait<api::Redeemed>([&](auto answer) { rules->redeem(request, answer); });
        REQUIRE(redeemed);
        return redeemed->join.token;
    }

    // ---- the program
    signal::AccessToken admin(const base::RoomId& which) const {
        signal::AccessToken token;
        token.notBefore = clock.wallNow();
        token.expires = clock.wallNow() + std::chrono::minutes(10);
        token.video.roomCreate = token.video.roomList = token.video.roomAdmin = true;
        token.video.room = which;
        return token;
    }
    struct Answer {
        int status = 0;
        nlohmann::json body;
        std::string bytes;
        std::string code() const { return body.is_object() ? body.value("code", "") : ""; }
    };
    Answer send(const std::string& method, const std::string& body, const std::string& jwt, const std::string& type = "application/json",
                const std::string& verb = "POST") {
        net::HttpRequest request;
        request.method = verb;
        request.path = "/twirp/livekit.RoomService/" + method;
        request.headers = {{"content-type", type}};
        if (!jwt.empty()) request.headers["authorization"] = "Bearer " + jwt;
        request.body = body;
        std::optional<net::HttpResponse> response;
        REQUIRE(service->handle(request, [&](net::HttpResponse r) { response.emplace(std::move(r)); }));
        run(std::chrono::milliseconds(20));
        REQUIRE(response);
        return {response->status, nlohmann::json::parse(response->body, nullptr, false), response->body};
    }
    Answer ask(const std::string& method, nlohmann::json body = nlohmann::json::object()) {
        const base::RoomId which(body.contains("room") ? body["room"].get<std::string>() : "");
        return send(method, body.dump(), *signal::mintToken(admin(which), {kKey, kSecret}));
    }
};

}  // namespace parlour::tests
