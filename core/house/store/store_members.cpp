// SPDX-License-Identifier: Apache-2.0
// Memberships, invitations and redeeming.
#include "core/house/store/store_impl.h"

namespace parlour::house {

using soci::into;
using soci::use;

namespace {
/// Into-variables of one member row.
struct MemberFields {
    std::string room, identity, role, power, invitation;
    long long epoch = 0, joined = 0;
    int active = 0;
    MemberRow row() const {
        return {base::RoomId(room), base::Identity(identity), roleOf(role), powerOf(power), static_cast<std::uint64_t>(epoch),
                base::InvitationId(invitation), base::fromUnixMs(joined), active != 0};
    }
};

struct InvitationFields {
    std::string id, room, kind, hash, issuer, parent, object, forName, forKey, codeHash, message;
    MaybeNumber maxUses, notBefore, expires, revoked;
    int used = 0, approval = 0;
    long long created = 0;
    InvitationRow row() const {
        return {base::InvitationId(id), base::RoomId(room),
                api::parseInvitationKind(kind).value_or(api::InvitationKind::listener), hash, maxUses.number(), used,
                notBefore.time(), expires.time(), revoked.time(), base::Identity(issuer), base::InvitationId(parent),
                base::fromUnixMs(created), object, forName, base::Identity(forKey), codeHash, message, approval != 0};
    }
};
}  // namespace

std::optional<MemberRow> Store::member(const base::RoomId& room, const base::Identity& who) {
    MemberFields f;
    auto& sql = m_impl->rows();
    sql << "SELECT room, identity, role, power, invitation, epoch, joined_ms, active FROM members "
           "WHERE room = :r AND identity = :w",
        use(room.str(), "r"), use(who.str(), "w"), into(f.room), into(f.identity), into(f.role), into(f.power),
        into(f.invitation), into(f.epoch), into(f.joined), into(f.active);
    return sql.got_data() ? std::optional(f.row()) : std::nullopt;
}

std::vector<MemberRow> Store::membershipsOf(const base::Identity& who) {
    std::vector<MemberRow> out;
    MemberFields f;
    soci::statement st =
        (m_impl->rows().prepare << "SELECT m.room, m.identity, m.role, m.power, m.invitation, m.epoch, m.joined_ms, m.active "
                                   "FROM members m JOIN rooms r ON r.id = m.room "
                                   "WHERE m.identity = :w AND m.active = 1 AND r.ended_ms IS NULL ORDER BY m.joined_ms, m.room",
         use(who.str(), "w"), into(f.room), into(f.identity), into(f.role), into(f.power), into(f.invitation), into(f.epoch),
         into(f.joined), into(f.active));
    st.execute();
    while (st.fetch()) out.push_back(f.row());
    return out;
}

int Store::countMembers(const base::RoomId& room) {
    int count = 0;
    m_impl->rows() << "SELECT COUNT(*) FROM members WHERE room = :r AND active = 1", use(room.str(), "r"), into(count);
    return count;
}

bool Store::hasHost(const base::RoomId& room) {
    int count = 0;
    m_impl->rows() << "SELECT COUNT(*) FROM members WHERE room = :r AND power = 'host' AND active = 1", use(room.str(), "r"),
        into(count);
    return count > 0;
}

void Store::putMember(const MemberRow& m) {
    const std::string role = textOf(m.role), power = textOf(m.power);
    const long long epoch = static_cast<long long>(m.epoch), joined = base::toUnixMs(m.joined);
    const int active = m.active ? 1 : 0;
    m_impl->rows() << "INSERT INTO members(room, identity, role, power, epoch, invitation, joined_ms, active) "
                      "VALUES(:r, :w, :o, :p, :e, :i, :j, :a) ON CONFLICT(room, identity) DO UPDATE SET role = excluded.role, "
                      "power = excluded.power, epoch = excluded.epoch, invitation = excluded.invitation, active = excluded.active",
        use(m.room.str(), "r"), use(m.identity.str(), "w"), use(role, "o"), use(power, "p"), use(epoch, "e"),
        use(m.invitation.str(), "i"), use(joined, "j"), use(active, "a");
}

void Store::setPower(const base::RoomId& room, const base::Identity& who, api::Power power) {
    const std::string text = textOf(power);
    if (power == api::Power::host)  // one host, whoever was it before (security: I5)
        m_impl->rows() << "UPDATE members SET power = 'moderator' WHERE room = :r AND power = 'host' AND identity <> :w",
            use(room.str(), "r"), use(who.str(), "w");
    m_impl->rows() << "UPDATE members SET power = :p WHERE room = :r AND identity = :w", use(text, "p"), use(room.str(), "r"),
        use(who.str(), "w");
}

void Store::raiseEpoch(const base::RoomId& room, const base::Identity& who) {
    m_impl->rows() << "UPDATE members SET epoch = epoch + 1 WHERE room = :r AND identity = :w", use(room.str(), "r"),
        use(who.str(), "w");
}

void Store::addInvitation(const InvitationRow& i) {
    const std::string kind = textOf(i.kind);
    MaybeNumber maxUses(i.maxUses), notBefore(i.notBefore), expires(i.expires), revoked(i.revoked);
    const long long created = base::toUnixMs(i.created);
    const int approval = i.approval ? 1 : 0;
    m_impl->rows() << "INSERT INTO invitations(id, room, kind, secret_hash, max_uses, used, not_before_ms, expires_ms, "
                      "revoked_ms, issuer, parent, created_ms, object, for_name, for_key, code_hash, message, approval) "
                      "VALUES(:i, :r, :k, :h, :m, :u, :n, :e, :v, :s, :p, :c, :o, :f, :y, :d, :g, :a)",
        use(i.id.str(), "i"), use(i.room.str(), "r"), use(kind, "k"), use(i.secretHash, "h"),
        use(maxUses.value, maxUses.present, "m"), use(i.used, "u"), use(notBefore.value, notBefore.present, "n"),
        use(expires.value, expires.present, "e"), use(revoked.value, revoked.present, "v"), use(i.issuer.str(), "s"),
        use(i.parent.str(), "p"), use(created, "c"), use(i.object, "o"), use(i.forName, "f"), use(i.forKey.str(), "y"),
        use(i.codeHash, "d"), use(i.message, "g"), use(approval, "a");
}

namespace {
constexpr const char* kInvitationColumns =
    "SELECT id, room, kind, secret_hash, max_uses, used, not_before_ms, expires_ms, revoked_ms, issuer, parent, created_ms, "
    "object, for_name, for_key, code_hash, message, approval FROM invitations ";

/// Rows of a query that begins with kInvitationColumns and has the text parameters :a and :b.
std::vector<InvitationRow> invitationRows(soci::session& sql, const std::string& where, const std::string& a, const std::string& b,
                                          int limit) {
    std::vector<InvitationRow> out;
    InvitationFields f;
    const std::string text = kInvitationColumns + where + " LIMIT " + std::to_string(limit);
    soci::statement st =
        (sql.prepare << text, use(a, "a"), use(b, "b"), into(f.id), into(f.room), into(f.kind), into(f.hash),
         into(f.maxUses.value, f.maxUses.present), into(f.used), into(f.notBefore.value, f.notBefore.present),
         into(f.expires.value, f.expires.present), into(f.revoked.value, f.revoked.present), into(f.issuer), into(f.parent),
         into(f.created), into(f.object), into(f.forName), into(f.forKey), into(f.codeHash), into(f.message), into(f.approval));
    st.execute();
    while (st.fetch()) out.push_back(f.row());
    return out;
}
constexpr int kAll = 1'000'000'000;
}  // namespace

std::optional<InvitationRow> Store::invitation(const base::InvitationId& id) {
    // Where there is no such link, another one is read: whoever guesses ids cannot tell by the time (security: T21).
    const std::string text = id.str();
    auto rows = invitationRows(m_impl->rows(),
                               "WHERE id = COALESCE((SELECT MIN(id) FROM invitations WHERE id >= :a), (SELECT MIN(id) FROM invitations WHERE id <= :b))",
                               text, text, 1);
    return rows.empty() || rows.front().id != id ? std::nullopt : std::optional(std::move(rows.front()));
}

std::vector<InvitationRow> Store::invitations(const base::RoomId& room) {
    const std::string text = room.str();
    return invitationRows(m_impl->rows(), "WHERE room = :a OR :b = '' ORDER BY created_ms, id", text, text, kAll);
}

std::vector<InvitationRow> Store::invitationsBy(const base::Identity& issuer) {
    const std::string text = issuer.str();
    return invitationRows(m_impl->rows(), "WHERE issuer = :a AND issuer = :b ORDER BY created_ms, id", text, text, kAll);
}

std::vector<InvitationRow> Store::invitationPage(const base::Identity& issuer, const std::string& after, int limit) {
    const std::string who = issuer.str();
    // The ids say nothing about time; the row they name does.
    return invitationRows(m_impl->rows(),
                          (issuer.empty() ? "WHERE :a = '' " : "WHERE issuer = :a ") +
                              std::string(after.empty() ? "AND :b = '' "
                                                        : "AND (created_ms, id) < (SELECT created_ms, id FROM invitations WHERE id = :b) ") +
                              "ORDER BY created_ms DESC, id DESC",
                          who, after, limit);
}

std::vector<InvitationRow> Store::invitationsOf(const std::string& object) {
    return invitationRows(m_impl->rows(), "WHERE object = :a AND object = :b ORDER BY created_ms, id", object, object, kAll);
}

std::vector<base::Identity> Store::redeemedBy(const base::InvitationId& id) {
    std::vector<base::Identity> out;
    const std::string text = id.str();
    std::string who;
    soci::statement st = (m_impl->rows().prepare << "SELECT identity FROM redeems WHERE invitation = :i ORDER BY at_ms, identity",
                          use(text, "i"), into(who));
    st.execute();
    while (st.fetch()) out.emplace_back(who);
    return out;
}

std::vector<base::InvitationId> Store::childrenOf(const base::InvitationId& id) {
    std::vector<base::InvitationId> out;
    std::string child;
    soci::statement st = (m_impl->rows().prepare << "SELECT id FROM invitations WHERE parent = :i", use(id.str(), "i"), into(child));
    st.execute();
    while (st.fetch()) out.emplace_back(child);
    return out;
}

bool Store::takeUse(const base::InvitationId& id) {
    soci::statement st = (m_impl->rows().prepare << "UPDATE invitations SET used = used + 1 WHERE id = :i AND revoked_ms IS NULL "
                                                    "AND (max_uses IS NULL OR used < max_uses)",
                          use(id.str(), "i"));
    st.execute(true);
    return st.get_affected_rows() == 1;
}

void Store::revokeInvitation(const base::InvitationId& id, base::WallTime at) {
    const long long ms = base::toUnixMs(at);
    m_impl->rows() << "UPDATE invitations SET revoked_ms = :a WHERE id = :i AND revoked_ms IS NULL", use(ms, "a"),
        use(id.str(), "i");
}

void Store::revokeInvitationsBy(const base::RoomId& room, const base::Identity& issuer, base::WallTime at) {
    const long long ms = base::toUnixMs(at);
    m_impl->rows() << "UPDATE invitations SET revoked_ms = :a WHERE room = :r AND issuer = :w AND revoked_ms IS NULL",
        use(ms, "a"), use(room.str(), "r"), use(issuer.str(), "w");
}

bool Store::hasRedeemed(const base::InvitationId& id, const base::Identity& who) {
    int count = 0;
    m_impl->rows() << "SELECT COUNT(*) FROM redeems WHERE invitation = :i AND identity = :w", use(id.str(), "i"),
        use(who.str(), "w"), into(count);
    return count > 0;
}

void Store::addRedeem(const base::InvitationId& id, const base::Identity& who, base::WallTime at) {
    const long long ms = base::toUnixMs(at);
    m_impl->rows() << "INSERT INTO redeems(invitation, identity, at_ms) VALUES(:i, :w, :a)", use(id.str(), "i"),
        use(who.str(), "w"), use(ms, "a");
}

std::vector<base::Identity> Store::cameBy(const base::InvitationId& id) {
    std::vector<base::Identity> out;
    std::string who;
    soci::statement st = (m_impl->rows().prepare << "SELECT identity FROM members WHERE invitation = :i AND active = 1",
                          use(id.str(), "i"), into(who));
    st.execute();
    while (st.fetch()) out.emplace_back(who);
    return out;
}

}  // namespace parlour::house
