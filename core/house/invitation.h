// SPDX-License-Identifier: Apache-2.0
// What an invitation is worth now, and turning one into a membership: atomic, idempotent per person (rooms and invitations,
// section 4.1). Only the hash of a secret is ever stored. House thread.
#pragma once

#include <string>

#include "core/api/house_types.h"
#include "core/base/error.h"
#include "core/house/store/store.h"

namespace parlour::house {

enum class InvitationState { open, used, expired, revoked };
std::string_view toString(InvitationState state);
InvitationState stateOf(const InvitationRow& invitation, base::WallTime now);

struct NewInvitation {
    InvitationRow row;
    std::string secret;  ///< 22 base64url characters; shown once, in the link
};
/// Not stored yet. `issuer` and `parent` are empty for the administrator.
NewInvitation makeInvitation(const base::RoomId& room, const api::InvitationWish& wish, const base::Identity& issuer,
                             const base::InvitationId& parent, base::WallTime now);
base::Result<void> checkWish(const api::InvitationWish& wish);
/// invalidInput "bad_start": later than in 300 days, or not before the end.
base::Result<void> checkStart(std::optional<std::int64_t> notBeforeMs, std::optional<std::int64_t> expiresInS, base::WallTime now);

/// The same error for an unknown id and for a wrong secret, found in the same time: notFound "invitation_unknown".
base::Error unknownInvitation();
/// Inside transact(). Answers the invitation only if the secret fits.
base::Result<InvitationRow> findInvitation(Store& store, const base::InvitationId& id, const std::string& secret);
/// For those who know the secret: the exact reason why it gives nothing to a newcomer.
base::Result<void> usable(const InvitationRow& invitation, base::WallTime now);

struct RedeemAs {
    base::Identity identity;
    std::string publicKeyHex;
    std::string name;  ///< cleaned
};
/// Inside transact(). Whoever is a member already keeps what they have (the better of both roles), uses no second place and
/// gets in with a closed link too; a banned person gets refused "banned". The first moderator of a hostless room is host.
base::Result<MemberRow> redeem(Store& store, const base::InvitationId& id, const std::string& secret, const RedeemAs& who,
                               base::WallTime now);

/// Inside transact(). Who lost their membership by it. The same scope may be asked again.
std::vector<base::Identity> revoke(Store& store, const InvitationRow& invitation, api::RevokeScope scope, base::WallTime now);

base::Error bannedError(const BanRow& ban);

}  // namespace parlour::house
