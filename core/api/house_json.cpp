// SPDX-License-Identifier: Apache-2.0
#include "core/api/house_json.h"

#include "core/api/json_shared.h"

namespace parlour::api {

std::optional<Role> parseWord(std::type_identity<Role>, std::string_view text) { return parseRole(text); }
std::optional<StageVerb> parseWord(std::type_identity<StageVerb>, std::string_view text) { return parseStageVerb(text); }
std::optional<RevokeScope> parseWord(std::type_identity<RevokeScope>, std::string_view text) { return parseRevokeScope(text); }

// One description per type. V is Writer with const values or Reader with mutable ones.
template <class V, Same<ChallengeRequest> T>
void describe(V& v, T& t) {
    v.field("client_nonce", t.clientNonce, Need::required, 88);
    v.field("purpose", t.purpose, Need::required, 64);
}
template <class V, Same<Challenge> T>
void describe(V& v, T& t) {
    v.field("house", t.house);
    v.field("house_name", t.houseName, Need::optional);
    v.field("house_key", t.houseKey, Need::required, 64);
    v.field("origins", t.origins);
    v.field("nonce", t.nonce, Need::required, 88);
    v.field("expires_ms", t.expiresMs);
    v.field("signature", t.signature, Need::required, 128);
}
template <class V, Same<PreviewRequest> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
    v.field("secret", t.secret, Need::required, 64);
    v.field("identity", t.identity, Need::optional);
}
template <class V, Same<Preview> T>
void describe(V& v, T& t) {
    v.field("house", t.house);
    v.field("house_name", t.houseName, Need::optional);
    v.field("inviter_name", t.inviterName, Need::optional);
    v.field("inviter_handle", t.inviterHandle, Need::optional);
    v.field("kind", t.kind, Need::optional);
    v.field("room", t.room);
    v.field("room_title", t.roomTitle);
    v.field("role", t.role);
    v.field("object", t.object, Need::optional);
    v.field("for_name", t.forName, Need::optional, kMaxNameBytes * 4);
    v.field("message", t.message, Need::optional, 4096);
    v.field("needs_code", t.needsCode, Need::optional);
    v.field("approval", t.approval, Need::optional);
    v.field("listeners", t.listeners, Need::optional);
    v.field("on_stage", t.onStage, Need::optional);
    v.field("live", t.live, Need::optional);
    v.field("live_since_ms", t.liveSinceMs);
}
template <class V, Same<RedeemRequest> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
    v.field("secret", t.secret, Need::required, 64);
    v.field("name", t.name, Need::required, kMaxNameBytes * 4);
    v.field("code", t.code, Need::optional, 64);
    v.field("proof", t.proof);
}
template <class V, Same<Redeemed> T>
void describe(V& v, T& t) {
    v.field("identity", t.identity);
    v.field("name", t.name, Need::optional);
    v.field("kind", t.kind, Need::optional);
    v.field("role", t.role);
    v.field("join", t.join);
    v.field("session", t.session, Need::required, kMaxTokenBytes);
    v.field("session_expires_ms", t.sessionExpiresMs, Need::optional);
}
template <class V, Same<LoginRequest> T>
void describe(V& v, T& t) {
    v.field("proof", t.proof);
}
template <class V, Same<LoginAnswer> T>
void describe(V& v, T& t) {
    v.field("identity", t.identity);
    v.field("session", t.session, Need::required, kMaxTokenBytes);
    v.field("session_expires_ms", t.sessionExpiresMs, Need::optional);
    v.field("house_name", t.houseName, Need::optional);
    v.field("rooms", t.rooms);
}
template <class V, Same<RoomList> T>
void describe(V& v, T& t) {
    v.field("rooms", t.rooms);
}
template <class V, Same<TokenRequest> T>
void describe(V& v, T& t) {
    v.field("ttl_seconds", t.ttlSeconds);
    v.field("name", t.name, Need::optional, kMaxNameBytes * 4);
}
template <class V, Same<StageCommand> T>
void describe(V& v, T& t) {
    v.field("verb", t.verb);
    v.field("target", t.target, Need::optional);
    v.field("note", t.note, Need::optional, kMaxNoteCharacters * 8);
    v.field("minutes", t.minutes);
    v.field("on", t.on, Need::optional);
    v.field("close_link", t.closeLink, Need::optional);
    v.field("if_version", t.ifVersion);
    v.field("place", t.place);
    v.field("seconds", t.seconds);
    v.field("link", t.link, Need::optional);
    v.field("since_minutes", t.sinceMinutes);
}
template <class V, Same<StageAnswer> T>
void describe(V& v, T& t) {
    v.field("version", t.version);
}
template <class V, Same<Hand> T>
void describe(V& v, T& t) {
    v.field("identity", t.identity);
    v.field("name", t.name, Need::optional);
    v.field("key", t.key);
    v.field("note", t.note, Need::optional, kMaxNoteCharacters * 8);
    v.field("raised_at_ms", t.raisedAtMs, Need::optional);
    v.field("missed", t.missed, Need::optional);
}
template <class V, Same<Hands> T>
void describe(V& v, T& t) {
    v.field("version", t.version, Need::optional);
    v.field("hands", t.hands);
}
template <class V, Same<InvitationWish> T>
void describe(V& v, T& t) {
    v.field("role", t.role);
    v.field("uses", t.uses);
    v.field("expires_in_s", t.expiresInS);
}
template <class V, Same<InvitationMade> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
    v.field("link", t.link, Need::required, 2048);
}
template <class V, Same<InvitationInfo> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
    v.field("room", t.room);
    v.field("kind", t.kind);
    v.field("uses", t.uses);
    v.field("used", t.used, Need::optional);
    v.field("expires_ms", t.expiresMs);
    v.field("state", t.state);
    v.field("inviter", t.inviter, Need::optional);
}
template <class V, Same<InvitationList> T>
void describe(V& v, T& t) {
    v.field("invitations", t.invitations);
}
template <class V, Same<RevokeWish> T>
void describe(V& v, T& t) {
    v.field("scope", t.scope, Need::optional);
}
template <class V, Same<VersionInfo> T>
void describe(V& v, T& t) {
    v.field("program", t.program);
    v.field("version", t.version);
    v.field("api", t.api, Need::optional);
}
template <class V, Same<RoomWish> T>
void describe(V& v, T& t) {
    v.field("title", t.title, Need::required, kMaxTitleBytes * 4);
    v.field("for_members", t.forMembers, Need::optional);
}
template <class V, Same<RoomLinks> T>
void describe(V& v, T& t) {
    v.field("moderator", t.moderator, Need::required, 2048);
    v.field("speaker", t.speaker, Need::required, 2048);
    v.field("listener", t.listener, Need::required, 2048);
}
template <class V, Same<RoomMade> T>
void describe(V& v, T& t) {
    v.field("room", t.room);
    v.field("links", t.links);
}
template <class V, Same<AdminRoom> T>
void describe(V& v, T& t) {
    v.field("room", t.room);
    v.field("title", t.title);
    v.field("live", t.live, Need::optional);
    v.field("present", t.present, Need::optional);
    v.field("on_stage", t.onStage, Need::optional);
    v.field("members", t.members, Need::optional);
    v.field("created_ms", t.createdMs, Need::optional);
}
template <class V, Same<ErrorBody> T>
void describe(V& v, T& t) {
    v.field("kind", t.kind, Need::required, 64);
    v.field("code", t.code, Need::required, 64);
    v.field("message", t.message, Need::optional, 2048);
    v.field("advice", t.advice, Need::optional, 2048);
    v.field("detail", t.detail, Need::optional, 4096);
}
template <class V, Same<Nothing> T>
void describe(V&, T&) {}

namespace {

void prefixed(base::ByteWriter& out, std::string_view field) {
    out.u32(static_cast<std::uint32_t>(field.size()));
    out.text(field);
}

}  // namespace

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
