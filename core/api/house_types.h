// SPDX-License-Identifier: Apache-2.0
// Requests and answers of the house API, as both ends see them. Plain values; their JSON is in house_json.h, the paths are
// listed below and in docs/api.yaml. Every request is a POST with a JSON body unless a GET is named. After redeeming or
// logging in, requests carry "Authorization: Bearer SESSION". Binary fields (keys, nonces, signatures) are base64url text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/api/admin_types.h"
#include "core/api/invitation_kind.h"
#include "core/api/limits.h"
#include "core/api/stage.h"
#include "core/base/ids.h"

namespace parlour::api {

// POST /api/v1/challenge : ChallengeRequest -> Challenge
struct ChallengeRequest {
    std::string clientNonce;  ///< 16 to 64 random bytes
    std::string purpose;      ///< "redeem ID", "claim ID", "sign ID", "apply" or "login"
};
/// The house proves its key and names its origins; `nonce` is what the person signs. Check `signature` over
/// houseStatement() with `houseKey`, that `house` is that key's hash, and that the origin dialled is in `origins`.
struct Challenge {
    base::HouseId house;
    std::string houseName;
    std::string houseKey;               ///< Ed25519, 32 bytes
    std::vector<std::string> origins;   ///< "https://host[:port]"
    std::string nonce;                  ///< usable once, 60 s
    std::int64_t expiresMs = 0;         ///< ms since epoch
    std::string signature;              ///< 64 bytes
};
/// The person's answer: the signature covers personStatement().
struct Proof {
    std::string publicKey;  ///< Ed25519, 32 bytes
    std::string nonce;      ///< Challenge::nonce
    std::string origin;     ///< as dialled
    std::int64_t expiresMs = 0;
    std::string signature;  ///< 64 bytes
};

// POST /api/v1/invitations/preview : PreviewRequest -> Preview. Redeems nothing.
struct PreviewRequest {
    base::InvitationId id;
    std::string secret;  ///< 22 base64url characters
    base::Identity identity;  ///< optional: who asks; a member is told about the room also by a closed link
};
struct Preview {
    base::HouseId house;
    std::string houseName;
    std::string inviterName;  ///< may be empty
    std::string inviterHandle;  ///< unique in the house, unlike the name; empty = not a member
    InvitationKind kind = InvitationKind::listener;
    base::RoomId room;        ///< empty: an invitation to the house, or to a talk whose terms are still open
    std::string roomTitle;
    Role role = Role::listener;  ///< of the room kinds
    std::string object;       ///< guest, delegate: the id of what is negotiated
    std::string forName;      ///< whom it greets; may be empty
    std::string message;
    bool needsCode = false;
    bool approval = false;    ///< a person says yes to each who comes
    int listeners = 0;
    int onStage = 0;
    bool live = false;
    std::optional<std::int64_t> liveSinceMs;
};

/// Where to go and with what: connect the signalling WebSocket to `url` + "/rtc".
struct JoinGrant {
    base::RoomId room;
    std::string roomTitle;
    std::string url;    ///< "ws://host:port" or "wss://…", without a path
    std::string token;  ///< LiveKit access token, spent by its first successful join
    std::int64_t expiresMs = 0;
};

// POST /api/v1/invitations/redeem : RedeemRequest -> Redeemed. Atomic, idempotent per person.
struct RedeemRequest {
    base::InvitationId id;
    std::string secret;
    std::string name;  ///< display name; stored normalised
    Proof proof;       ///< purpose "redeem ID"
    std::string code{};  ///< where the invitation asks for one
};
struct Redeemed {
    base::Identity identity;
    std::string name;  ///< as stored
    InvitationKind kind = InvitationKind::listener;
    Role role = Role::listener;
    JoinGrant join;    ///< without a room where the invitation leads to none
    std::string session;  ///< bearer token of this API
    std::int64_t sessionExpiresMs = 0;
};

// POST /api/v1/login : LoginRequest -> LoginAnswer. For those who redeemed before; same identity.
struct LoginRequest {
    Proof proof;  ///< purpose "login"
};
struct RoomSummary {
    base::RoomId room;
    std::string title;
    Role role = Role::listener;  ///< what the person's membership grants on arrival
    bool live = false;
    int listeners = 0;
    int onStage = 0;
    std::optional<std::int64_t> liveSinceMs;
};
struct LoginAnswer {
    base::Identity identity;
    std::string session;
    std::int64_t sessionExpiresMs = 0;
    std::string houseName;
    std::vector<RoomSummary> rooms;
};

// GET /api/v1/rooms (bearer) -> RoomList : the rooms this person is a member of.
struct RoomList { std::vector<RoomSummary> rooms; };

// POST /api/v1/rooms/ROOM/token (bearer) : TokenRequest -> JoinGrant
struct TokenRequest {
    std::optional<int> ttlSeconds;  ///< 10 to 86400; default 600
    std::string name;               ///< empty = as stored
};

// POST /api/v1/rooms/ROOM/stage (bearer) : StageCommand -> StageAnswer
struct StageCommand {
    StageVerb verb = StageVerb::raise;
    base::Identity target;       ///< empty = self or the room
    std::string note;            ///< raise: at most 140 characters
    std::optional<int> minutes;  ///< ban, ban_many: absent = for good
    bool on = true, closeLink = false;  ///< lock_hands, lock_door, pin · remove, ban: also close the link they came by
    std::optional<std::uint64_t> ifVersion;
    std::optional<int> place, seconds;  ///< move: 1 = first; slot: 0 to 3600
    base::InvitationId link;     ///< remove_many, ban_many: who came by it
    std::optional<int> sinceMinutes;  ///< remove_many, ban_many: who came within these; 1 to 1440
};
struct StageAnswer { std::uint64_t version = 0; };

// GET /api/v1/rooms/ROOM/hands (bearer) -> Hands. Notes are filled for moderators only.
struct Hand {
    base::Identity identity;
    std::string name;
    std::string key;   ///< the value of parlour.hand
    std::string note;
    std::int64_t raisedAtMs = 0;
    bool missed = false;  ///< an offer timed out; stands at the front
};
struct Hands { std::uint64_t version = 0; std::vector<Hand> hands; };  // in order

// POST /api/v1/rooms/ROOM/leave (bearer) : Nothing -> Nothing. Gives up seat and hand at once, without the 60 s of grace.
struct Nothing {};

// POST /api/v1/rooms/ROOM/invitations (bearer, moderators) : InvitationWish -> InvitationMade
struct InvitationWish {
    Role role = Role::listener;
    std::optional<int> uses;                  ///< 1 to 100000; absent = unlimited
    std::optional<std::int64_t> expiresInS;   ///< 1 to 31536000; absent = never
};
struct InvitationMade {
    base::InvitationId id;
    std::string link;  ///< the only time the secret is shown
};
// GET /api/v1/rooms/ROOM/invitations (bearer, moderators) -> InvitationList
struct InvitationInfo {
    base::InvitationId id;
    base::RoomId room;
    InvitationKind kind = InvitationKind::listener;
    std::optional<int> uses;
    int used = 0;
    std::optional<std::int64_t> expiresMs;
    std::string state;      ///< open | used | expired | revoked
    std::string inviter;    ///< display name, may be empty
};
struct InvitationList {
    std::vector<InvitationInfo> invitations;
};
// POST /api/v1/rooms/ROOM/invitations/ID/revoke (bearer, moderators) : RevokeWish -> Nothing
struct RevokeWish { RevokeScope scope = RevokeScope::link; };

// GET /version -> VersionInfo, for everybody.
struct VersionInfo {
    std::string program;
    std::string version;
    int api = 1;
};

/// Every failed request: HTTP status by kind, this body.
struct ErrorBody {
    std::string kind;  ///< base::toString(ErrorKind)
    std::string code;
    std::string message;
    std::string advice;
    std::string detail;
};

}  // namespace parlour::api
