// SPDX-License-Identifier: Apache-2.0
// Membership of a house: standing, invitations of every kind, quota, the tree of who brought whom, the waiting list. Plain
// values; their JSON is in member_json.cpp; paths are listed here and in docs/api.yaml. Times are ms since epoch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/api/house_types.h"

namespace parlour::api {

/// Power over the house; power in a room is separate. In order of rank.
enum class Standing { none, member, admin, owner };
std::string_view toString(Standing standing);
std::optional<Standing> parseStanding(std::string_view text);
/// left and deleted keep their place in the tree.
enum class MemberState { active, suspended, left, removed, deleted };
std::string_view toString(MemberState state);
std::optional<MemberState> parseMemberState(std::string_view text);

inline constexpr int kMaxMemberPage = 200;
inline constexpr std::size_t kMaxBatch = 500;              ///< personal links made at once
inline constexpr std::size_t kMaxInvitationMessage = 500;  ///< characters
inline constexpr std::size_t kMaxHandleCharacters = 24;    ///< a-z 0-9 _ , at least 2
inline constexpr std::size_t kMaxApplicationWords = 140;   ///< characters

// GET house (open) -> HouseInfo. Strangers learn the name, whether it has an owner, whether anyone listens by link.
struct HouseInfo {
    base::HouseId house;
    std::string name;
    std::string url;
    std::string pin;          ///< of the certificate, for those who dial the url; may be empty
    bool owned = false;
    bool open = true;         ///< anyone listens by link; else only members
    bool waitingList = false; ///< an outsider may ask with one sentence
};
// POST house/init (administrator) : HouseInit -> HouseInfo. The first owner; conflict "house_owned" afterwards.
struct HouseInit {
    std::string title;
    std::string name;        ///< of the owner
    std::string publicKey;   ///< of the owner, for this house; Ed25519
};
// GET house/rules (members) -> HouseRules ; POST house/rules (admins) : HouseRules -> HouseRules
struct HouseRules {
    std::string title;
    bool open = true;
    bool waitingList = true;
    int newcomerInvitations = 2;   ///< 0 to 100
    int earnPeople = 10;           ///< hosted a room of at least so many (0 = nothing is earned)
    int earnMinutes = 20;          ///< for at least so long
    int earnPerWeek = 1;           ///< at most so many invitations a week
    std::uint64_t version = 0;     ///< in: of what was changed; a newer one answers conflict "changed_meanwhile"
};

struct Member {
    base::Identity id;
    std::string name;
    std::string handle;
    Standing standing = Standing::member;
    MemberState state = MemberState::active;
    base::Identity invitedBy;        ///< empty = nobody
    std::string invitedByName;
    int invited = 0;                 ///< how many they brought
    std::int64_t joinedMs = 0;
    std::optional<std::int64_t> suspendedUntilMs;  ///< with state suspended; absent = until lifted
    std::uint64_t version = 0;
    std::int64_t pictureMs = 0;      ///< as Profile::pictureMs; 0 where one of the two has blocked the other
};
// GET members?after=HANDLE&limit=N&q=TEXT (members) -> MemberPage, by handle; with &invited_by=ID one branch of the tree;
// with &state=WORD (admins) those who are suspended, left …
struct MemberPage {
    std::vector<Member> members;
    std::string next;   ///< for `after`; empty = that was all
    int total = 0;      ///< of the whole list; a search counts to 1,000
};
// GET whoami -> Whoami
struct Whoami {
    base::Identity id;
    std::string name;
    std::string handle;              ///< empty for those who only know a room
    Standing standing = Standing::none;
    base::HouseId house;
    std::string houseName;
    std::optional<int> left;         ///< invitations to give; absent = no quota
    std::optional<base::Identity> invitedBy;
};

// POST members/{id}/standing : StandingWish -> Member. Owner only; owner makes the other one owner and oneself admin.
struct StandingWish {
    Standing standing = Standing::member;
    std::optional<std::uint64_t> ifVersion;
};
// POST members/{id}/grant : GrantWish -> Member. Admins; 1 to 100 more invitations.
struct GrantWish { int invitations = 1; };
// POST members/{id}/suspend : SuspendWish -> Member ; members/{id}/restore : Nothing -> Member. Admins, below their own rank.
struct SuspendWish {
    std::optional<int> minutes;   ///< 1 to 5256000; absent = until lifted
    std::string reason;           ///< for the audit log's reader; not shown to others
    std::optional<std::uint64_t> ifVersion;
};
// POST members/{id}/remove : RemoveWish -> Hit. Admins. people = that person, subtree = and all whom they brought.
struct RemoveWish { RevokeScope scope = RevokeScope::people; };
// POST handle : HandleWish -> Member. conflict "handle_taken".
struct HandleWish { std::string handle; };
// POST members/leave : Nothing -> Nothing. The owner hands over first.

// POST invitations : InvitationOrder -> InvitationsMade. Membership: members with invitations to spare; room kinds: moderators
// of that room, listener links of a room open to members: every member.
struct InvitationOrder {
    InvitationKind kind = InvitationKind::listener;
    base::RoomId room;                        ///< room kinds
    std::optional<int> uses;                  ///< 1 to 100000; absent = 1 for membership, else unlimited
    std::optional<std::int64_t> expiresInS;   ///< 1 to 31536000; absent = 14 days for membership, else never
    std::optional<std::int64_t> notBeforeMs;
    std::string forName;                      ///< whom it greets
    base::Identity forKey;                    ///< only this person may redeem it
    bool withCode = false;                    ///< a code is made that has to be given with it
    std::string message;
    bool approval = false;                    ///< a person says yes to each who comes
    std::vector<std::string> names;           ///< a batch: one link of one use for each name
};
struct MadeInvitation {
    base::InvitationId id;
    std::string link;       ///< the only time the secret is shown
    std::string forName;
    std::string code;       ///< with withCode; the only time it is shown
};
struct InvitationsMade {
    std::vector<MadeInvitation> invitations;
    std::optional<int> left;
};
// GET invitations?after=ID&limit=N (members: their own; admins with &all=1: everybody's) -> InvitationPage, newest first
struct InvitationEntry {
    base::InvitationId id;
    InvitationKind kind = InvitationKind::listener;
    base::RoomId room;
    std::string roomTitle;
    std::string forName;
    std::string message;
    std::optional<int> uses;
    int used = 0;
    std::string state;   ///< open | used | expired | revoked
    std::int64_t createdMs = 0;
    std::optional<std::int64_t> notBeforeMs;
    std::optional<std::int64_t> expiresMs;
    base::Identity issuer;
    std::string issuerName;
    bool approval = false;
    std::vector<base::Identity> redeemedBy;
};
struct InvitationPage {
    std::vector<InvitationEntry> invitations;
    std::string next;
    std::optional<int> left;   ///< absent = no quota
};
struct PersonShort {
    base::Identity id;
    std::string name;
};
// GET invitations/{id}/reach?scope=WORD -> Hit : whom revoking would hit. POST invitations/{id}/revoke : RevokeWish -> Hit
struct Hit {
    std::vector<PersonShort> people;
    int links = 0;   ///< that close
};

// POST applications (open, with a proof) : ApplicationWish -> ApplicationAnswer. One open application per person.
struct ApplicationWish {
    std::string name;
    std::string words;   ///< one sentence
    Proof proof;         ///< purpose "apply"
};
struct ApplicationAnswer {
    std::string id;
    std::string state;   ///< open | accepted | declined
};
// GET applications (members: the waiting list; moderators: those who came by a link with approval) -> Applications
struct Application {
    std::string id;
    base::Identity identity;
    std::string name;
    std::string words;
    base::InvitationId invitation;   ///< empty = the house's waiting list
    base::RoomId room;
    std::int64_t atMs = 0;
    std::string state;
};
struct Applications {
    std::vector<Application> applications;
};
// POST applications/{id}/answer : ApplicationVerdict -> Application. Accepting from the waiting list spends an invitation.
struct ApplicationVerdict {
    bool accept = false;
};

}  // namespace parlour::api
