// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/member_store.h"

#include <algorithm>

#include "core/house/store/name_parts.h"
#include "core/house/store/store_impl.h"

namespace parlour::house {

using soci::into;
using soci::use;

namespace {

constexpr const char* kColumns =
    "SELECT m.identity, m.standing, m.handle, m.invited_by, m.invitation, m.joined_ms, m.state, m.suspended_until_ms, m.granted, "
    "m.version FROM house_members m ";

struct Fields {
    std::string identity, standing, handle, invitedBy, invitation, state;
    long long joined = 0, version = 0;
    int granted = 0;
    MaybeNumber until;
    HouseMember row() const {
        return {base::Identity(identity), api::parseStanding(standing).value_or(api::Standing::member), handle,
                base::Identity(invitedBy), base::InvitationId(invitation), base::fromUnixMs(joined),
                api::parseMemberState(state).value_or(api::MemberState::removed), until.time(), granted,
                static_cast<std::uint64_t>(version)};
    }
};

/// A query after kColumns with three text parameters :a :b :c, all of which have to occur in it.
std::vector<HouseMember> rowsOf(soci::session& sql, const std::string& rest, const std::string& a, const std::string& b,
                                const std::string& c) {
    Fields f;
    std::vector<HouseMember> out;
    const std::string text = kColumns + rest;
    soci::statement st = (sql.prepare << text, use(a, "a"), use(b, "b"), use(c, "c"), into(f.identity), into(f.standing),
                          into(f.handle), into(f.invitedBy), into(f.invitation), into(f.joined), into(f.state),
                          into(f.until.value, f.until.present), into(f.granted), into(f.version));
    st.execute();
    while (st.fetch()) out.push_back(f.row());
    return out;
}

std::optional<HouseMember> first(std::vector<HouseMember> rows) {
    return rows.empty() ? std::nullopt : std::optional(std::move(rows.front()));
}

std::vector<base::Identity> identities(soci::session& sql, const std::string& text, const std::string& a) {
    std::vector<base::Identity> out;
    std::string who;
    soci::statement st = (sql.prepare << text, use(a, "a"), into(who));
    st.execute();
    while (st.fetch()) out.emplace_back(who);
    return out;
}

/// Needs :b.
std::string whoOf(const MemberQuery& query, bool inOrder) {
    // Nearly all members are in the usual states: their index helps to count, and would cost the order of handles.
    std::string where = query.state ? "WHERE m.state = '" + std::string(api::toString(*query.state)) + "' "
                        : inOrder   ? "WHERE m.state NOT IN ('left', 'removed', 'deleted') "
                                    : "WHERE m.state IN ('active', 'suspended') ";
    return where + (query.invitedBy ? "AND m.invited_by = :b " : "AND :b = '' ");
}

/// The people of one page in the order of handles, nothing joined to them yet; needs :a to :d. What a handle and what a name
/// begins with are found apart, so that each is a walk along one index.
std::string pageOf(const MemberQuery& query, bool common) {
    const std::string from = "SELECT m.identity FROM house_members m ", end = "AND m.handle > :a ORDER BY m.handle LIMIT " + std::to_string(query.limit);
    if (query.text.empty()) return from + whoOf(query, true) + "AND :c = '' AND :d = '' " + end;
    return "SELECT h.identity FROM (" + from + whoOf(query, true) + "AND m.handle >= :c AND m.handle < :d " + end + ") h UNION " +
           "SELECT n.identity FROM (" + from + whoOf(query, true) +
           // A count and not EXISTS, which PostgreSQL would answer by gathering everybody first.
           (common ? "AND (SELECT COUNT(*) FROM name_parts x WHERE x.identity = m.identity AND x.part >= :c AND x.part < :d) > 0 "
                   : "AND m.identity IN (SELECT identity FROM name_parts WHERE part >= :c AND part < :d) ") +
           end + ") n";
}

/// Whether so many names begin so that a walk along the handles meets a page of them sooner than these are gathered.
bool isCommon(soci::session& sql, const std::string& from, const std::string& to) {
    constexpr int kGatheredSoon = 10'000;
    int found = 0;
    sql << "SELECT COUNT(*) FROM (SELECT 1 FROM name_parts WHERE part >= :c AND part < :d LIMIT " + std::to_string(kGatheredSoon) + ") x",
        use(from, "c"), use(to, "d"), into(found);
    return found == kGatheredSoon;
}

}  // namespace

std::optional<HouseMember> MemberStore::find(const base::Identity& who) {
    return first(rowsOf(m_store.impl().rows(), "WHERE m.identity = :a AND :b = '' AND :c = ''", who.str(), {}, {}));
}

std::optional<HouseMember> MemberStore::byHandle(const std::string& handle) {
    return first(rowsOf(m_store.impl().rows(), "WHERE m.handle = :a AND :b = '' AND :c = ''", handle, {}, {}));
}

std::optional<HouseMember> MemberStore::owner() {
    return first(rowsOf(m_store.impl().rows(), "WHERE m.standing = :a AND :b = '' AND :c = ''", "owner", {}, {}));
}

void MemberStore::put(HouseMember& m) {
    ++m.version;
    const std::string standing = textOf(m.standing), state = textOf(m.state);
    const long long joined = base::toUnixMs(m.joined), version = static_cast<long long>(m.version);
    MaybeNumber until(m.suspendedUntil);
    m_store.impl().rows() << "INSERT INTO house_members(identity, standing, handle, invited_by, invitation, joined_ms, state, "
                             "suspended_until_ms, granted, version) VALUES(:i, :s, :h, :b, :n, :j, :t, :u, :g, :v) "
                             "ON CONFLICT(identity) DO UPDATE SET standing = excluded.standing, handle = excluded.handle, "
                             "invited_by = excluded.invited_by, invitation = excluded.invitation, joined_ms = excluded.joined_ms, "
                             "state = excluded.state, suspended_until_ms = excluded.suspended_until_ms, "
                             "granted = excluded.granted, version = excluded.version",
        use(m.identity.str(), "i"), use(standing, "s"), use(m.handle, "h"), use(m.invitedBy.str(), "b"),
        use(m.invitation.str(), "n"), use(joined, "j"), use(state, "t"), use(until.value, until.present, "u"), use(m.granted, "g"),
        use(version, "v");
}

std::vector<ListedMember> MemberStore::list(const MemberQuery& query) {
    const std::string by = query.invitedBy ? query.invitedBy->str() : std::string();
    const auto [from, to] = query.text.empty() ? std::pair<std::string, std::string>() : searchRange(query.text);
    const std::string low = from, high = to;
    const bool common = !query.text.empty() && isCommon(m_store.impl().rows(), low, high);
    // Everything a list shows in one statement: a page of 200 would be 600 of them.
    const std::string text =
        "SELECT m.identity, m.standing, m.handle, m.invited_by, m.invitation, m.joined_ms, m.state, m.suspended_until_ms, m.granted, "
        "m.version, CASE WHEN m.state = 'deleted' THEN '' ELSE p.name END, CASE WHEN d.state = 'deleted' THEN '' ELSE COALESCE(b.name, '') END, (SELECT COUNT(*) FROM house_members i WHERE i.invited_by = m.identity), "
        "COALESCE((SELECT x.at_ms FROM pictures x WHERE x.identity = m.identity AND NOT EXISTS (SELECT 1 FROM blocks k "
        "WHERE (k.who = m.identity AND k.whom = :k1) OR (k.whom = m.identity AND k.who = :k2))), 0) "
        "FROM house_members m JOIN persons p ON p.identity = m.identity LEFT JOIN persons b ON b.identity = m.invited_by "
        "LEFT JOIN house_members d ON d.identity = m.invited_by "
        "WHERE m.identity IN (" + pageOf(query, common) + ") ORDER BY m.handle LIMIT " + std::to_string(query.limit);
    Fields f;
    ListedMember one;
    std::vector<ListedMember> out;
    soci::statement st = (m_store.impl().rows().prepare << text, use(query.asker.str(), "k1"), use(query.asker.str(), "k2"),
                          use(query.after, "a"), use(by, "b"), use(low, "c"), use(high, "d"),
                          into(f.identity), into(f.standing), into(f.handle), into(f.invitedBy), into(f.invitation), into(f.joined),
                          into(f.state), into(f.until.value, f.until.present), into(f.granted), into(f.version), into(one.name),
                          into(one.invitedByName), into(one.invited), into(one.pictureMs));
    st.execute();
    while (st.fetch()) {
        one.member = f.row();
        out.push_back(one);
    }
    return out;
}

int MemberStore::count(const MemberQuery& query) {
    const std::string by = query.invitedBy ? query.invitedBy->str() : std::string();
    int count = 0;
    if (query.text.empty()) {
        m_store.impl().rows() << "SELECT COUNT(*) FROM house_members m " + whoOf(query, false), use(by, "b"), into(count);
        return count;
    }
    const auto [low, high] = searchRange(query.text);
    const std::string from = low, to = high, first;
    MemberQuery some = query;
    some.limit = kMaxFoundMembers;
    const std::string text = "SELECT COUNT(*) FROM (" + pageOf(some, isCommon(m_store.impl().rows(), from, to)) + ") x";
    m_store.impl().rows() << text, use(first, "a"), use(by, "b"), use(from, "c"), use(to, "d"), into(count);
    return std::min(count, kMaxFoundMembers);
}

int MemberStore::countInvited(const base::Identity& by) {
    int count = 0;
    m_store.impl().rows() << "SELECT COUNT(*) FROM house_members WHERE invited_by = :b", use(by.str(), "b"), into(count);
    return count;
}

std::vector<base::Identity> MemberStore::invitedBy(const base::Identity& by) {
    return identities(m_store.impl().rows(), "SELECT identity FROM house_members WHERE invited_by = :a ORDER BY handle", by.str());
}

std::vector<base::Identity> MemberStore::cameBy(const base::InvitationId& invitation) {
    return identities(m_store.impl().rows(), "SELECT identity FROM house_members WHERE invitation = :a ORDER BY handle",
                      invitation.str());
}

std::vector<HouseMember> MemberStore::admins() {
    return rowsOf(m_store.impl().rows(), "WHERE m.standing IN (:a, :b) AND m.state = :c ORDER BY m.handle", "admin", "owner", "active");
}

bool MemberStore::addEarned(const base::Identity& who, const base::RoomSid& sid, base::WallTime at) {
    const long long ms = base::toUnixMs(at);
    const std::string id = who.str(), session = sid.str();
    soci::statement st = (m_store.impl().rows().prepare
                              << "INSERT INTO earned(identity, at_ms, sid) VALUES(:i, :a, :s) ON CONFLICT(identity, sid) DO NOTHING",
                          use(id, "i"), use(ms, "a"), use(session, "s"));
    st.execute(true);
    return st.get_affected_rows() == 1;
}

int MemberStore::earned(const base::Identity& who, base::WallTime since) {
    const long long ms = base::toUnixMs(since);
    int count = 0;
    m_store.impl().rows() << "SELECT COUNT(*) FROM earned WHERE identity = :i AND at_ms >= :a", use(who.str(), "i"), use(ms, "a"),
        into(count);
    return count;
}

namespace {

std::vector<ApplicationRow> applicationRows(soci::session& sql, const std::string& rest, const std::string& a, const std::string& b) {
    std::vector<ApplicationRow> out;
    std::string id, identity, name, key, words, invitation, room, state, by;
    long long at = 0;
    const std::string text =
        "SELECT id, identity, name, public_key, words, invitation, room, at_ms, state, answered_by FROM applications " + rest;
    soci::statement st = (sql.prepare << text, use(a, "a"), use(b, "b"), into(id), into(identity), into(name), into(key), into(words),
                          into(invitation), into(room), into(at), into(state), into(by));
    st.execute();
    while (st.fetch())
        out.push_back({id, base::Identity(identity), name, key, words, base::InvitationId(invitation), base::RoomId(room),
                       base::fromUnixMs(at), state, base::Identity(by)});
    return out;
}

std::optional<ApplicationRow> first(std::vector<ApplicationRow> rows) {
    return rows.empty() ? std::nullopt : std::optional(std::move(rows.front()));
}

}  // namespace

void MemberStore::putApplication(const ApplicationRow& r) {
    const long long at = base::toUnixMs(r.at);
    m_store.impl().rows() << "INSERT INTO applications(id, identity, name, public_key, words, invitation, room, at_ms, state, "
                             "answered_by) VALUES(:i, :w, :n, :k, :t, :v, :r, :a, :s, :b) ON CONFLICT(identity, invitation) DO UPDATE "
                             "SET name = excluded.name, words = excluded.words, at_ms = excluded.at_ms, state = excluded.state, "
                             "answered_by = excluded.answered_by",
        use(r.id, "i"), use(r.identity.str(), "w"), use(r.name, "n"), use(r.publicKey, "k"), use(r.words, "t"),
        use(r.invitation.str(), "v"), use(r.room.str(), "r"), use(at, "a"), use(r.state, "s"), use(r.answeredBy.str(), "b");
}

std::optional<ApplicationRow> MemberStore::application(const std::string& id) {
    return first(applicationRows(m_store.impl().rows(), "WHERE id = :a AND :b = ''", id, {}));
}

std::optional<ApplicationRow> MemberStore::applicationOf(const base::Identity& who, const base::InvitationId& invitation) {
    return first(applicationRows(m_store.impl().rows(), "WHERE identity = :a AND invitation = :b", who.str(), invitation.str()));
}

std::vector<ApplicationRow> MemberStore::openApplications(const base::RoomId& room, int limit) {
    const std::string waiting = room.empty() ? "AND invitation = '' " : "";
    return applicationRows(m_store.impl().rows(),
                           "WHERE state = 'open' AND room = :a AND :b = '' " + waiting + "ORDER BY at_ms, id LIMIT " + std::to_string(limit),
                           room.str(), {});
}

std::vector<ApplicationRow> MemberStore::openApplicationsBy(const base::InvitationId& invitation) {
    return applicationRows(m_store.impl().rows(), "WHERE state = 'open' AND invitation = :a AND :b = '' ORDER BY at_ms, id",
                           invitation.str(), {});
}

std::vector<MemberRow> MemberStore::roomsOf(const base::Identity& who) {
    std::vector<MemberRow> out;
    std::string room;
    std::vector<base::RoomId> ids;
    soci::statement st = (m_store.impl().rows().prepare << "SELECT room FROM members WHERE identity = :w AND active = 1 ORDER BY room",
                          use(who.str(), "w"), into(room));
    st.execute();
    while (st.fetch()) ids.emplace_back(room);
    for (const auto& id : ids)
        if (auto row = m_store.member(id, who)) out.push_back(std::move(*row));
    return out;
}

}  // namespace parlour::house
