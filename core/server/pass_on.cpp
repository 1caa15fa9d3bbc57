// SPDX-License-Identifier: Apache-2.0
#include "core/server/pass_on.h"

#include <algorithm>
#include <array>
#include <set>

#include "core/api/house_json.h"
#include "core/base/log.h"
#include "core/crypto/hash.h"
#include "core/net/http_client.h"
#include "core/net/websocket.h"
#include "core/server/admin.h"

namespace parlour::server {

namespace {

constexpr const char* kKey = "parlour-pass-key";
constexpr const char* kFor = "parlour-pass-for";
constexpr const char* kHost = "parlour-pass-host";
constexpr const char* kSecure = "parlour-pass-secure";
constexpr const char* kAdmin = "parlour-pass-admin";   // written by admin() alone: people's headers of that kind are taken away
constexpr const char* kAdminPath = "/parlour/admin";
constexpr std::size_t kMaxAnswer = 32 * 1024 * 1024;
constexpr base::Duration kAnswerTime = std::chrono::seconds(28);   // before the door here answers by itself
constexpr base::Duration kConnectTime = std::chrono::seconds(10);
constexpr int kServiceRestart = 1012;                              // RFC 6455 section 11.7's registry

/// Of one connection, not of the request (RFC 9110 section 7.6.1), or made anew.
bool isHop(const std::string& name) {
    static const std::set<std::string> kHops{"connection", "keep-alive",       "proxy-connection", "te",     "trailer", "transfer-encoding",
                                             "upgrade",    "content-length",   "host",             "expect", "date",    "sec-websocket-key",
                                             "sec-websocket-version", "sec-websocket-extensions", "sec-websocket-protocol"};
    return kHops.contains(name) || name.starts_with("parlour-pass-");
}

base::Error moving() {
    return {base::ErrorKind::unavailable, "house_moved", "Another server takes this house over; nothing was changed.", "Try again in a moment.", "1"};
}

net::HttpResponse unsure() {
    const base::Error error{base::ErrorKind::unavailable, "answer_lost", "The server that runs this house stopped answering.",
                            "Look whether it is done before you repeat it.", {}};
    return net::HttpResponse::json(502, api::toJson(api::toBody(error)));
}

/// What may be sent in a close frame (RFC 6455 section 7.4).
int sendable(int code) {
    const bool standard = code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
    return standard || (code >= 3000 && code <= 4999) ? code : kServiceRestart;
}

}  // namespace

net::HttpResponse houseMoving() {
    auto response = net::HttpResponse::json(503, api::toJson(api::toBody(moving())));
    response.headers["retry-after"] = "1";
    response.headers["cache-control"] = "no-store";
    return response;
}

struct PassOn::Impl : std::enable_shared_from_this<PassOn::Impl> {
    explicit Impl(net::EventLoop& theLoop) : loop(theLoop) {}

    struct Call {
        net::Pending pending;
        std::function<void()> letGo;   ///< answers in its place
    };
    struct Pair {
        std::shared_ptr<net::WebSocket> down, up;
    };
    net::EventLoop& loop;
    std::optional<PassTarget> target;
    std::map<std::uint64_t, Call> calls;
    std::map<std::uint64_t, Pair> pairs;
    std::uint64_t next = 1;
    PassStats stats;

    net::Url urlOf(const std::string& wire) const {
        const auto question = wire.find('?');
        net::Url url;
        url.scheme = "http";
        url.host = target->address.ip.toString();
        url.port = target->address.port;
        return url.at(wire.substr(0, question), question == std::string::npos ? std::string() : wire.substr(question + 1));
    }
    net::Headers headersOf(const net::HttpRequest& request) const {
        net::Headers out;
        for (const auto& [name, value] : request.headers)
            if (!isHop(name)) out[name] = value;
        out[kKey] = target->key;
        out[kFor] = request.remote.toString();
        out[kHost] = std::string(request.header("host"));
        if (request.secure) out[kSecure] = "1";
        return out;
    }
    /// The answer was called; what waited for it goes in a task of its own, as this may be its callback.
    void forget(std::uint64_t number) {
        loop.post([weak = weak_from_this(), number] {
            if (const auto self = weak.lock()) self->calls.erase(number);
        });
    }
    void letGo() {
        for (auto& [number, call] : std::exchange(calls, {})) {
            call.pending.cancel();
            if (call.letGo) call.letGo();
        }
        for (auto& [number, pair] : std::exchange(pairs, {})) {
            pair.up->close(kServiceRestart);
            pair.down->close(kServiceRestart);
        }
    }
    void tie(const std::shared_ptr<net::WebSocket>& down, const std::shared_ptr<net::WebSocket>& up);
    void untie(std::uint64_t number, bool downClosed, int code, const std::string& reason);
};

PassOn::PassOn(net::EventLoop& loop) : m_impl(std::make_shared<Impl>(loop)) {}
PassOn::~PassOn() {
    m_impl->calls.clear();
    m_impl->pairs.clear();
}

void PassOn::setTarget(std::optional<PassTarget> target) {
    if (m_impl->target == target) return;
    m_impl->target = std::move(target);
    m_impl->letGo();
}
bool PassOn::hasTarget() const { return m_impl->target.has_value(); }

PassStats PassOn::stats() const {
    auto stats = m_impl->stats;
    stats.open = m_impl->pairs.size();
    return stats;
}

void PassOn::handle(const net::HttpRequest& request, net::Respond respond) {
    auto& s = *m_impl;
    if (!s.target) {
        ++s.stats.refused;
        return respond(houseMoving());
    }
    ++s.stats.requests;
    net::HttpCall call;
    call.method = request.isHead ? "HEAD" : request.method;
    call.url = s.urlOf(request.target);
    call.headers = s.headersOf(request);
    call.body = request.body;
    call.timeout = kAnswerTime;
    call.maxBody = kMaxAnswer;
    const auto number = s.next++;
    // Whoever only asks may ask again; what was perhaps done must not be done twice.
    const bool again = request.method == "GET";
    auto pending = net::sendHttp(s.loop, std::move(call), [weak = m_impl->weak_from_this(), number, again, respond](base::Result<net::HttpResponse> answer) {
        const auto self = weak.lock();
        if (!self) return;
        self->forget(number);
        if (!answer) {
            ++self->stats.refused;
            const auto& code = answer.error().code;
            const bool sent = code == "answer_timeout" || code == "connection_lost" || code == "bad_http" || code == "answer_too_long";
            return respond(sent && !again ? unsure() : houseMoving());
        }
        for (const char* name : {"connection", "content-length", "date", "keep-alive", "transfer-encoding"}) answer->headers.erase(name);
        respond(std::move(*answer));
    });
    s.calls.emplace(number, Impl::Call{std::move(pending), [respond, again] { respond(again ? houseMoving() : unsure()); }});
}

void PassOn::handle(const net::HttpRequest& request, net::Upgrade upgrade) {
    auto& s = *m_impl;
    if (!s.target) {
        ++s.stats.refused;
        return upgrade.refuse(houseMoving());
    }
    ++s.stats.upgrades;
    net::WebSocketRequest ask;
    ask.url = s.urlOf(request.target);
    ask.headers = s.headersOf(request);
    ask.timeout = kConnectTime;
    const auto number = s.next++;
    net::WebSocketAnswers answers;
    answers.onOpen = [weak = m_impl->weak_from_this(), number, upgrade](std::shared_ptr<net::WebSocket> up) {
        const auto self = weak.lock();
        if (!self) return;
        self->forget(number);
        self->tie(upgrade.accept(), up);
    };
    answers.onRefused = [weak = m_impl->weak_from_this(), number, upgrade](net::WebSocketRefusal refusal) {
        const auto self = weak.lock();
        if (!self) return;
        self->forget(number);
        if (refusal.status == 0) {
            ++self->stats.refused;
            return upgrade.refuse(houseMoving());
        }
        auto response = refusal.body.starts_with('{') ? net::HttpResponse::json(refusal.status, std::move(refusal.body))
                                                      : net::HttpResponse::text(refusal.status, std::move(refusal.body));
        if (refusal.retryAfterS > 0) response.headers["retry-after"] = std::to_string(refusal.retryAfterS);
        upgrade.refuse(std::move(response));
    };
    s.calls.emplace(number, Impl::Call{net::connectWebSocket(s.loop, std::move(ask), std::move(answers)), [upgrade] { upgrade.refuse(houseMoving()); }});
}

void PassOn::Impl::tie(const std::shared_ptr<net::WebSocket>& down, const std::shared_ptr<net::WebSocket>& up) {
    const auto number = next++;
    pairs.emplace(number, Pair{down, up});
    for (const bool isDown : {true, false}) {
        const auto& from = isDown ? down : up;
        const auto to = std::weak_ptr(isDown ? up : down);
        from->onClosed([weak = weak_from_this(), number, isDown](int code, std::string reason) {
            if (const auto self = weak.lock()) self->untie(number, isDown, code, reason);
        });
        from->onText([to](std::string_view text) {
            if (const auto there = to.lock()) there->sendText(text);
        });
        from->onMessage([to](std::span<const std::byte> message) {
            if (const auto there = to.lock()) there->send(message);
        });
    }
}

void PassOn::Impl::untie(std::uint64_t number, bool downClosed, int code, const std::string& reason) {
    const auto it = pairs.find(number);
    if (it == pairs.end()) return;
    (downClosed ? it->second.up : it->second.down)->close(sendable(code), reason.substr(0, 100));
    // Kept until the close frame is out: the channel ends with its last reference.
    auto pair = std::make_shared<Pair>(std::move(it->second));
    pairs.erase(it);
    loop.post([pair] { *pair = {}; });
}

void PassOn::admin(const std::string& line, std::function<void(std::string)> answer) {
    auto& s = *m_impl;
    const auto failed = [answer](const base::Error& error) { answer("{\"error\":" + api::toJson(api::toBody(error)) + "}"); };
    if (!s.target) return failed(moving());
    net::HttpCall call;
    call.method = "POST";
    call.url = s.urlOf(kAdminPath);
    call.headers = {{kKey, s.target->key}, {kAdmin, "1"}, {kFor, "127.0.0.1:0"}, {kHost, ""}, {"content-type", "application/json"}};
    call.body = line;
    call.timeout = kAnswerTime;
    call.maxBody = kMaxAnswer;
    const auto number = s.next++;
    auto pending = net::sendHttp(s.loop, std::move(call), [weak = m_impl->weak_from_this(), number, failed, answer](base::Result<net::HttpResponse> got) {
        const auto self = weak.lock();
        if (!self) return;
        self->forget(number);
        if (!got) return failed(got.error());
        if (got->status != 200) return failed(moving());
        answer(std::move(got->body));
    });
    s.calls.emplace(number, Impl::Call{std::move(pending), [failed] { failed(moving()); }});
}

std::optional<net::HttpRequest> passedOn(const net::HttpRequest& request, const std::string& key) {
    if (key.empty() || !crypto::equalConstantTime(std::string(request.header(kKey)), key)) return std::nullopt;
    const auto from = base::SocketAddress::parse(request.header(kFor));
    if (!from) return std::nullopt;
    auto out = request;
    out.remote = *from;
    out.headers["host"] = std::string(request.header(kHost));
    out.secure = !request.header(kSecure).empty();
    for (auto it = out.headers.begin(); it != out.headers.end();)
        it = it->first.starts_with("parlour-pass-") ? out.headers.erase(it) : std::next(it);
    return out;
}

bool isAdminLine(const net::HttpRequest& request) { return !request.header(kAdmin).empty(); }

}  // namespace parlour::server
