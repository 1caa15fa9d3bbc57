// SPDX-License-Identifier: Apache-2.0
// Where a house keeps what it promised: SQLite (WAL, synchronous FULL) or PostgreSQL by the same SQL, foreign keys, numbered
// migrations. Blocking; house thread only. Rows are read and written only inside transact(); when it answers ok, they are
// on disk.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/doors/clock.h"
#include "core/base/error.h"
#include "core/house/stage.h"
#include "core/house/store/rows.h"

namespace parlour::crypto {
class SigningKey;
}

namespace parlour::house {

class Store {
  public:
    /// A file that is made if missing, ":memory:", or an address (store_place.h). Errors: unavailable ("store_unavailable";
    /// "store_newer": written by a newer parlourd), invalidInput ("store_address", "store_unknown").
    static base::Result<std::unique_ptr<Store>> open(const std::string& where);
    /// `clock` outlives the store; it says when a lost database is tried again.
    static base::Result<std::unique_ptr<Store>> open(const std::string& where, const base::Clock& clock);
    ~Store();

    /// Commits if `body` answers ok, rolls back otherwise; `body` runs at most once. Errors of the store: unavailable,
    /// "disk_full", "store_failed", and of PostgreSQL "store_away" (connects again by itself) and "store_unsure" (went away
    /// during the commit: done or not).
    base::Result<void> transact(const std::function<base::Result<void>()>& body);

    /// The database may not grow beyond this; what is full answers "disk_full". A quota for operators and tests; of SQLite only.
    void limitPages(int pages);

    // ---- inside transact() only
    std::optional<std::string> meta(const std::string& key);
    void setMeta(const std::string& key, const std::string& value);

    std::vector<RoomRow> rooms();
    void addRoom(const RoomRow& room);
    /// Ends the room and revokes its invitations.
    void endRoom(const base::RoomId& room, base::WallTime at);

    std::optional<PersonRow> person(const base::Identity& who);
    void putPerson(const PersonRow& person, base::WallTime at);

    std::optional<MemberRow> member(const base::RoomId& room, const base::Identity& who);
    std::vector<MemberRow> membershipsOf(const base::Identity& who);
    int countMembers(const base::RoomId& room);
    bool hasHost(const base::RoomId& room);
    void putMember(const MemberRow& member);
    /// A new host makes the old one a moderator.
    void setPower(const base::RoomId& room, const base::Identity& who, api::Power power);
    void raiseEpoch(const base::RoomId& room, const base::Identity& who);

    void addInvitation(const InvitationRow& invitation);
    std::optional<InvitationRow> invitation(const base::InvitationId& id);
    /// All of a room, or of the house when `room` is empty; oldest first.
    std::vector<InvitationRow> invitations(const base::RoomId& room);
    /// All that one person made; oldest first.
    std::vector<InvitationRow> invitationsBy(const base::Identity& issuer);
    /// Newest first, of one issuer or (empty) of everybody, those older than the invitation `after` (empty: from the newest).
    std::vector<InvitationRow> invitationPage(const base::Identity& issuer, const std::string& after, int limit);
    /// All that belong to one thing (InvitationRow::object).
    std::vector<InvitationRow> invitationsOf(const std::string& object);
    std::vector<base::Identity> redeemedBy(const base::InvitationId& id);
    std::vector<base::InvitationId> childrenOf(const base::InvitationId& id);
    /// Takes one use if there is one left and the link is not revoked; one statement (security: T22).
    bool takeUse(const base::InvitationId& id);
    void revokeInvitation(const base::InvitationId& id, base::WallTime at);
    void revokeInvitationsBy(const base::RoomId& room, const base::Identity& issuer, base::WallTime at);
    bool hasRedeemed(const base::InvitationId& id, const base::Identity& who);
    void addRedeem(const base::InvitationId& id, const base::Identity& who, base::WallTime at);
    std::vector<base::Identity> cameBy(const base::InvitationId& id);

    void addBan(const BanRow& ban, base::WallTime at);
    std::optional<BanRow> ban(const base::RoomId& room, const base::Identity& who, base::WallTime now);

    /// False when it was spent before.
    bool spendToken(const std::string& jti, base::WallTime expires);
    bool tokenSpent(const std::string& jti);
    /// As if it had never been spent.
    void returnToken(const std::string& jti);
    void forgetTokens(base::WallTime expiredBefore);

    /// The stage parts that survive: visible state, queue, marks; not who is connected.
    void saveChange(const base::RoomId& room, const Change& change);
    Stage loadStage(const base::RoomId& room);

    /// Appends to the chained log (audit_store.h).
    void addAudit(const AuditRow& row);
    /// Of one room, newest first.
    std::vector<AuditRow> audit(const base::RoomId& room, int limit);
    /// The house's key, with which the end of the log is signed from now on. Outside transact(), too.
    void setAuditKey(const crypto::SigningKey& key);

    struct Impl;
    /// For the topics' stores in this folder (members, guests, schedule …); inside transact() only.
    Impl& impl() { return *m_impl; }

  private:
    explicit Store(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace parlour::house
