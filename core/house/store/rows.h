// SPDX-License-Identifier: Apache-2.0
// What the store keeps, as plain values. All times are wall-clock milliseconds; secrets are hashes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/api/invitation_kind.h"
#include "core/api/stage.h"
#include "core/base/ids.h"
#include "core/base/time.h"

namespace parlour::house {

struct RoomRow {
    base::RoomId id;
    std::string title;
    base::WallTime created{};
    bool forMembers = false;  ///< every member of the house may come and listen
};

struct PersonRow {
    base::Identity identity;
    std::string publicKey;  ///< hex
    std::string name;       ///< cleaned
};

/// A person's standing in one room. Rows are never deleted: the epoch must not decrease (security: I4).
struct MemberRow {
    base::RoomId room;
    base::Identity identity;
    api::Role role = api::Role::listener;
    api::Power power = api::Power::none;
    std::uint64_t epoch = 1;          ///< tokens of an older epoch open nothing
    base::InvitationId invitation;    ///< the link they came by
    base::WallTime joined{};
    bool active = true;
};

struct InvitationRow {
    base::InvitationId id;
    base::RoomId room;                ///< empty for those that lead to no room (yet)
    api::InvitationKind kind = api::InvitationKind::listener;
    std::string secretHash;           ///< hex of SHA-256
    std::optional<int> maxUses;
    int used = 0;
    std::optional<base::WallTime> notBefore;
    std::optional<base::WallTime> expires;
    std::optional<base::WallTime> revoked;
    base::Identity issuer;            ///< empty = the administrator
    base::InvitationId parent;        ///< the link the issuer came by; empty = root
    base::WallTime created{};
    std::string object;               ///< what it belongs to: a guest's negotiation
    std::string forName;              ///< cleaned; whom it greets
    base::Identity forKey;            ///< only this person may redeem it; empty = anyone
    std::string codeHash;             ///< hex of scrypt over the code that has to come with it; empty = none
    std::string message;
    bool approval = false;            ///< a person says yes to each who comes
};

struct BanRow {
    base::RoomId room;
    base::Identity identity;
    std::optional<base::WallTime> until;  ///< absent = for good
};

/// A line of the audit log. Never a name or the words of a person: those can be forgotten, this log cannot.
struct AuditRow {
    base::WallTime at{};
    base::RoomId room;
    base::Identity actor;             ///< empty = the house itself
    std::string verb;
    base::Identity target;            ///< or another thing's id; empty = the room
    std::string detail;
};

}  // namespace parlour::house
