// SPDX-License-Identifier: Apache-2.0
// A person goes on under a new key: every row that says who they are says so with the new id. The audit log does not change.
#include "core/house/store/name_parts.h"
#include "core/house/store/person_store.h"
#include "core/house/store/store_impl.h"

namespace parlour::house {

using soci::into;
using soci::use;

namespace {

/// Rows of which one person has at most one for each value of `key`; where both have one, the old person's stays.
struct Keyed {
    const char* table;
    const char* column;
    const char* key;   ///< further columns of the primary key; empty = none
};
constexpr Keyed kKeyed[] = {
    {"members", "identity", "room"},    {"redeems", "identity", "invitation"}, {"bans", "identity", "room"},
    {"marks", "identity", "room"},      {"earned", "identity", "sid"},         {"applications", "identity", "invitation"},
    {"profiles", "identity", ""},       {"pictures", "identity", ""},          {"notices", "identity", "n"},
    {"follows", "who", "whom"},         {"follows", "whom", "who"},            {"blocks", "who", "whom"},
    {"reminders", "identity", "object"}, {"blocks", "whom", "who"},          {"rsvps", "identity", "event"},        {"date_votes", "identity", "event, date_ms"},
};

struct Plain {
    const char* table;
    const char* column;
};
constexpr Plain kPlain[] = {
    {"house_members", "invited_by"}, {"invitations", "issuer"},    {"invitations", "for_key"},         {"applications", "answered_by"},
    {"waves", "sender"},             {"waves", "receiver"},        {"notices", "sender"},              {"events", "host"},
    {"guests", "host"},              {"chat", "author"},           {"guest_compared", "by_identity"},  {"chat_rules", "pinned_by"},
    {"questions", "asker"},          {"reports", "reporter"},         {"reports", "reported"},      {"reports", "resolved_by"},
};

std::string sameKey(const std::string& table, std::string key) {
    std::string out;
    for (std::size_t at = 0; at < key.size();) {
        const auto end = std::min(key.find(", ", at), key.size());
        const auto one = key.substr(at, end - at);
        out += " AND o." + one + " = " + table + "." + one;
        at = end + 2;
    }
    return out;
}

}  // namespace

std::optional<base::Identity> PersonStore::movedTo(const base::Identity& who) {
    auto& sql = m_store.impl().rows();
    std::string to;
    sql << "SELECT new_identity FROM moved_persons WHERE old_identity = :w", use(who.str(), "w"), into(to);
    return sql.got_data() ? std::optional(base::Identity(to)) : std::nullopt;
}

void PersonStore::move(const base::Identity& fromId, const PersonRow& toPerson, base::WallTime now) {
    auto& sql = m_store.impl().rows();
    const std::string from = fromId.str(), to = toPerson.identity.str();
    const auto old = m_store.person(fromId);
    const auto both = [&](const std::string& text) { sql << text, use(from, "f"), use(to, "t"); };
    m_store.putPerson(toPerson, now);
    // The epoch of a place never falls: what was signed for either key before opens nothing.
    both("UPDATE members SET epoch = epoch + 1 + COALESCE((SELECT o.epoch FROM members o WHERE o.room = members.room AND o.identity = :t), 0) "
         "WHERE identity = :f");
    sql << "DELETE FROM house_members WHERE identity = :t", use(to, "t");
    both("UPDATE house_members SET version = version + 1, identity = :t WHERE identity = :f");
    for (const auto& one : kKeyed) {
        const std::string table = one.table, column = one.column;
        both("DELETE FROM " + table + " WHERE " + column + " = :t AND EXISTS (SELECT 1 FROM " + table + " o WHERE o." + column + " = :f" +
             sameKey(table, one.key) + ")");
        both("UPDATE " + table + " SET " + column + " = :t WHERE " + column + " = :f");
    }
    for (const auto& one : kPlain) both(std::string("UPDATE ") + one.table + " SET " + one.column + " = :t WHERE " + one.column + " = :f");
    for (const char* self : {"follows", "blocks"}) sql << std::string("DELETE FROM ") + self + " WHERE who = whom";
    both("UPDATE events SET cohosts = REPLACE(cohosts, :f, :t)");
    both("UPDATE reports SET context = REPLACE(context, :f, :t)");
    run("DELETE FROM feeds WHERE identity = :w", from);   // an address that the lost computer knows
    run("DELETE FROM seats WHERE identity = :w", from);
    const auto key = [](const std::string& hex) {
        const auto bytes = base::fromHex(hex);
        return bytes && !bytes->empty() ? base::toBase64Url(*bytes) : std::string();
    };
    if (const std::string before = old ? key(old->publicKey) : "", after = key(toPerson.publicKey); !before.empty() && !after.empty())
        sql << "UPDATE guests SET seat_key = :a WHERE seat_key = :b", use(after, "a"), use(before, "b");
    run("DELETE FROM name_parts WHERE identity = :w", from);
    run("UPDATE persons SET name = '', public_key = '' WHERE identity = :w", from);
    // Found again: a key that was replaced may be the new one.
    run("DELETE FROM moved_persons WHERE old_identity = :w", to);
    both("UPDATE moved_persons SET new_identity = :t WHERE new_identity = :f");
    const long long at = base::toUnixMs(now);
    sql << "INSERT INTO moved_persons(old_identity, new_identity, at_ms) VALUES(:f, :t, :a)", use(from, "f"), use(to, "t"), use(at, "a");
}

}  // namespace parlour::house
