// SPDX-License-Identifier: Apache-2.0
#include "core/server/http_api.h"

#include <algorithm>
#include <set>

#include "core/api/house_json.h"
#include "core/server/arrival_gate.h"
#include "core/server/throttle.h"
#include "core/server/version.h"

namespace parlour::server {

using base::ErrorKind;

namespace {

constexpr std::string_view kPrefix = "/api/v1/";

base::Error plainError(ErrorKind kind, std::string code, std::string message, std::string advice = {}) {
    return {kind, std::move(code), std::move(message), std::move(advice), {}};
}

net::HttpResponse jsonResponse(int status, std::string body) {
    auto response = net::HttpResponse::json(status, std::move(body));
    response.headers["cache-control"] = "no-store";
    response.headers["x-content-type-options"] = "nosniff";
    return response;
}
net::HttpResponse errorResponse(const base::Error& error, int status = 0) {
    auto response = jsonResponse(status ? status : statusOf(error), api::toJson(api::toBody(error)));
    if (const int seconds = retryAfterOf(error); seconds > 0) response.headers["retry-after"] = std::to_string(seconds);
    else if (response.status == 429) response.headers["retry-after"] = "25";
    return response;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
    return out;
}

/// "host[:port]" of an origin, with and without a default port.
void addNames(std::set<std::string>& names, const std::string& origin) {
    const auto at = origin.find("://");
    if (at == std::string::npos) return;
    const std::string authority = lower(origin.substr(at + 3));
    names.insert(authority);
    const auto colon = authority.rfind(':'), bracket = authority.rfind(']');
    const bool hasPort = colon != std::string::npos && (bracket == std::string::npos || colon > bracket);
    if (!hasPort) names.insert(authority + (origin.starts_with("https") ? ":443" : ":80"));
}

std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty()) {
        const auto slash = path.find('/');
        parts.emplace_back(path.substr(0, slash));
        if (slash == std::string_view::npos) break;
        path.remove_prefix(slash + 1);
    }
    return parts;
}

/// If-None-Match names this tag (RFC 9110 section 13.1.2), weakly or not.
bool hasTag(std::string_view known, std::string_view tag) { return known == "*" || known.find(tag) != std::string_view::npos; }

/// A failure that says somebody guessed: the wrong secret, token, signature. No session at all is no guess.
bool isGuess(const base::Error& error, bool hadSession) {
    return error.code == "invitation_unknown" || (error.code == "session_invalid" && hadSession) || error.code == "proof_invalid" ||
           error.code == "token_invalid";
}

bool asksBySecret(std::string_view path) {
    if (!path.starts_with(kPrefix)) return true;
    path.remove_prefix(kPrefix.size());
    for (const std::string_view secret : {"invitations/preview", "invitations/redeem", "guests/open", "guests/public", "guests/remind", "links/"})
        if (path.starts_with(secret)) return true;
    return path == "applications";
}

base::Error tooManyTries() {
    return plainError(ErrorKind::exhausted, "too_many_tries", "Too many wrong secrets came from your network.",
                      "Wait half an hour and check the link.");
}

}  // namespace

int statusOf(const base::Error& error) {
    switch (error.kind) {
        case ErrorKind::invalidInput: return error.code == "too_large" ? 413 : 400;
        case ErrorKind::notFound: return 404;
        case ErrorKind::refused: return 403;
        case ErrorKind::conflict: return 409;
        case ErrorKind::expired: return 410;
        case ErrorKind::exhausted:
            for (const auto* code : {"too_fast", "code_wait", "too_many_tries", "hand_too_soon", "reacting_too_fast"})
                if (error.code == code) return 429;
            return 409;
        case ErrorKind::unreachable: return 502;
        case ErrorKind::untrusted: return 401;
        case ErrorKind::unavailable: return error.code == "disk_full" ? 507 : 503;
        case ErrorKind::cancelled: return 503;
        case ErrorKind::internal: return 500;
    }
    return 500;
}

struct HttpApi::Impl : std::enable_shared_from_this<HttpApi::Impl> {
    Impl(HouseService& theHouse, const base::Clock& theClock, HttpApiSettings theSettings)
        : house(theHouse), clock(theClock), settings(std::move(theSettings)), throttle(settings.failuresPerIp) {
        for (const auto& origin : settings.origins) {
            addNames(hosts, origin);
            origins.insert(lower(origin));
        }
    }

    HouseService& house;
    const base::Clock& clock;
    HttpApiSettings settings;
    Throttle throttle;
    std::set<std::string> hosts;
    std::set<std::string> origins;
    bool draining = false;

    struct Call {
        const net::HttpRequest& request;
        net::Respond respond;
    };

    template <class T>
    HouseService::Answer<T> answering(const Call& call) {
        return [self = shared_from_this(), respond = call.respond, ip = call.request.remote.ip,
                session = !caller(call.request).session.empty()](base::Result<T> result) {
            if (result) return respond(jsonResponse(200, api::toJson(*result)));
            respond(self->refusal(result.error(), ip, session));
        };
    }
    /// Counts guesses; after too many of them the next ones learn no more than that.
    net::HttpResponse refusal(const base::Error& error, const base::IpAddress& ip, bool hadSession, int status = 0) {
        if (!isGuess(error, hadSession)) return errorResponse(error, status);
        const bool blocked = throttle.blocked(ip, clock.now());
        throttle.failed(ip, clock.now());
        return blocked ? errorResponse(tooManyTries(), 429) : errorResponse(error, status);
    }
    /// The body as T; answers 400 otherwise. An empty body is {}.
    template <class T>
    std::optional<T> body(const Call& call) {
        auto parsed = api::fromJson<T>(call.request.body.empty() ? "{}" : std::string_view(call.request.body));
        if (parsed) return std::move(*parsed);
        call.respond(errorResponse(parsed.error()));
        return std::nullopt;
    }
    /// What newcomers ask: through the gate, if there is one.
    template <class T>
    void arrive(const Call& call, std::function<void(HouseService::Answer<T>)> ask) {
        auto answer = answering<T>(call);
        if (settings.arrivals == nullptr) return ask(std::move(answer));
        auto entered = settings.arrivals->enter([ask = std::move(ask), answer](ArrivalGate::Finished finished) {
            ask([answer, finished = std::move(finished)](base::Result<T> result) {
                answer(std::move(result));
                finished();
            });
        });
        if (!entered) answer(base::Unexpected(std::move(entered).error()));
    }
    static Caller caller(const net::HttpRequest& request) {
        const auto header = request.header("authorization");
        constexpr std::string_view kBearer = "bearer ";
        if (header.size() <= kBearer.size() || lower(header.substr(0, kBearer.size())) != kBearer) return {};
        return {std::string(header.substr(kBearer.size())), false};
    }

    void redeem(const api::RedeemRequest& request, HouseService::Answer<api::Redeemed> answer);
    void token(const Caller& who, const base::RoomId& room, const api::TokenRequest& request, HouseService::Answer<api::JoinGrant> answer);
    void handleApi(const Call& call);
    bool refusedBefore(const Call& call);
    bool routeOpen(const Call& call, const std::string& path);
    bool routeRoom(const Call& call, const std::vector<std::string>& path);
    void routeTopic(const Call& call);
    void metrics(const Call& call);
};

/// Origin, Host, method and content type, before anything is looked at (security: T56).
bool HttpApi::Impl::refusedBefore(const Call& call) {
    const auto& request = call.request;
    const auto refuse = [&](int status, base::Error error) {
        call.respond(errorResponse(error, status));
        return true;
    };
    if (!hosts.contains(lower(request.header("host"))))
        return refuse(421, plainError(ErrorKind::refused, "host_unknown", "This house does not answer under that name.",
                                      "Use the address of the invitation link, or set --public-url."));
    if (const auto origin = request.header("origin"); !origin.empty() && !origins.contains(lower(origin)))
        return refuse(403, plainError(ErrorKind::refused, "origin_refused", "Web pages of other places may not call this house."));
    if (request.method != "GET" && request.method != "POST")
        return refuse(405, plainError(ErrorKind::invalidInput, "bad_method", "Only GET and POST are understood here."));
    if (request.method == "POST") {
        const std::string type = lower(request.header("content-type"));
        if (type != "application/json" && !type.starts_with("application/json;"))
            return refuse(415, plainError(ErrorKind::invalidInput, "bad_content_type", "The body has to be application/json."));
        if (request.body.size() > api::kMaxApiBody)
            return refuse(413, plainError(ErrorKind::invalidInput, "too_large", "The message is too large."));
    }
    // Who has a session, or a key to prove who they are, is not locked out by a guesser in the same network: neither is guessed.
    // Where a secret stands in the body or the path, a session in front of it says nothing.
    const bool known = (!caller(request).session.empty() && !asksBySecret(request.path)) || request.path == "/api/v1/login" ||
                       request.path == "/api/v1/challenge";
    if (!known && throttle.blocked(request.remote.ip, clock.now())) return refuse(429, tooManyTries());
    return false;
}

void HttpApi::Impl::handleApi(const Call& call) {
    if (refusedBefore(call)) return;
    const std::string path = call.request.path.substr(kPrefix.size());
    if (routeOpen(call, path)) return;
    const auto parts = split(path);
    if (parts.size() >= 3 && parts[0] == "rooms" && routeRoom(call, parts)) return;
    routeTopic(call);
}

void HttpApi::Impl::redeem(const api::RedeemRequest& request, HouseService::Answer<api::Redeemed> answer) {
    if (!settings.exchange) return house.redeem(request, std::move(answer));
    house.redeem(request, [self = shared_from_this(), answer = std::move(answer)](base::Result<api::Redeemed> redeemed) {
        // A guest goes to the green room first, and asks for the stage's token when it is time.
        const bool guest = redeemed && (redeemed->kind == api::InvitationKind::guest ||
                                        (redeemed->kind == api::InvitationKind::listener && redeemed->role == api::Role::speaker));
        if (!redeemed || guest || redeemed->join.token.empty()) return answer(std::move(redeemed));
        auto grant = redeemed->join;
        self->settings.exchange(std::move(grant), [answer, redeemed = std::move(*redeemed)](base::Result<api::JoinGrant> join) mutable {
            if (!join) return answer(base::Unexpected(std::move(join).error()));
            redeemed.join = std::move(*join);
            answer(std::move(redeemed));
        });
    });
}

void HttpApi::Impl::token(const Caller& who, const base::RoomId& room, const api::TokenRequest& request,
                          HouseService::Answer<api::JoinGrant> answer) {
    if (!settings.exchange) return house.token(who, room, request, std::move(answer));
    house.token(who, room, request, [self = shared_from_this(), answer = std::move(answer)](base::Result<api::JoinGrant> grant) {
        if (!grant) return answer(std::move(grant));
        self->settings.exchange(std::move(*grant), answer);
    });
}

/// The topics' table: the house knows what its paths are.
void HttpApi::Impl::routeTopic(const Call& call) {
    const auto& request = call.request;
    house.request({request.method, request.path, request.query, request.body, caller(request)},
                  [self = shared_from_this(), respond = call.respond, ip = request.remote.ip, session = !caller(request).session.empty(),
                   known = std::string(request.header("if-none-match"))](base::Result<ApiReply> reply) {
                      if (!reply) {
                          return respond(self->refusal(reply.error(), ip, session, reply.error().code == "bad_method" ? 405 : 0));
                      }
                      auto response = jsonResponse(200, std::move(reply->body));
                      response.headers["content-type"] = reply->type;
                      for (const auto& [name, value] : reply->headers) response.headers[name] = value;
                      if (const auto tag = reply->headers.find("etag"); tag != reply->headers.end() && hasTag(known, tag->second)) {
                          response.status = 304;
                          response.body.clear();
                      }
                      respond(std::move(response));
                  });
}

bool HttpApi::Impl::routeOpen(const Call& call, const std::string& path) {
    const bool post = call.request.method == "POST";
    if (post && path == "challenge") {
        if (auto in = body<api::ChallengeRequest>(call)) house.challenge(*in, answering<api::Challenge>(call));
    } else if (post && path == "invitations/preview") {
        if (auto in = body<api::PreviewRequest>(call)) house.preview(*in, answering<api::Preview>(call));
    } else if (post && path == "invitations/redeem") {
        if (auto in = body<api::RedeemRequest>(call))
            arrive<api::Redeemed>(call, [self = shared_from_this(), in = *in](auto answer) { self->redeem(in, std::move(answer)); });
    } else if (post && path == "login") {
        if (auto in = body<api::LoginRequest>(call)) house.login(*in, answering<api::LoginAnswer>(call));
    } else if (!post && path == "rooms") {
        house.rooms(caller(call.request), answering<api::RoomList>(call));
    } else {
        return false;
    }
    return true;
}

bool HttpApi::Impl::routeRoom(const Call& call, const std::vector<std::string>& path) {
    const bool post = call.request.method == "POST";
    const Caller who = caller(call.request);
    const base::RoomId room(path[1]);
    const std::string& what = path[2];
    if (path.size() == 3 && post && what == "token") {
        if (auto in = body<api::TokenRequest>(call))
            arrive<api::JoinGrant>(call, [self = shared_from_this(), who, room, in = *in](auto answer) { self->token(who, room, in, std::move(answer)); });
    } else if (path.size() == 3 && post && what == "stage") {
        if (auto in = body<api::StageCommand>(call)) house.command(who, room, *in, answering<api::StageAnswer>(call));
    } else if (path.size() == 3 && post && what == "leave") {
        house.leave(who, room, answering<api::Nothing>(call));
    } else if (path.size() == 3 && !post && what == "hands") {
        house.hands(who, room, answering<api::Hands>(call));
    } else if (path.size() == 3 && !post && what == "invitations") {
        house.invitations(who, room, answering<api::InvitationList>(call));
    } else if (path.size() == 3 && post && what == "invitations") {
        if (auto in = body<api::InvitationWish>(call)) house.createInvitation(who, room, *in, answering<api::InvitationMade>(call));
    } else if (path.size() == 5 && post && what == "invitations" && path[4] == "revoke") {
        if (auto in = body<api::RevokeWish>(call))
            house.revokeInvitation(who, room, base::InvitationId(path[3]), in->scope, answering<api::Nothing>(call));
    } else {
        return false;
    }
    return true;
}

/// Loopback listener only, asked from this machine and not through a proxy.
void HttpApi::Impl::metrics(const Call& call) {
    const auto& r = call.request;
    const bool proxied = !r.header("x-forwarded-for").empty() || !r.header("forwarded").empty();
    if (!settings.metrics || !settings.metricsText || proxied || !r.remote.ip.isLoopback() || !hosts.contains(lower(r.header("host"))))
        return call.respond(net::HttpResponse::text(404, "not found\n"));
    settings.metricsText([respond = call.respond](std::string text) {
        net::HttpResponse response{200, {{"content-type", "text/plain; version=0.0.4; charset=utf-8"}}, std::move(text)};
        respond(std::move(response));
    });
}

HttpApi::HttpApi(HouseService& house, const base::Clock& clock, HttpApiSettings settings)
    : m_impl(std::make_shared<Impl>(house, clock, std::move(settings))) {}
HttpApi::~HttpApi() = default;

void HttpApi::setDraining() { m_impl->draining = true; }
std::uint64_t HttpApi::failedSecrets() const { return m_impl->throttle.failures(); }

bool HttpApi::handle(const net::HttpRequest& request, const net::Respond& respond) {
    const Impl::Call call{request, respond};
    const std::string& path = request.path;
    if (path.starts_with(kPrefix)) {
        m_impl->handleApi(call);
        return true;
    }
    if (m_impl->house.hasPath(path)) {
        if (!m_impl->refusedBefore(call)) m_impl->routeTopic(call);
        return true;
    }
    const bool ours = isPagePath(path) || path == "/" || path == "/healthz" || path == "/readyz" || path == "/version" ||
                      path == "/metrics";
    if (!ours) return false;
    if (request.method != "GET") {
        respond(net::HttpResponse::text(405, "only GET\n"));
        return true;
    }
    if (isPagePath(path)) {
        respond(pageAnswer(path, m_impl->settings.sound));
    } else if (path == "/healthz") {
        respond(net::HttpResponse::text(200, "ok\n"));
    } else if (path == "/readyz") {
        if (m_impl->draining) {
            respond(net::HttpResponse::text(503, "draining\n"));
        } else {
            m_impl->house.probe([respond](base::Result<void> result) {
                respond(result ? net::HttpResponse::text(200, "ready\n") : net::HttpResponse::text(503, "not ready\n"));
            });
        }
    } else if (path == "/version") {
        respond(jsonResponse(200, api::toJson(api::VersionInfo{"parlourd", std::string(kVersion), 1})));
    } else if (path == "/metrics") {
        m_impl->metrics(call);
    } else {
        respond(net::HttpResponse::text(200, "Parlour room server. Open an invitation link to join a room.\n"));
    }
    return true;
}

}  // namespace parlour::server
