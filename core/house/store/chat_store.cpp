// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/chat_store.h"

#include <algorithm>
#include <limits>

#include "core/house/store/store_impl.h"

namespace parlour::house {

using soci::into;
using soci::use;

namespace {

struct Fields {
    long long n = 0, at = 0;
    int deleted = 0;
    std::string room, id, author, name, words;

    ChatRow row() const {
        return {static_cast<std::uint64_t>(n), id, base::Identity(author), name, base::fromUnixMs(at), words, deleted != 0};
    }
};

constexpr const char* kColumns = "SELECT n, id, author, name, at_ms, words, deleted FROM chat WHERE room = :r AND sid = :s ";

std::vector<ChatRow> read(soci::session& sql, const base::RoomId& room, const base::RoomSid& session, const char* where,
                          std::uint64_t number, int limit) {
    std::vector<ChatRow> out;
    Fields f;
    const long long from = static_cast<long long>(number);
    soci::statement st = (sql.prepare << std::string(kColumns) + where + " LIMIT :l",
                          use(room.str(), "r"), use(session.str(), "s"), use(from, "n"), use(limit, "l"), into(f.n), into(f.id),
                          into(f.author), into(f.name), into(f.at), into(f.words), into(f.deleted));
    st.execute();
    while (st.fetch()) out.push_back(f.row());
    return out;
}

}  // namespace

std::uint64_t ChatStore::last(const base::RoomId& room) {
    long long n = 0;
    soci::indicator found = soci::i_null;
    m_store.impl().rows() << "SELECT MAX(n) FROM chat WHERE room = :r", use(room.str(), "r"), into(n, found);
    return found == soci::i_ok ? static_cast<std::uint64_t>(n) : 0;
}

bool ChatStore::add(const base::RoomId& room, const base::RoomSid& session, const ChatRow& row) {
    const long long n = static_cast<long long>(row.n), at = base::toUnixMs(row.at);
    soci::statement st = (m_store.impl().rows().prepare
                              << "INSERT INTO chat(room, n, sid, id, author, name, at_ms, words, deleted) "
                                 "VALUES(:r, :n, :s, :i, :a, :m, :t, :w, 0) ON CONFLICT(room, sid, id) DO NOTHING",
                          use(room.str(), "r"), use(n, "n"), use(session.str(), "s"), use(row.id, "i"), use(row.author.str(), "a"),
                          use(row.name, "m"), use(at, "t"), use(row.words, "w"));
    st.execute(true);
    return st.get_affected_rows() == 1;
}

std::vector<ChatRow> ChatStore::after(const base::RoomId& room, const base::RoomSid& session, std::uint64_t after, int limit) {
    return read(m_store.impl().rows(), room, session, "AND n > :n ORDER BY n", after, limit);
}

std::vector<ChatRow> ChatStore::latest(const base::RoomId& room, const base::RoomSid& session, int limit, std::uint64_t before) {
    const auto end = before == 0 ? static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) : before;
    auto out = read(m_store.impl().rows(), room, session, "AND n < :n ORDER BY n DESC", end, limit);
    std::reverse(out.begin(), out.end());
    return out;
}

std::optional<ChatRow> ChatStore::find(const base::RoomId& room, const base::RoomSid& session, const std::string& id) {
    Fields f;
    auto& sql = m_store.impl().rows();
    sql << std::string(kColumns) + "AND id = :i", use(room.str(), "r"), use(session.str(), "s"), use(id, "i"), into(f.n),
        into(f.id), into(f.author), into(f.name), into(f.at), into(f.words), into(f.deleted);
    return sql.got_data() ? std::optional(f.row()) : std::nullopt;
}

void ChatStore::erase(const base::RoomId& room, const base::RoomSid& session, std::uint64_t n) {
    const long long at = static_cast<long long>(n);
    m_store.impl().rows() << "UPDATE chat SET words = '', deleted = 1 WHERE room = :r AND sid = :s AND n = :n", use(room.str(), "r"),
        use(session.str(), "s"), use(at, "n");
}

void ChatStore::trim(const base::RoomId& room, std::uint64_t last, std::uint64_t keep) {
    if (last <= keep) return;
    const long long upTo = static_cast<long long>(last - keep);
    m_store.impl().rows() << "DELETE FROM chat WHERE room = :r AND n <= :n", use(room.str(), "r"), use(upTo, "n");
}

std::size_t ChatStore::forget(base::WallTime olderThan) {
    const long long at = base::toUnixMs(olderThan);
    soci::statement st = (m_store.impl().rows().prepare << "DELETE FROM chat WHERE at_ms < :t", use(at, "t"));
    st.execute(true);
    return static_cast<std::size_t>(st.get_affected_rows());
}

ChatRules ChatStore::rules(const base::RoomId& room, const base::RoomSid& session) {
    ChatRules out;
    std::string by;
    m_store.impl().rows() << "SELECT slow_s, pinned, pinned_by FROM chat_rules WHERE room = :r AND sid = :s", use(room.str(), "r"),
        use(session.str(), "s"), into(out.slowS), into(out.pinned), into(by);
    out.pinnedBy = base::Identity(by);
    return out;
}

void ChatStore::putRules(const base::RoomId& room, const base::RoomSid& session, const ChatRules& rules) {
    m_store.impl().rows() << "INSERT INTO chat_rules(room, sid, slow_s, pinned, pinned_by) VALUES(:r, :s, :l, :p, :b) "
                             "ON CONFLICT(room) DO UPDATE SET sid = excluded.sid, slow_s = excluded.slow_s, "
                             "pinned = excluded.pinned, pinned_by = excluded.pinned_by",
        use(room.str(), "r"), use(session.str(), "s"), use(rules.slowS, "l"), use(rules.pinned, "p"), use(rules.pinnedBy.str(), "b");
}

std::vector<ChatStore::Line> ChatStore::linesOf(const base::Identity& author) {
    std::vector<Line> out;
    Fields f;
    soci::statement st = (m_store.impl().rows().prepare << "SELECT room, n, id, author, name, at_ms, words, deleted FROM chat "
                                                           "WHERE author = :a ORDER BY at_ms, room, n",
                          use(author.str(), "a"), into(f.room), into(f.n), into(f.id), into(f.author), into(f.name), into(f.at),
                          into(f.words), into(f.deleted));
    st.execute();
    while (st.fetch()) out.push_back({base::RoomId(f.room), f.row()});
    return out;
}

void ChatStore::forgetPerson(const base::Identity& author) {
    m_store.impl().rows() << "UPDATE chat SET words = '', name = '', deleted = 1 WHERE author = :a", use(author.str(), "a");
}

}  // namespace parlour::house
