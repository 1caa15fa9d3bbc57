// SPDX-License-Identifier: Apache-2.0
// The house API behind a real HTTP port on loopback, asked by our own client.
#pragma once

#include "core/api/house_json.h"
#include "core/base/clock.h"
#include "core/base/thread_executor.h"
#include "core/net/http_client.h"
#include "core/net/http_server.h"
#include "core/server/http_api.h"
#include "tests/server/house_world.h"

namespace parlour::tests {

/// House, API and port; the test's thread is the net thread.
struct ApiWorld {
    net::EventLoop loop;
    base::SystemClock clock;
    Database database{chosenEngine()};
    std::unique_ptr<house::Store> store = database.open();
    FakeMedia media;
    house::Policy policy = generous();
    std::unique_ptr<base::ThreadExecutor> houseThread = std::make_unique<base::ThreadExecutor>("house", clock);
    std::unique_ptr<server::HouseService> house =
        std::make_unique<server::HouseService>(loop, *houseThread, clock, *store, media, policy);
    std::unique_ptr<server::HttpApi> api;
    std::unique_ptr<net::HttpServer> http;
    std::string origin;
    api::RoomMade room;

    explicit ApiWorld(std::size_t failures = 0) {
        net::HttpServerSettings settings;
        settings.listen = *base::SocketAddress::parse("127.0.0.1:0");
        net::HttpServerHandlers handlers;
        handlers.onRequest = [this](const net::HttpRequest& request, net::Respond respond) {
            if (!api->handle(request, respond)) respond(net::HttpResponse::text(404, "not found\n"));
        };
        http = std::move(*net::HttpServer::listen(loop, std::move(settings), std::move(handlers)));
        origin = "http://127.0.0.1:" + std::to_string(http->localAddress().port);
        house->setAddress({origin, "ws" + origin.substr(4), {origin}, "", "Test house"});
        server::HttpApiSettings s;
        s.origins = {origin};
        s.failuresPerIp = failures;
        s.metrics = true;
        s.metricsText = [](auto answer) { answer("parlour_rooms 1\n"); };
        api = std::make_unique<server::HttpApi>(*house, clock, std::move(s));
        ask<std::size_t>([&](auto answer) { house->open(answer); }).value();
        room = ask<api::RoomMade>([&](auto answer) { house->createRoom({"Room"}, answer); }).value();
    }
    /// So many commands at once as a test needs.
    static house::Policy generous() {
        house::Policy out;
        out.commandBurst = 10'000;
        return out;
    }
    ~ApiWorld() {
        http.reset();
        api.reset();
        house.reset();
        houseThread.reset();
    }
    template <class T>
    base::Result<T> ask(const std::function<void(server::HouseService::Answer<T>)>& call) {
        std::optional<base::Result<T>> result;
        loop.post([&] { call([&](base::Result<T> r) { result.emplace(std::move(r)); }); });
        runUntil([&] { return result.has_value(); });
        return std::move(*result);
    }
    void runUntil(const std::function<bool()>& ready) { REQUIRE(loop.runUntil(ready, std::chrono::seconds(20))); }

    net::HttpResponse send(const std::string& method, const std::string& path, const std::string& body = {}, net::Headers headers = {}) {
        net::HttpCall call;
        call.method = method;
        call.url = *net::Url::parse(origin + path);
        call.body = body;
        call.headers = std::move(headers);
        if (method == "POST" && !call.headers.contains("content-type")) call.headers["content-type"] = "application/json";
        std::optional<base::Result<net::HttpResponse>> result;
        auto pending = net::sendHttp(loop, std::move(call), [&](auto r) { result.emplace(std::move(r)); });
        runUntil([&] { return result.has_value(); });
        REQUIRE(*result);
        return std::move(**result);
    }
    template <class T, class R>
    base::Result<T> post(const std::string& path, const R& request, const std::string& session = {}) {
        net::Headers headers;
        if (!session.empty()) headers["authorization"] = "Bearer " + session;
        return read<T>(send("POST", "/api/v1/" + path, api::toJson(request), headers));
    }
    template <class T>
    base::Result<T> get(const std::string& path, const std::string& session) {
        return read<T>(send("GET", "/api/v1/" + path, {}, {{"authorization", "Bearer " + session}}));
    }
    template <class T>
    base::Result<T> read(const net::HttpResponse& response) {
        CHECK(response.header("content-type") == "application/json");
        if (response.status == 200) return api::fromJson<T>(response.body);
        const auto error = api::fromBody(*api::fromJson<api::ErrorBody>(response.body));
        CHECK(server::statusOf(error) == response.status);
        return base::Unexpected(error);
    }
    base::Result<api::Redeemed> redeem(const std::string& name, const std::string& link) {
        const auto [id, secret] = HouseWorld::parts(link);
        const auto purpose = api::redeemPurpose(id);
        const auto c = post<api::Challenge>("challenge", api::ChallengeRequest{crypto::randomToken(16), purpose}).value();
        const auto key = HouseWorld::keyOf(name);
        api::Proof p{base::toBase64Url(key.publicKey()), c.nonce, origin, c.expiresMs, {}};
        p.signature = base::toBase64Url(key.sign(api::personStatement(c.house, origin, purpose, c.nonce, c.expiresMs)));
        return post<api::Redeemed>("invitations/redeem", api::RedeemRequest{id, secret, name, p});
    }
};

}  // namespace parlour::tests
