// SPDX-License-Identifier: Apache-2.0
#include "core/api/house_json.h"

#include <nlohmann/json.hpp>

namespace parlour::api {

namespace {

using Json = nlohmann::json;
constexpr int kMaxDepth = 8;
constexpr std::size_t kMaxList = 10'000;
constexpr std::size_t kText = 512;  ///< bytes of a string field unless told otherwise

struct Bad {
    std::string field;
};

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsId : std::false_type {};
template <class Tag>
struct IsId<base::StringId<Tag>> : std::true_type {};

template <class E>
std::optional<E> parseEnum(std::string_view text);
template <>
std::optional<Role> parseEnum<Role>(std::string_view text) { return parseRole(text); }
template <>
std::optional<StageVerb> parseEnum<StageVerb>(std::string_view text) { return parseStageVerb(text); }
template <>
std::optional<RevokeScope> parseEnum<RevokeScope>(std::string_view text) { return parseRevokeScope(text); }

/// required: absent is an error; optional: the default stays.
enum class Need { required, optional };

template <class V, class T>
void describe(V& v, T& t);

struct Writer {
    Json out = Json::object();

    template <class T>
    void field(const char* name, const T& value, Need = Need::required, std::size_t = 0) {
        if constexpr (IsOptional<T>::value) {
            if (value) out[name] = one(*value);
        } else {
            out[name] = one(value);
        }
    }
    template <class T>
    static Json one(const T& value) {
        if constexpr (IsId<T>::value) {
            return value.str();
        } else if constexpr (std::is_enum_v<T>) {
            return std::string(toString(value));
        } else if constexpr (IsVector<T>::value) {
            Json list = Json::array();
            for (const auto& item : value) list.push_back(one(item));
            return list;
        } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
            return value;
        } else {
            Writer inner;
            describe(inner, value);
            return std::move(inner.out);
        }
    }
};

struct Reader {
    const Json& in;

    template <class T>
    void field(const char* name, T& value, Need need = Need::required, std::size_t max = kText) {
        const auto it = in.find(name);
        if (it == in.end() || it->is_null()) {
            if constexpr (IsOptional<T>::value) {
                value.reset();
                return;
            } else {
                if (need == Need::required) throw Bad{name};
                return;
            }
        }
        if constexpr (IsOptional<T>::value)
            one(name, *it, value.emplace(), max);
        else
            one(name, *it, value, max);
    }
    template <class T>
    static void one(const char* name, const Json& json, T& value, std::size_t max) {
        if constexpr (IsId<T>::value) {
            std::string text;
            one(name, json, text, 64);
            value = T(std::move(text));
        } else if constexpr (std::is_enum_v<T>) {
            std::string text;
            one(name, json, text, 64);
            const auto parsed = parseEnum<T>(text);
            if (!parsed) throw Bad{name};
            value = *parsed;
        } else if constexpr (IsVector<T>::value) {
            if (!json.is_array() || json.size() > kMaxList) throw Bad{name};
            value.clear();
            value.reserve(json.size());
            for (const auto& item : json) one(name, item, value.emplace_back(), max);
        } else if constexpr (std::is_same_v<T, bool>) {
            if (!json.is_boolean()) throw Bad{name};
            value = json.get<bool>();
        } else if constexpr (std::is_integral_v<T>) {
            number(name, json, value);
        } else if constexpr (std::is_same_v<T, std::string>) {
            if (!json.is_string()) throw Bad{name};
            value = json.get_ref<const std::string&>();
            if (value.size() > max) throw Bad{name};
        } else {
            if (!json.is_object()) throw Bad{name};
            Reader inner{json};
            describe(inner, value);
        }
    }
    template <class T>
    static void number(const char* name, const Json& json, T& value) {
        if (json.is_number_unsigned()) {
            const auto n = json.get<std::uint64_t>();
            if (n > static_cast<std::uint64_t>(std::numeric_limits<T>::max())) throw Bad{name};
            value = static_cast<T>(n);
        } else if (json.is_number_integer() && std::is_signed_v<T>) {
            const auto n = json.get<std::int64_t>();
            if (n < static_cast<std::int64_t>(std::numeric_limits<T>::min())) throw Bad{name};
            value = static_cast<T>(n);
        } else {
            throw Bad{name};
        }
    }
};

// One description per type. V is Writer with const values or Reader with mutable ones.
template <class T, class U>
concept Same = std::is_same_v<std::remove_const_t<T>, U>;

template <class V, class T>
void describe(V& v, T& t) {
    constexpr auto opt = Need::optional;
    constexpr auto req = Need::required;
    if constexpr (Same<T, ChallengeRequest>) {
        v.field("client_nonce", t.clientNonce, req, 88);
        v.field("purpose", t.purpose, req, 64);
    } else if constexpr (Same<T, Challenge>) {
        v.field("house", t.house);
        v.field("house_name", t.houseName, opt);
        v.field("house_key", t.houseKey, req, 64);
        v.field("origins", t.origins);
        v.field("nonce", t.nonce, req, 88);
        v.field("expires_ms", t.expiresMs);
        v.field("signature", t.signature, req, 128);
    } else if constexpr (Same<T, Proof>) {
        v.field("public_key", t.publicKey, req, 64);
        v.field("nonce", t.nonce, req, 88);
        v.field("origin", t.origin, req, 300);
        v.field("expires_ms", t.expiresMs);
        v.field("signature", t.signature, req, 128);
    } else if constexpr (Same<T, PreviewRequest>) {
        v.field("id", t.id);
        v.field("secret", t.secret, req, 64);
        v.field("identity", t.identity, opt);
    } else if constexpr (Same<T, Preview>) {
        v.field("house", t.house);
        v.field("house_name", t.houseName, opt);
        v.field("inviter_name", t.inviterName, opt);
        v.field("room", t.room);
        v.field("room_title", t.roomTitle);
        v.field("role", t.role);
        v.field("listeners", t.listeners, opt);
        v.field("on_stage", t.onStage, opt);
        v.field("live", t.live, opt);
        v.field("live_since_ms", t.liveSinceMs);
    } else if constexpr (Same<T, JoinGrant>) {
        v.field("room", t.room);
        v.field("room_title", t.roomTitle, opt);
        v.field("url", t.url);
        v.field("token", t.token, req, kMaxTokenBytes);
        v.field("expires_ms", t.expiresMs, opt);
    } else if constexpr (Same<T, RedeemRequest>) {
        v.field("id", t.id);
        v.field("secret", t.secret, req, 64);
        v.field("name", t.name, req, kMaxNameBytes * 4);
        v.field("proof", t.proof);
    } else if constexpr (Same<T, Redeemed>) {
        v.field("identity", t.identity);
        v.field("name", t.name, opt);
        v.field("role", t.role);
        v.field("join", t.join);
        v.field("session", t.session, req, kMaxTokenBytes);
        v.field("session_expires_ms", t.sessionExpiresMs, opt);
    } else if constexpr (Same<T, LoginRequest>) {
        v.field("proof", t.proof);
    } else if constexpr (Same<T, RoomSummary>) {
        v.field("room", t.room);
        v.field("title", t.title);
        v.field("role", t.role);
        v.field("live", t.live, opt);
        v.field("listeners", t.listeners, opt);
        v.field("on_stage", t.onStage, opt);
        v.field("live_since_ms", t.liveSinceMs);
    } else if constexpr (Same<T, LoginAnswer>) {
        v.field("identity", t.identity);
        v.field("session", t.session, req, kMaxTokenBytes);
        v.field("session_expires_ms", t.sessionExpiresMs, opt);
        v.field("house_name", t.houseName, opt);
        v.field("rooms", t.rooms);
    } else if constexpr (Same<T, RoomList>) {
        v.field("rooms", t.rooms);
    } else if constexpr (Same<T, TokenRequest>) {
        v.field("ttl_seconds", t.ttlSeconds);
        v.field("name", t.name, opt, kMaxNameBytes * 4);
    } else if constexpr (Same<T, StageCommand>) {
        v.field("verb", t.verb);
        v.field("target", t.target, opt);
        v.field("note", t.note, opt, kMaxNoteCharacters * 8);
        v.field("minutes", t.minutes);
        v.field("on", t.on, opt);
        v.field("close_link", t.closeLink, opt);
        v.field("if_version", t.ifVersion);
    } else if constexpr (Same<T, StageAnswer>) {
        v.field("version", t.version);
    } else if constexpr (Same<T, Hand>) {
        v.field("identity", t.identity);
        v.field("name", t.name, opt);
        v.field("key", t.key);
        v.field("note", t.note, opt, kMaxNoteCharacters * 8);
        v.field("raised_at_ms", t.raisedAtMs, opt);
        v.field("missed", t.missed, opt);
    } else if constexpr (Same<T, Hands>) {
        v.field("version", t.version, opt);
        v.field("hands", t.hands);
    } else if constexpr (Same<T, InvitationWish>) {
        v.field("role", t.role);
        v.field("uses", t.uses);
        v.field("expires_in_s", t.expiresInS);
    } else if constexpr (Same<T, InvitationMade>) {
        v.field("id", t.id);
        v.field("link", t.link, req, 2048);
    } else if constexpr (Same<T, InvitationInfo>) {
        v.field("id", t.id);
        v.field("room", t.room);
        v.field("kind", t.kind);
        v.field("uses", t.uses);
        v.field("used", t.used, opt);
        v.field("expires_ms", t.expiresMs);
        v.field("state", t.state);
        v.field("inviter", t.inviter, opt);
    } else if constexpr (Same<T, InvitationList>) {
        v.field("invitations", t.invitations);
    } else if constexpr (Same<T, RevokeWish>) {
        v.field("scope", t.scope, opt);
    } else if constexpr (Same<T, VersionInfo>) {
        v.field("program", t.program);
        v.field("version", t.version);
        v.field("api", t.api, opt);
    } else if constexpr (Same<T, RoomWish>) {
        v.field("title", t.title, req, kMaxTitleBytes * 4);
    } else if constexpr (Same<T, RoomLinks>) {
        v.field("moderator", t.moderator, req, 2048);
        v.field("speaker", t.speaker, req, 2048);
        v.field("listener", t.listener, req, 2048);
    } else if constexpr (Same<T, RoomMade>) {
        v.field("room", t.room);
        v.field("links", t.links);
    } else if constexpr (Same<T, AdminRoom>) {
        v.field("room", t.room);
        v.field("title", t.title);
        v.field("live", t.live, opt);
        v.field("present", t.present, opt);
        v.field("on_stage", t.onStage, opt);
        v.field("members", t.members, opt);
        v.field("created_ms", t.createdMs, opt);
    } else if constexpr (Same<T, ErrorBody>) {
        v.field("kind", t.kind, req, 64);
        v.field("code", t.code, req, 64);
        v.field("message", t.message, opt, 2048);
        v.field("advice", t.advice, opt, 2048);
        v.field("detail", t.detail, opt, 4096);
    } else {
        static_assert(Same<T, Nothing>, "every type of house_types.h is described here");
    }
}

/// nlohmann's parser with a depth limit: deep nesting is refused before any tree grows.
Json parseLimited(std::string_view text) {
    const auto limit = [](int depth, Json::parse_event_t, Json&) {
        if (depth > kMaxDepth) throw Bad{"nesting"};
        return true;
    };
    return Json::parse(text.begin(), text.end(), limit);
}

void prefixed(base::ByteWriter& out, std::string_view field) {
    out.u32(static_cast<std::uint32_t>(field.size()));
    out.text(field);
}

}  // namespace

template <class T>
std::string toJson(const T& value) {
    // Invalid UTF-8 becomes U+FFFD instead of an exception: stored names are clean, details may not be.
    return Writer::one(value).dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <class T>
base::Result<T> fromJson(std::string_view text) {
    if (text.size() > kMaxApiBody)
        return base::fail(base::ErrorKind::invalidInput, "too_large", "The message is too large.", {},
                          std::to_string(text.size()) + " bytes");
    try {
        const Json json = parseLimited(text);
        T value{};
        Reader::one("body", json, value, kText);
        return value;
    } catch (const Bad& bad) {
        return base::fail(base::ErrorKind::invalidInput, "bad_field", "A field is missing or has a wrong value.", {}, bad.field);
    } catch (const Json::exception&) {
        return base::fail(base::ErrorKind::invalidInput, "bad_json", "The message is not valid JSON.");
    }
}

#define PARLOUR_JSON(T)                                  \
    template std::string toJson<T>(const T&);            \
    template base::Result<T> fromJson<T>(std::string_view);
PARLOUR_JSON(ChallengeRequest)
PARLOUR_JSON(Challenge)
PARLOUR_JSON(PreviewRequest)
PARLOUR_JSON(Preview)
PARLOUR_JSON(JoinGrant)
PARLOUR_JSON(RedeemRequest)
PARLOUR_JSON(Redeemed)
PARLOUR_JSON(LoginRequest)
PARLOUR_JSON(LoginAnswer)
PARLOUR_JSON(RoomList)
PARLOUR_JSON(TokenRequest)
PARLOUR_JSON(StageCommand)
PARLOUR_JSON(StageAnswer)
PARLOUR_JSON(Hands)
PARLOUR_JSON(Nothing)
PARLOUR_JSON(InvitationWish)
PARLOUR_JSON(InvitationMade)
PARLOUR_JSON(InvitationInfo)
PARLOUR_JSON(InvitationList)
PARLOUR_JSON(RevokeWish)
PARLOUR_JSON(VersionInfo)
PARLOUR_JSON(RoomWish)
PARLOUR_JSON(RoomMade)
PARLOUR_JSON(AdminRoom)
PARLOUR_JSON(ErrorBody)
#undef PARLOUR_JSON

ErrorBody toBody(const base::Error& error) {
    return {std::string(base::toString(error.kind)), error.code, error.message, error.advice, error.detail};
}

base::Error fromBody(const ErrorBody& body) {
    using base::ErrorKind;
    base::Error error{ErrorKind::internal, body.code, body.message, body.advice, body.detail};
    for (const auto kind : {ErrorKind::invalidInput, ErrorKind::notFound, ErrorKind::refused, ErrorKind::conflict,
                            ErrorKind::expired, ErrorKind::exhausted, ErrorKind::unreachable, ErrorKind::untrusted,
                            ErrorKind::unavailable, ErrorKind::cancelled})
        if (base::toString(kind) == body.kind) error.kind = kind;
    return error;
}

base::Bytes houseStatement(const Challenge& challenge, std::string_view clientNonce) {
    base::ByteWriter out;
    prefixed(out, "parlour-house-v1");
    prefixed(out, challenge.house.str());
    prefixed(out, clientNonce);
    prefixed(out, challenge.nonce);
    prefixed(out, std::to_string(challenge.expiresMs));
    for (const auto& origin : challenge.origins) prefixed(out, origin);
    return out.take();
}

base::Bytes personStatement(const base::HouseId& house, std::string_view origin, std::string_view purpose,
                            std::string_view nonce, std::int64_t expiresMs) {
    base::ByteWriter out;
    prefixed(out, "parlour-auth-v1");
    prefixed(out, house.str());
    prefixed(out, origin);
    prefixed(out, purpose);
    prefixed(out, nonce);
    prefixed(out, std::to_string(expiresMs));
    return out.take();
}

std::string redeemPurpose(const base::InvitationId& id) { return "redeem " + id.str(); }

}  // namespace parlour::api
