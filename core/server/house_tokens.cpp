// SPDX-License-Identifier: Apache-2.0
// Credentials of a house: LiveKit tokens for the signalling (join: spent once; refresh: 10 minutes, dies with the
// membership epoch), sessions for the API, and the proof of a person's key. House thread.
#include <algorithm>
#include <charconv>

#include "core/api/house_json.h"
#include "core/base/log.h"
#include "core/crypto/hash.h"
#include "core/crypto/random.h"
#include "core/house/membership.h"
#include "core/server/house_impl.h"

namespace parlour::server {

using base::ErrorKind;

namespace {
constexpr std::size_t kNonceBytes = 24;
constexpr std::size_t kJtiBytes = 16;

base::Unexpected<base::Error> sessionInvalid() {
    return base::fail(ErrorKind::untrusted, "session_invalid", "You are not signed in.", "Sign in again with the invitation link.");
}
base::Unexpected<base::Error> proofInvalid(std::string detail) {
    return base::fail(ErrorKind::untrusted, "proof_invalid", "The signature of your key does not fit.", "Try again.",
                      std::move(detail));
}
std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}
}  // namespace

base::Result<std::string> HouseService::Impl::mint(const HouseRoom& room, const house::MemberRow& member, const std::string& name,
                                                   signal::TokenType type, std::chrono::seconds life, base::WallTime* expires) {
    const auto now = clock.wallNow();
    signal::AccessToken token;
    token.issuer = tokenKey.id;
    token.identity = member.identity;
    token.audience = houseId.str();
    token.id = crypto::randomToken(kJtiBytes);
    token.issuedAt = now;
    token.notBefore = now;
    token.expires = now + life;
    token.type = type;
    token.epoch = member.epoch;
    token.name = name;
    token.video.roomJoin = true;
    token.video.room = room.row.id;
    token.video.canSubscribe = true;
    token.video.canPublishData = true;
    // Only a hint for clients: the house decides, and tells by permission updates.
    const auto it = room.stage.people.find(member.identity);
    token.video.canPublish = it != room.stage.people.end() ? it->second.seat == api::Seat::stage
                                                           : member.role != api::Role::listener || member.power != api::Power::none;
    token.video.canPublishSources = {"microphone"};
    token.video.canUpdateOwnMetadata = true;  // for parlour.want; the endpoint lets nothing else through
    if (expires) *expires = token.expires;
    return signal::mintToken(token, tokenKey);
}

base::Result<signal::AccessToken> HouseService::Impl::check(const std::string& token) const {
    signal::TokenRules wanted;
    wanted.audience = houseId.str();
    auto parsed = signal::verifyToken(token, std::span(&tokenKey, 1), clock.wallNow(), wanted);
    if (!parsed) {
        base::Error error = std::move(parsed).error();
        error.kind = ErrorKind::untrusted;  // all of them are answered 401
        return base::Unexpected(std::move(error));
    }
    if (!parsed->video.roomJoin || !parsed->type || !parsed->epoch || parsed->id.empty())
        return base::fail(ErrorKind::untrusted, "token_grant", "This token does not allow to join a room.", "Ask for a new one.");
    return parsed;
}

base::Result<void> HouseService::Impl::validate(const std::string& token) {
    auto parsed = check(token);
    if (!parsed) return base::Unexpected(std::move(parsed).error());
    auto room = need(parsed->video.room);
    if (!room) return base::Unexpected(std::move(room).error());
    // A client that hears "fine" here takes the failure before it for one of the network, and tries on and on.
    return reading<void>([&]() -> Result<void> {
        if (auto member = house::holderOf(store, parsed->video.room, parsed->identity, *parsed->epoch, clock.wallNow()); !member) return base::Unexpected(std::move(member).error());
        if (const auto it = (*room)->stage.people.find(parsed->identity); it != (*room)->stage.people.end() && it->second.seat == api::Seat::waiting)
            return base::fail(ErrorKind::unavailable, "waiting", "You are in line in front of the room.");
        if (*parsed->type == signal::TokenType::join && store.tokenSpent(parsed->id)) return base::Unexpected(house::tokenSpentError());
        return {};
    });
}

base::Result<std::string> HouseService::Impl::refresh(const base::RoomId& room, const base::Identity& who) {
    auto found = need(room);
    if (!found) return base::Unexpected(std::move(found).error());
    const auto it = (*found)->stage.people.find(who);
    if (it == (*found)->stage.people.end()) return base::fail(ErrorKind::refused, "not_in_room", "You are not in this room.");
    return reading<std::string>([&]() -> Result<std::string> {
        const auto member = store.member(room, who);
        if (!member || !member->active) return base::fail(ErrorKind::refused, "not_member", "You are not a member of this room.");
        return mint(**found, *member, it->second.name, signal::TokenType::refresh, policy.refreshToken);
    });
}

// "s1.IDENTITY.EXPIRY.MAC": opaque to clients; nothing in it but who and until when.
std::string HouseService::Impl::makeSession(const base::Identity& who, base::WallTime expires) const {
    const std::string body = "s1." + who.str() + "." + std::to_string(base::toUnixMs(expires));
    return body + "." + base::toBase64Url(crypto::hmacSha256(sessionKey.view(), base::asBytes(body)));
}

base::Result<base::Identity> HouseService::Impl::sessionOf(const Caller& caller) const {
    const std::string_view text = caller.session;
    const auto last = text.rfind('.');
    if (text.size() > 256 || !text.starts_with("s1.") || last == std::string_view::npos || last < 4) return sessionInvalid();
    const auto body = text.substr(0, last);
    const auto mac = base::toBase64Url(crypto::hmacSha256(sessionKey.view(), base::asBytes(body)));
    if (!crypto::equalConstantTime(mac, text.substr(last + 1))) return sessionInvalid();
    const auto middle = body.find('.', 3);
    if (middle == std::string_view::npos) return sessionInvalid();
    const auto until = number(body.substr(middle + 1));
    if (!until) return sessionInvalid();
    if (base::toUnixMs(clock.wallNow()) >= *until)
        return base::fail(ErrorKind::untrusted, "session_expired", "Your session has ended.", "Sign in again.");
    return base::Identity(std::string(body.substr(3, middle - 3)));
}

base::Result<api::Challenge> HouseService::Impl::challenge(const api::ChallengeRequest& request) {
    const auto clientNonce = base::fromBase64Url(request.clientNonce);
    if (!clientNonce || clientNonce->size() < 16 || clientNonce->size() > 64)
        return base::fail(ErrorKind::invalidInput, "bad_field", "A field is missing or has a wrong value.", {}, "client_nonce");
    const auto known = [&](std::string_view prefix) { return request.purpose.starts_with(prefix) && request.purpose.size() <= 200; };
    if (request.purpose != api::kLoginPurpose && request.purpose != api::kApplyPurpose && !known("redeem ") && !known("claim ") &&
        !known("sign "))
        return base::fail(ErrorKind::invalidInput, "bad_field", "A field is missing or has a wrong value.", {}, "purpose");
    const auto now = clock.now();
    while (!nonceOrder.empty()) {
        const auto it = nonces.find(nonceOrder.front());
        if (it != nonces.end() && it->second.until > now && nonces.size() < policy.maxNonces) break;
        if (it != nonces.end()) nonces.erase(it);
        nonceOrder.pop_front();
    }
    api::Challenge out;
    out.house = houseId;
    out.houseName = address.houseName;
    out.houseKey = base::toBase64Url(key->publicKey());
    out.origins = address.origins;
    out.nonce = crypto::randomToken(kNonceBytes);
    out.expiresMs = base::toUnixMs(clock.wallNow()) + std::chrono::milliseconds(policy.nonce).count();
    out.signature = base::toBase64Url(key->sign(api::houseStatement(out, request.clientNonce)));
    nonces[out.nonce] = {now + policy.nonce, out.expiresMs};
    nonceOrder.push_back(out.nonce);
    return out;
}

base::Result<base::Identity> HouseService::Impl::checkProof(const api::Proof& proof, const std::string& purpose) {
    const auto it = nonces.find(proof.nonce);
    if (it == nonces.end())  // or it is of another server of this house, which is gone: clients ask for another one once
        return base::fail(ErrorKind::untrusted, "nonce_unknown", "The signature of your key does not fit.", "Try again.", "nonce unknown or used");
    const Nonce nonce = it->second;
    nonces.erase(it);  // one use, whatever comes of it
    if (clock.now() >= nonce.until) return proofInvalid("nonce expired");
    if (proof.expiresMs != nonce.expiresMs) return proofInvalid("expiry differs");
    if (std::find(address.origins.begin(), address.origins.end(), proof.origin) == address.origins.end())
        return base::fail(ErrorKind::untrusted, "origin_unknown", "This house does not answer under the address you dialled.",
                          "Check the link; somebody may stand between you and the server.");
    const auto publicKey = base::fromBase64Url(proof.publicKey);
    const auto signature = base::fromBase64Url(proof.signature);
    if (!publicKey || !signature || publicKey->size() != crypto::PublicKey{}.size()) return proofInvalid("key or signature malformed");
    const auto statement = api::personStatement(houseId, proof.origin, purpose, proof.nonce, proof.expiresMs);
    if (!crypto::verifySignature(*publicKey, statement, *signature)) return proofInvalid("signature wrong");
    return base::Identity(crypto::identityOf(*publicKey));
}

}  // namespace parlour::server
