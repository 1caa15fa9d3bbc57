// SPDX-License-Identifier: Apache-2.0
#include "core/server/livekit_check.h"

#include "core/crypto/random.h"
#include "core/net/event_loop.h"
#include "core/net/http_client.h"
#include "core/server/livekit_house.h"

namespace parlour::server {

namespace {

constexpr base::Duration kPatience = std::chrono::seconds(6);
constexpr const char* kWhat = "LiveKit server";

CheckLine failed(const base::Error& error) { return {false, kWhat, base::describe(error)}; }

template <class T>
base::Result<T> wait(net::EventLoop& loop, const std::function<void(std::function<void(base::Result<T>)>)>& ask) {
    std::optional<base::Result<T>> result;
    ask([&](base::Result<T> answer) { result.emplace(std::move(answer)); });
    if (!loop.runUntil([&] { return result.has_value(); }, kPatience))
        return base::fail(base::ErrorKind::unreachable, "answer_timeout", "Nothing answered in time.");
    return std::move(*result);
}

}  // namespace

void checkLiveKit(const ServerConfig& config, const base::Clock& clock, std::vector<CheckLine>& lines) {
    net::EventLoop loop;
    const LiveKitHouseSettings settings{config.livekitUrl, config.livekitServiceUrl, config.livekitKeyFile};
    if (auto made = LiveKitHouse::make(loop, clock, settings, {}); !made) return lines.push_back(failed(made.error()));
    const auto key = readLiveKitKey(config.livekitKeyFile);
    const auto service = net::Url::parse(config.livekitServiceUrl.empty() ? config.livekitUrl : config.livekitServiceUrl);
    if (!key || !service) return;
    RoomServiceClient client(loop, clock, *service, *key,
                             [&](net::HttpCall call, net::HttpAnswer answer) { return net::sendHttp(loop, std::move(call), std::move(answer)); });
    const std::string nowhere = "parlour-check-" + crypto::randomString(16);
    const auto listed = wait<std::string>(loop, [&](auto answer) {
        client.call({"check", {}, RoomServiceGrant::roomList, "ListRooms", [&]() -> std::optional<std::string> { return R"({"names":[")" + nowhere + R"("]})"; },
                     base::Duration(0), std::move(answer)});
    });
    if (!listed) return lines.push_back(failed(listed.error()));
    lines.push_back({true, kWhat, service->origin() + " answers and takes the key"});

    // A token for a room that nobody made: the validate probe says whether LiveKit would make it.
    signal::AccessToken token;
    token.identity = base::Identity("parlourd");
    token.issuedAt = token.notBefore = clock.wallNow();
    token.expires = token.issuedAt + std::chrono::seconds(60);
    token.video.roomJoin = true;
    token.video.room = base::RoomId(nowhere);
    net::HttpCall call;
    call.url = service->withWebSocketScheme(false).at("/rtc/validate");
    call.headers["authorization"] = "Bearer " + signal::mintToken(token, *key).value_or(std::string());
    call.timeout = std::chrono::seconds(5);
    net::Pending pending;
    const auto probed = wait<net::HttpResponse>(loop, [&](auto answer) { pending = net::sendHttp(loop, std::move(call), std::move(answer)); });
    if (!probed) return lines.push_back(failed(probed.error()));
    if (probed->status == 404)
        lines.push_back({true, "LiveKit rooms", "are made by the house only"});
    else
        lines.push_back({false, "LiveKit rooms", probed->status == 200
                                                     ? "old tokens make ended rooms anew; set room.auto_create: false in LiveKit's configuration"
                                                     : "the probe was answered with HTTP " + std::to_string(probed->status)});
}

}  // namespace parlour::server
