// SPDX-License-Identifier: Apache-2.0
// Who belongs to the house and by whom: quota, handles, redeeming a membership, whom a revocation reaches (rooms and
// invitations, section 4.1). All functions but the pure ones run inside transact(). House thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/api/member_types.h"
#include "core/base/error.h"
#include "core/house/invitation.h"
#include "core/house/store/member_store.h"

namespace parlour::house {

inline constexpr std::int64_t kMembershipLinkSeconds = 14 * 86'400;

api::HouseRules rulesOf(Store& store);
/// conflict "changed_meanwhile" when `rules.version` is not that of the stored ones; invalidInput "bad_rules".
base::Result<api::HouseRules> setRules(Store& store, api::HouseRules rules);

/// Pure. 2 to 24 of a-z 0-9 _ ; invalidInput "bad_handle". None that reads like a rank: refused "handle_reserved".
base::Result<std::string> checkHandle(const std::string& text);
/// Made from a name: "Ann Lee" -> "ann_lee", and with a number where that is taken or reserved.
std::string freeHandle(Store& store, const std::string& name);

/// Invitations to the house that this member may still give; absent = no quota (owner and admins). What expired or was revoked
/// unused has come back by itself: a membership link costs its uses while it is open, and what was used of it afterwards.
std::optional<int> invitationsLeft(Store& store, const HouseMember& member, base::WallTime now);

/// Suspended people come in nowhere: refused "suspended"; and keys that were replaced: refused "moved". Others get through, members or not.
base::Result<void> notSuspended(Store& store, const base::Identity& who, base::WallTime now);

/// Whom a token for a room is still of. Untrusted "token_revoked" when the membership it was made for is over (`epoch`), and as
/// notSuspended() and bannedError().
base::Result<MemberRow> holderOf(Store& store, const base::RoomId& room, const base::Identity& who, std::uint64_t epoch, base::WallTime now);
base::Error tokenSpentError();

/// What a link demands besides its secret: the right person (refused "invitation_for_other"), a code (refused "code_needed",
/// "code_wrong"), a yes (refused "approval_pending", "approval_declined"; asking is noted). Those inside already pass.
base::Result<void> admitBy(Store& store, const InvitationRow& invitation, const RedeemAs& who, const std::string& code,
                           base::WallTime now);
/// Stored for admitBy(). Slow (scrypt).
std::string codeHash(const std::string& code);
/// As people type it: small letters, gaps, O for 0, I and L for 1. As slow.
bool codeFits(const std::string& typed, const std::string& stored);
/// 10 Crockford base32 characters.
std::string makeCode();

/// Redeems a link to the house: atomic, idempotent per person; those who left or were removed come back with it. Errors as
/// redeem() of invitation.h.
base::Result<HouseMember> joinHouse(Store& store, const InvitationRow& invitation, const RedeemAs& who, base::WallTime now);
/// Lets somebody in without a link; `by` spends one invitation if there is a quota: exhausted "no_invitations". Those inside
/// already cost none.
base::Result<HouseMember> letIn(Store& store, const RedeemAs& who, const HouseMember& by, base::WallTime now);

struct Reach {
    std::vector<base::Identity> people;       ///< who lose their place
    std::vector<base::InvitationId> links;    ///< that close
};
/// Whom and what revoking this link hits. Never the owner, never `actor`, never whoever is not below `rank`.
Reach reachOf(Store& store, const InvitationRow& invitation, api::RevokeScope scope, const base::Identity& actor, api::Standing rank);
/// The same for a member: that person, or with all whom they brought.
Reach reachOf(Store& store, const base::Identity& member, api::RevokeScope scope, const base::Identity& actor, api::Standing rank);
/// Closes the links; the people are members no more and their places in rooms end. Answers the rooms that lose somebody.
std::vector<base::RoomId> withdraw(Store& store, const Reach& reach, api::MemberState state, base::WallTime now);

/// Hosting that earns invitations: pure, fed at each change of a room.
class HostingMeter {
  public:
    /// People present besides nobody: host included. True once per live session, when the rule is met.
    bool update(const base::RoomSid& sid, const base::Identity& host, int present, const api::HouseRules& rules, base::TimePoint now);
    /// When update() could become true by time alone; kNever = not.
    base::TimePoint due(const api::HouseRules& rules) const;

  private:
    base::RoomSid m_sid;
    base::Identity m_host;
    base::TimePoint m_since = base::kNever;
    bool m_done = false;
};

}  // namespace parlour::house
