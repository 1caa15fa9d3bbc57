// SPDX-License-Identifier: Apache-2.0
#include "core/server/livekit_webhook.h"

#include <nlohmann/json.hpp>

#include "core/base/byte_io.h"
#include "core/crypto/hash.h"

namespace parlour::server {

using base::ErrorKind;
using nlohmann::json;

namespace {

base::Unexpected<base::Error> untrusted(std::string detail) {
    return base::fail(ErrorKind::untrusted, "webhook_untrusted", "This message is not signed by our LiveKit server.",
                      "Check the key in webhook.api_key of LiveKit's configuration.", std::move(detail));
}

json part(std::string_view text) {
    const auto bytes = base::fromBase64Url(text);
    if (!bytes) return {};
    const auto view = base::asText(*bytes);
    return json::parse(view.begin(), view.end(), nullptr, false);
}
std::string word(const json& object, const char* key) {
    const auto it = object.find(key);
    return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}
std::optional<std::int64_t> seconds(const json& object, const char* key) {
    const auto it = object.find(key);
    if (it == object.end() || !it->is_number()) return std::nullopt;
    const auto value = it->get<double>();
    return value >= 0 && value < 1e11 ? std::optional(static_cast<std::int64_t>(value)) : std::nullopt;
}

/// The claims of a JWT that this key signed and that is valid now (RFC 7519; the algorithm is ours to name).
base::Result<json> claimsOf(std::string_view jwt, const signal::TokenKey& key, std::int64_t now, std::int64_t leeway) {
    if (jwt.size() > signal::kMaxTokenBytes) return untrusted("token too long");
    const auto first = jwt.find('.'), second = first == std::string_view::npos ? first : jwt.find('.', first + 1);
    if (second == std::string_view::npos || jwt.find('.', second + 1) != std::string_view::npos) return untrusted("no token");
    if (first > signal::kMaxTokenHeaderBytes) return untrusted("token header too long");
    const auto mac = base::fromBase64Url(jwt.substr(second + 1));
    const auto wanted = crypto::hmacSha256(base::asBytes(key.secret), base::asBytes(jwt.substr(0, second)));
    if (!mac || !crypto::equalConstantTime(wanted, *mac)) return untrusted("signature");
    const auto header = part(jwt.substr(0, first)), claims = part(jwt.substr(first + 1, second - first - 1));
    if (!header.is_object() || word(header, "alg") != "HS256" || !claims.is_object()) return untrusted("form");
    if (word(claims, "iss") != key.id) return untrusted("another key");
    const auto until = seconds(claims, "exp"), from = seconds(claims, "nbf");
    if (!until || now > *until + leeway || (from && now + leeway < *from))
        return base::fail(ErrorKind::expired, "webhook_late", "This message is too old.", "Check the clocks of both machines.");
    return claims;
}

}  // namespace

base::Result<LiveKitEvent> LiveKitWebhook::take(const net::HttpRequest& request) {
    auto event = judge(request);
    ++(event ? m_stats.taken : m_stats.refused);
    return event;
}

LiveKitWebhook::LiveKitWebhook(const base::Clock& clock, signal::TokenKey key)
    : m_clock(clock), m_key(std::move(key)), m_since(base::toUnixSeconds(clock.wallNow())) {}

base::Result<LiveKitEvent> LiveKitWebhook::judge(const net::HttpRequest& request) {
    if (request.body.size() > kMaxBody)
        return base::fail(ErrorKind::invalidInput, "too_large", "The message is too large.");
    std::string_view jwt = request.header("authorization");
    if (constexpr std::string_view kBearer = "Bearer "; jwt.starts_with(kBearer)) jwt.remove_prefix(kBearer.size());
    const auto now = base::toUnixSeconds(m_clock.wallNow());
    auto claims = claimsOf(jwt, m_key, now, kLeeway.count());
    if (!claims) return base::Unexpected(std::move(claims).error());
    // Not the signature alone: it says nothing about which body it came with.
    if (!crypto::equalConstantTime(word(*claims, "sha256"), base::toBase64(crypto::sha256(base::asBytes(request.body)))))
        return untrusted("another body");
    auto event = readEvent(request.body);
    if (!event) return base::fail(ErrorKind::invalidInput, "bad_webhook", "This message is no webhook event.");
    event->doubtful = event->createdAt < m_since;
    if (event->createdAt + kMaxAge.count() < now || event->createdAt > now + kLeeway.count())
        return base::fail(ErrorKind::expired, "webhook_late", "This message is too old.", "Check the clocks of both machines.");
    while (!m_byAge.empty() && (m_byAge.begin()->first + kMaxAge.count() < now || m_byAge.size() >= kRemembered)) {
        m_seen.erase(m_byAge.begin()->second);
        m_byAge.erase(m_byAge.begin());
    }
    if (!m_seen.emplace(event->id, event->createdAt).second)
        return base::fail(ErrorKind::conflict, "webhook_repeated", "This message was here before.");
    m_byAge.emplace(event->createdAt, event->id);
    return std::move(*event);
}

}  // namespace parlour::server
