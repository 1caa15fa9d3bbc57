// SPDX-License-Identifier: Apache-2.0
#include "core/signal/access_token.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/byte_io.h"
#include "core/crypto/hash.h"

namespace parlour::signal {
namespace {

using nlohmann::json;

base::Unexpected<base::Error> invalid(std::string detail) {
    return base::fail(base::ErrorKind::untrusted, "token_invalid", "The access token is not valid.",
                      "Ask for a new invitation or join again.", std::move(detail));
}

base::Unexpected<base::Error> refused(std::string code, std::string message) {
    return base::fail(base::ErrorKind::refused, std::move(code), std::move(message), "Join again to get a new token.");
}

std::string_view toText(TokenType type) { return type == TokenType::join ? "join" : "refresh"; }

/// Member access that never throws: the value if it is there and of the right type.
const json* member(const json& object, const char* name) {
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}
std::string text(const json& object, const char* name) {
    const auto* value = member(object, name);
    return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}
bool flag(const json& object, const char* name) {
    const auto* value = member(object, name);
    return value != nullptr && value->is_boolean() && value->get<bool>();
}
std::optional<bool> choice(const json& object, const char* name) {
    const auto* value = member(object, name);
    return value != nullptr && value->is_boolean() ? std::optional(value->get<bool>()) : std::nullopt;
}
/// NumericDate (RFC 7519 section 2): seconds; a fraction is cut.
std::optional<base::WallTime> date(const json& object, const char* name) {
    const auto* value = member(object, name);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    const auto seconds = value->get<double>();
    if (!(seconds >= 0.0) || seconds > 1e11) return std::nullopt;
    return base::fromUnixMs(static_cast<std::int64_t>(seconds) * 1000);
}

json parseObject(base::ByteView bytes) {
    const auto view = base::asText(bytes);
    int depth = 0;
    bool inText = false;
    // Deep nesting is refused before the parser sees it; brackets inside strings are only text.
    for (std::size_t i = 0; i < view.size(); ++i) {
        const char c = view[i];
        if (c == '"') inText = !inText;
        if (inText && c == '\\') ++i;
        if (!inText) depth += c == '{' || c == '[' ? 1 : (c == '}' || c == ']' ? -1 : 0);
        if (depth > 16) return json();
    }
    auto value = json::parse(view.begin(), view.end(), nullptr, false);
    return value.is_object() ? value : json();
}

struct Parts {
    std::string_view header, payload, signature;
};
std::optional<Parts> split(std::string_view jwt) {
    if (jwt.size() > kMaxTokenBytes) return std::nullopt;
    const auto first = jwt.find('.');
    if (first == std::string_view::npos) return std::nullopt;
    const auto second = jwt.find('.', first + 1);
    if (second == std::string_view::npos || jwt.find('.', second + 1) != std::string_view::npos) return std::nullopt;
    return Parts{jwt.substr(0, first), jwt.substr(first + 1, second - first - 1), jwt.substr(second + 1)};
}

std::optional<AccessToken> readClaims(const json& claims) {
    AccessToken token;
    token.issuer = text(claims, "iss");
    token.identity = base::Identity(text(claims, "sub"));
    token.audience = text(claims, "aud");
    token.id = text(claims, "jti");
    token.name = text(claims, "name");
    token.metadata = text(claims, "metadata");
    token.sha256 = text(claims, "sha256");
    if (const auto at = date(claims, "iat")) token.issuedAt = *at;
    if (const auto at = date(claims, "nbf")) token.notBefore = *at;
    if (const auto at = date(claims, "exp")) token.expires = *at;
    const auto type = text(claims, "typ");
    if (type == "join") token.type = TokenType::join;
    if (type == "refresh") token.type = TokenType::refresh;
    if (const auto* epoch = member(claims, "epoch"); epoch != nullptr && epoch->is_number_unsigned())
        token.epoch = epoch->get<std::uint64_t>();
    if (const auto* attributes = member(claims, "attributes"); attributes != nullptr && attributes->is_object())
        for (const auto& [key, value] : attributes->items())
            if (value.is_string() && token.attributes.size() < 64) token.attributes[key] = value.get<std::string>();
    const auto* video = member(claims, "video");
    if (video == nullptr || !video->is_object()) return token;
    auto& grant = token.video;
    grant.roomJoin = flag(*video, "roomJoin");
    grant.room = base::RoomId(text(*video, "room"));
    grant.canPublish = choice(*video, "canPublish");
    grant.canSubscribe = choice(*video, "canSubscribe");
    grant.canPublishData = choice(*video, "canPublishData");
    grant.canUpdateOwnMetadata = choice(*video, "canUpdateOwnMetadata");
    grant.roomCreate = flag(*video, "roomCreate");
    grant.roomList = flag(*video, "roomList");
    grant.roomAdmin = flag(*video, "roomAdmin");
    grant.hidden = flag(*video, "hidden");
    if (const auto* sources = member(*video, "canPublishSources"); sources != nullptr && sources->is_array())
        for (const auto& source : *sources)
            if (source.is_string() && grant.canPublishSources.size() < 8) grant.canPublishSources.push_back(source.get<std::string>());
    return token;
}

json writeClaims(const AccessToken& token) {
    json video = json::object();
    const auto& grant = token.video;
    if (grant.roomJoin) video["roomJoin"] = true;
    if (!grant.room.empty()) video["room"] = grant.room.str();
    if (grant.canPublish) video["canPublish"] = *grant.canPublish;
    if (grant.canSubscribe) video["canSubscribe"] = *grant.canSubscribe;
    if (grant.canPublishData) video["canPublishData"] = *grant.canPublishData;
    if (grant.canUpdateOwnMetadata) video["canUpdateOwnMetadata"] = *grant.canUpdateOwnMetadata;
    if (!grant.canPublishSources.empty()) video["canPublishSources"] = grant.canPublishSources;
    if (grant.roomCreate) video["roomCreate"] = true;
    if (grant.roomList) video["roomList"] = true;
    if (grant.roomAdmin) video["roomAdmin"] = true;
    if (grant.hidden) video["hidden"] = true;
    json claims{{"iss", token.issuer}, {"exp", base::toUnixSeconds(token.expires)}};
    if (!token.identity.empty()) claims["sub"] = token.identity.str();
    if (!video.empty()) claims["video"] = std::move(video);
    if (!token.sha256.empty()) claims["sha256"] = token.sha256;
    if (base::toUnixMs(token.notBefore) != 0) claims["nbf"] = base::toUnixSeconds(token.notBefore);
    if (base::toUnixMs(token.issuedAt) != 0) claims["iat"] = base::toUnixSeconds(token.issuedAt);
    if (!token.audience.empty()) claims["aud"] = token.audience;
    if (!token.id.empty()) claims["jti"] = token.id;
    if (token.type) claims["typ"] = toText(*token.type);
    if (token.epoch) claims["epoch"] = *token.epoch;
    if (!token.name.empty()) claims["name"] = token.name;
    if (!token.metadata.empty()) claims["metadata"] = token.metadata;
    if (!token.attributes.empty()) claims["attributes"] = token.attributes;
    return claims;
}

std::string encodePart(const json& value) {
    return base::toBase64Url(base::asBytes(value.dump(-1, ' ', false, json::error_handler_t::replace)));
}

}  // namespace

base::Result<std::string> mintToken(const AccessToken& token, const TokenKey& key) {
    if (key.secret.size() < kMinTokenSecretBytes)
        return base::fail(base::ErrorKind::invalidInput, "secret_too_short", "A signing secret needs at least 32 bytes.");
    if ((token.identity.empty() && token.video.roomJoin) || base::toUnixMs(token.expires) == 0)
        return base::fail(base::ErrorKind::invalidInput, "token_incomplete", "A token needs an identity and an end.");
    auto signedToken = token;
    signedToken.issuer = key.id;
    auto jwt = encodePart(json{{"alg", "HS256"}, {"typ", "JWT"}}) + "." + encodePart(writeClaims(signedToken));
    const auto mac = crypto::hmacSha256(base::asBytes(key.secret), base::asBytes(jwt));
    jwt += "." + base::toBase64Url(mac);
    if (jwt.size() > kMaxTokenBytes)
        return base::fail(base::ErrorKind::invalidInput, "token_too_long", "Name, metadata or attributes are too long for a token.");
    return jwt;
}

base::Result<AccessToken> verifyToken(std::string_view jwt, std::span<const TokenKey> keys, base::WallTime now,
                                      const TokenRules& rules) {
    const auto parts = split(jwt);
    if (!parts) return invalid("not a JWT of three parts");
    if (parts->header.size() > kMaxTokenHeaderBytes) return invalid("header too long");
    const auto headerBytes = base::fromBase64Url(parts->header);
    const auto payloadBytes = base::fromBase64Url(parts->payload);
    const auto signature = base::fromBase64Url(parts->signature);
    if (!headerBytes || !payloadBytes || !signature) return invalid("not base64url");
    const auto header = parseObject(*headerBytes);
    const auto claims = parseObject(*payloadBytes);
    if (!header.is_object() || !claims.is_object()) return invalid("not JSON");
    // RFC 8725 section 3.1: the algorithm is fixed here; keys in the header are never looked at.
    if (text(header, "alg") != "HS256") return invalid("algorithm is not HS256");
    for (const char* name : {"jwk", "jku", "x5u", "x5c", "crit"})
        if (header.contains(name)) return invalid("header brings a key or an extension along");
    const auto issuer = text(claims, "iss");
    const TokenKey* key = nullptr;
    for (const auto& k : keys)
        if (k.id == issuer) key = &k;
    if (key == nullptr || key->secret.size() < kMinTokenSecretBytes) return invalid("unknown key");
    const auto content = jwt.substr(0, parts->header.size() + 1 + parts->payload.size());
    const auto mac = crypto::hmacSha256(base::asBytes(key->secret), base::asBytes(content));
    if (!crypto::equalConstantTime(mac, *signature)) return invalid("signature");

    auto token = readClaims(claims);
    if (!token) return invalid("claims");
    if (!date(claims, "exp")) return refused("token_grant", "The access token has no end.");
    if (now >= token->expires + rules.leeway)
        return base::fail(base::ErrorKind::expired, "token_expired", "The access token has expired.", "Join again to get a new one.");
    if (claims.contains("nbf") && (!date(claims, "nbf") || now + rules.leeway < token->notBefore))
        return refused("token_not_yet", "The access token is not valid yet; check this computer's clock.");
    if (!rules.audience.empty() && token->audience != rules.audience)
        return refused("token_audience", "The access token is for another server.");
    if (!rules.ownNames.empty() && claims.contains("aud") &&
        std::find(rules.ownNames.begin(), rules.ownNames.end(), token->audience) == rules.ownNames.end())
        return refused("token_audience", "The access token is for another server.");
    if (!rules.requireJoin) return *std::move(token);
    if (token->identity.empty()) return refused("token_grant", "The access token names nobody.");
    if (!token->video.roomJoin || token->video.room.empty())
        return refused("token_grant", "The access token gives no right to join a room.");
    if (rules.requireOurs && (!token->type || token->id.empty()))
        return refused("token_grant", "The access token was not made by this server.");
    return *std::move(token);
}

std::optional<AccessToken> peekToken(std::string_view jwt) {
    const auto parts = split(jwt);
    if (!parts) return std::nullopt;
    const auto bytes = base::fromBase64Url(parts->payload);
    if (!bytes) return std::nullopt;
    const auto claims = parseObject(*bytes);
    return claims.is_object() ? readClaims(claims) : std::nullopt;
}

}  // namespace parlour::signal
