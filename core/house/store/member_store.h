// SPDX-License-Identifier: Apache-2.0
// Members of the house, what they earned, and who waits to be let in. Over a Store, inside transact() only; house thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/api/member_types.h"
#include "core/house/store/store.h"

namespace parlour::house {

/// Rows are never deleted: whoever left or was removed keeps a place in the tree.
struct HouseMember {
    base::Identity identity;
    api::Standing standing = api::Standing::member;
    std::string handle;                    ///< unique in the house
    base::Identity invitedBy;              ///< empty = nobody
    base::InvitationId invitation;         ///< by which they came; empty = let in, or the first owner
    base::WallTime joined{};
    api::MemberState state = api::MemberState::active;
    std::optional<base::WallTime> suspendedUntil;
    int granted = 0;                       ///< invitations got at joining and from admins
    std::uint64_t version = 1;             ///< +1 per change

    /// A member now, with all rights; a suspension that is over counts as active.
    bool in(base::WallTime now) const {
        return state == api::MemberState::active ||
               (state == api::MemberState::suspended && suspendedUntil && now >= *suspendedUntil);
    }
};

inline constexpr int kMaxFoundMembers = 1000;

struct MemberQuery {
    std::string after;                     ///< handles above this one
    int limit = api::kMaxMemberPage;
    std::string text;                      ///< how a name, a word of it or a handle begins; empty = everybody
    std::optional<base::Identity> invitedBy;
    std::optional<api::MemberState> state; ///< absent = active and suspended
    base::Identity asker;                  ///< whose blocks, and who blocked whom, hide pictures
};

/// A member as lists show them.
struct ListedMember {
    HouseMember member;
    std::string name, invitedByName;
    int invited = 0;                       ///< how many this member brought
    long long pictureMs = 0;               ///< 0 = none to be seen
};

struct ApplicationRow {
    std::string id;
    base::Identity identity;
    std::string name;
    std::string publicKey;                 ///< hex
    std::string words;
    base::InvitationId invitation;         ///< empty = the house's waiting list
    base::RoomId room;
    base::WallTime at{};
    std::string state = "open";            ///< open | accepted | declined
    base::Identity answeredBy;
};

class MemberStore {
  public:
    explicit MemberStore(Store& store) : m_store(store) {}

    std::optional<HouseMember> find(const base::Identity& who);
    std::optional<HouseMember> byHandle(const std::string& handle);
    std::optional<HouseMember> owner();
    /// Writes all fields and raises the version.
    void put(HouseMember& member);
    std::vector<ListedMember> list(const MemberQuery& query);
    /// All that the query finds, whatever its page; a search is counted up to kMaxFoundMembers.
    int count(const MemberQuery& query);
    int countInvited(const base::Identity& by);
    std::vector<base::Identity> invitedBy(const base::Identity& by);
    std::vector<base::Identity> cameBy(const base::InvitationId& invitation);
    std::vector<HouseMember> admins();     ///< the owner too

    /// Invitations earned for one live session; false when that session earned one before.
    bool addEarned(const base::Identity& who, const base::RoomSid& sid, base::WallTime at);
    int earned(const base::Identity& who, base::WallTime since = {});

    void putApplication(const ApplicationRow& row);
    std::optional<ApplicationRow> application(const std::string& id);
    std::optional<ApplicationRow> applicationOf(const base::Identity& who, const base::InvitationId& invitation);
    /// Open ones, oldest first: of the waiting list (empty room and invitation), or by links to this room.
    std::vector<ApplicationRow> openApplications(const base::RoomId& room, int limit);
    std::vector<ApplicationRow> openApplicationsBy(const base::InvitationId& invitation);

    /// Active memberships of rooms that this person has, ended ones too.
    std::vector<MemberRow> roomsOf(const base::Identity& who);

  private:
    Store& m_store;
};

}  // namespace parlour::house
