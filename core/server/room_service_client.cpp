// SPDX-License-Identifier: Apache-2.0
#include "core/server/room_service_client.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace parlour::server {

using base::ErrorKind;

namespace {

constexpr base::Duration kFirstPause = std::chrono::milliseconds(100);
constexpr base::Duration kLongestPause = std::chrono::seconds(1);
constexpr std::chrono::seconds kTokenLife{60};
constexpr std::size_t kMaxAnswer = 64 * 1024 * 1024;   // a list of people: about 1 kB each
constexpr std::size_t kMaxDetail = 200;

base::Error unreachable(std::string detail) {
    return {ErrorKind::unavailable, "media_unreachable", "The sound server does not answer.",
            "The house has noted it and carries it out as soon as it can; look again in a moment.", std::move(detail)};
}

struct Verdict {
    base::Error error;
    bool again = false;   ///< may pass
};

/// Twirp's errors are JSON {code, msg}; a proxy in between answers whatever it likes.
Verdict judge(const net::HttpResponse& response) {
    const auto json = nlohmann::json::parse(response.body, nullptr, false);
    const auto text = [&](const char* key) {
        if (!json.is_object()) return std::string();
        const auto it = json.find(key);
        return it != json.end() && it->is_string() ? it->get<std::string>().substr(0, kMaxDetail) : std::string();
    };
    const auto code = text("code");
    const std::string detail = "HTTP " + std::to_string(response.status) + (code.empty() ? "" : " " + code) +
                               (text("msg").empty() ? "" : ": " + text("msg"));
    if (code == "not_found" || (code.empty() && response.status == 404))
        return {{ErrorKind::notFound, "media_not_found", "The sound server knows no such room or person.", {}, detail}, false};
    if (response.status == 401 || response.status == 403)
        return {{ErrorKind::unavailable, "media_refused", "The sound server does not accept the house's key.",
                 "Whoever runs the house has to check --livekit-key-file.", detail},
                false};
    if (response.status >= 500 || response.status == 429) return {unreachable(detail), true};
    return {{ErrorKind::internal, "media_error", "The sound server does not understand the house.", {}, detail}, false};
}

}  // namespace

RoomServiceClient::RoomServiceClient(base::Executor& net, const base::Clock& clock, net::Url service, signal::TokenKey key, Send send)
    : m_net(net), m_clock(clock), m_service(service.withWebSocketScheme(false)), m_key(std::move(key)), m_send(std::move(send)) {}

RoomServiceClient::~RoomServiceClient() = default;

std::string RoomServiceClient::token(const RoomServiceCall& call) const {
    signal::AccessToken token;
    token.identity = base::Identity("parlourd");
    token.issuedAt = token.notBefore = m_clock.wallNow();
    token.expires = token.issuedAt + kTokenLife;
    switch (call.grant) {
    case RoomServiceGrant::roomAdmin:
        token.video.roomAdmin = true;
        token.video.room = base::RoomId(call.room);
        break;
    case RoomServiceGrant::roomCreate: token.video.roomCreate = true; break;
    case RoomServiceGrant::roomList: token.video.roomList = true; break;
    }
    return signal::mintToken(token, m_key).value_or(std::string());
}

void RoomServiceClient::call(RoomServiceCall call) {
    auto& line = m_lines[call.queue];
    if (line.items.size() >= kQueue) {
        ++m_stats.overflows;
        m_net.post([answer = std::move(call.answer)] {
            if (answer)
                answer(base::fail(ErrorKind::unavailable, "media_busy", "The sound server does not keep up with the house.",
                                  "Try again in a moment."));
        });
        return;
    }
    const std::string queue = call.queue;
    const auto deadline = m_clock.now() + call.patience;
    line.items.push_back({std::move(call), deadline});
    ++m_stats.waiting;
    run(queue);
}

void RoomServiceClient::run(const std::string& queue) {
    const auto it = m_lines.find(queue);
    if (it == m_lines.end() || it->second.busy) return;
    auto& line = it->second;
    if (line.items.empty()) {
        m_lines.erase(it);
        return;
    }
    line.busy = true;
    auto& item = line.items.front();
    // What waited behind others until its time was over is not begun: whoever gave the order has been told.
    const bool late = item.attempts == 0 && item.call.patience > base::Duration(0) && m_clock.now() >= item.deadline;
    auto body = late ? std::optional(std::string()) : item.call.body();
    if (late || !body) {
        m_net.post([this, alive = std::weak_ptr<bool>(m_alive), queue, late] {
            if (alive.expired()) return;
            if (late) return finish(queue, base::Unexpected(unreachable("waited too long")));
            finish(queue, std::string());
        });
        return;
    }
    ++item.attempts;
    net::HttpCall http;
    http.method = "POST";
    http.url = m_service.at("/twirp/livekit.RoomService/" + item.call.method);
    http.headers["authorization"] = "Bearer " + token(item.call);
    http.headers["content-type"] = "application/json";
    http.body = std::move(*body);
    http.timeout = kAttempt;
    http.maxBody = kMaxAnswer;
    line.pending = m_send(std::move(http), [this, alive = std::weak_ptr<bool>(m_alive), queue](base::Result<net::HttpResponse> response) {
        if (!alive.expired()) answered(queue, std::move(response));
    });
}

void RoomServiceClient::answered(const std::string& queue, base::Result<net::HttpResponse> response) {
    auto& line = m_lines[queue];
    if (response || response.error().code == "answer_timeout") ++m_stats.heard;
    if (response && response->status == 200) return finish(queue, std::move(response->body));
    const bool kept = !response && response.error().code == kNotOurs;   // says nothing of LiveKit
    auto verdict = response ? judge(*response) : Verdict{kept ? response.error() : unreachable(base::describe(response.error())), true};
    auto& item = line.items.front();
    const auto pause = std::min(kLongestPause, kFirstPause * (1 << std::min(item.attempts - 1, 4)));
    if (!verdict.again || m_clock.now() + pause >= item.deadline) return finish(queue, base::Unexpected(std::move(verdict.error)));
    ++m_stats.retries;
    line.retry = m_net.postAfter(pause, [this, queue] {
        m_lines[queue].busy = false;
        run(queue);
    });
}

void RoomServiceClient::finish(const std::string& queue, base::Result<std::string> result) {
    auto& line = m_lines[queue];
    auto item = std::move(line.items.front());
    line.items.pop_front();
    line.busy = false;
    --m_stats.waiting;
    ++m_stats.calls;
    if (!result && result.error().kind != ErrorKind::notFound) ++m_stats.failures;
    if (item.call.answer) item.call.answer(std::move(result));
    run(queue);
}

}  // namespace parlour::server
