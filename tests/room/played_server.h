// SPDX-License-Identifier: Apache-2.0
// A LiveKit server made of what a test wants it to say: takes signalling connections and keeps what came. No media.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/net/http_server.h"
#include "core/signal/access_token.h"
#include "core/signal/codec.h"
#include "core/signal/join_request.h"
#include "tests/support/catch.h"

namespace parlour::tests {

struct PlayedServer {
    struct Arrival {
        std::string path;
        std::string token;
        std::map<std::string, std::string> query;
        std::optional<signal::JoinRequest> join;
        std::shared_ptr<net::WebSocket> channel;   ///< null where it was refused
        std::vector<signal::SignalRequest> said;

        bool single() const { return join.has_value(); }
        bool resumes() const { return join ? join->reconnect : query.count("reconnect") != 0; }
        std::string sid() const { return join ? join->participant.str() : query.count("sid") != 0 ? query.at("sid") : std::string(); }
    };

    std::vector<std::unique_ptr<Arrival>> arrivals;
    /// 0 takes the connection; else the status and the body of the answer.
    std::function<std::pair<int, std::string>(const Arrival&)> door = [](const Arrival&) { return std::pair(0, std::string()); };
    std::unique_ptr<net::HttpServer> http;

    explicit PlayedServer(net::EventLoop& loop) {
        net::HttpServerSettings settings;
        settings.listen = *base::SocketAddress::parse("127.0.0.1:0");
        auto listening = net::HttpServer::listen(loop, std::move(settings), {[](const net::HttpRequest&, const net::Respond& respond) { respond(net::HttpResponse::text(404, "404 page not found")); },
                                                                  [this](const net::HttpRequest& request, const net::Upgrade& upgrade) { arrive(request, upgrade); }});
        REQUIRE(listening);
        http = std::move(*listening);
    }
    std::string url() const { return "ws://127.0.0.1:" + std::to_string(http->localAddress().port); }

    /// The first thing a server says; the client counts as nobody's guest.
    static void welcome(Arrival& to, bool subscriberPrimary = false, std::vector<signal::IceServer> relays = {}) {
        signal::Join join;
        join.room.name = base::RoomId("talk");
        join.room.sid = base::RoomSid("RM_1");
        join.participant.sid = base::ParticipantSid("PA_1");
        join.participant.identity = base::Identity("ana");
        join.participant.permission = {true, true, true, false, false, {}};
        join.server.version = "1.13.5";
        join.subscriberPrimary = subscriberPrimary;
        join.iceServers = std::move(relays);
        say(to, join);
    }
    static void say(Arrival& to, const signal::SignalResponse& message) { to.channel->send(signal::encode(message)); }

    static std::string token(const std::string& identity = "ana") {
        signal::AccessToken claims;
        claims.identity = base::Identity(identity);
        claims.expires = base::fromUnixMs(4'000'000'000'000);
        claims.video.roomJoin = true;
        claims.video.room = base::RoomId("talk");
        return *signal::mintToken(claims, {"key", "a secret of more than thirty-two bytes"});
    }

  private:
    void arrive(const net::HttpRequest& request, const net::Upgrade& upgrade) {
        auto& one = *arrivals.emplace_back(std::make_unique<Arrival>());
        one.path = request.path;
        one.query = request.query;
        const auto bearer = request.header("authorization");
        one.token = bearer.starts_with("Bearer ") ? std::string(bearer.substr(7)) : std::string();
        if (const auto it = request.query.find("join_request"); it != request.query.end()) {
            auto join = signal::decodeJoinRequest(it->second);
            REQUIRE(join);
            one.join = std::move(*join);
        }
        const auto [status, body] = door(one);
        if (status != 0) return upgrade.refuse(net::HttpResponse::text(status, body));
        one.channel = upgrade.accept();
        one.channel->onClosed([](int, const std::string&) {});
        one.channel->onMessage([&one](base::ByteView bytes) {
            if (auto message = signal::decodeRequest(bytes)) one.said.push_back(std::move(*message));
        });
    }
};

}  // namespace parlour::tests
