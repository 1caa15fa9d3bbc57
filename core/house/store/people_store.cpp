// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/people_store.h"

#include <set>

#include "core/house/store/store_impl.h"

namespace parlour::house {

using soci::into;
using soci::use;

namespace {

// Links hold no control characters (checked where they are taken in), so a line break separates them.
std::string joined(const std::vector<std::string>& links) {
    std::string out;
    for (const auto& link : links) out += (out.empty() ? "" : "\n") + link;
    return out;
}
std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> out;
    for (std::size_t from = 0; from < text.size();) {
        const auto end = text.find('\n', from);
        out.push_back(text.substr(from, end - from));
        if (end == std::string::npos) break;
        from = end + 1;
    }
    return out;
}

WaveState waveState(const std::string& text) {
    if (text == "talking") return WaveState::talking;
    return text == "later" ? WaveState::later : WaveState::open;
}

std::vector<base::Identity> identities(soci::session& sql, const std::string& query, const std::string& key) {
    std::vector<base::Identity> out;
    std::string id;
    soci::statement st = (sql.prepare << query, use(key, "k"), into(id));
    st.execute();
    while (st.fetch()) out.emplace_back(id);
    return out;
}

/// One row of waves at a time.
struct WaveFields {
    std::string id, sender, receiver, message, state, room;
    long long at = 0;
    WaveRow row() const {
        return {id, base::Identity(sender), base::Identity(receiver), message, base::fromUnixMs(at), waveState(state), base::RoomId(room)};
    }
};
constexpr const char* kWaveColumns = "SELECT id, sender, receiver, message, at_ms, state, room FROM waves ";

}  // namespace

std::string_view toString(WaveState state) {
    switch (state) {
        case WaveState::open: return "open";
        case WaveState::talking: return "talking";
        case WaveState::later: return "later";
    }
    return {};
}

ProfileRow PeopleStore::profile(const base::Identity& who) {
    auto& sql = m_store.impl().rows();
    ProfileRow row;
    std::string links;
    sql << "SELECT about, pronouns, links FROM profiles WHERE identity = :i", use(who.str(), "i"), into(row.about), into(row.pronouns),
        into(links);
    if (sql.got_data()) row.links = split(links);
    row.pictureMs = pictureMs(who);
    return row;
}

void PeopleStore::putProfile(const base::Identity& who, const ProfileRow& row) {
    const std::string links = joined(row.links);
    m_store.impl().rows() << "INSERT INTO profiles(identity, about, pronouns, links) VALUES(:i, :a, :p, :l) "
                             "ON CONFLICT(identity) DO UPDATE SET about = excluded.about, pronouns = excluded.pronouns, links = excluded.links",
        use(who.str(), "i"), use(row.about, "a"), use(row.pronouns, "p"), use(links, "l");
}

void PeopleStore::setPicture(const base::Identity& who, base::ByteView jpeg, base::WallTime at) {
    auto& sql = m_store.impl().rows();
    sql << "DELETE FROM pictures WHERE identity = :i", use(who.str(), "i");
    if (jpeg.empty()) return;
    const std::string text = base::toBase64(jpeg);
    const long long ms = base::toUnixMs(at);
    sql << "INSERT INTO pictures(identity, jpeg, at_ms) VALUES(:i, :j, :a)", use(who.str(), "i"), use(text, "j"), use(ms, "a");
}

long long PeopleStore::pictureMs(const base::Identity& who) {
    long long at = 0;
    m_store.impl().rows() << "SELECT at_ms FROM pictures WHERE identity = :i", use(who.str(), "i"), into(at);
    return at;
}

std::optional<base::Bytes> PeopleStore::picture(const base::Identity& who) {
    auto& sql = m_store.impl().rows();
    std::string text;
    sql << "SELECT jpeg FROM pictures WHERE identity = :i", use(who.str(), "i"), into(text);
    return sql.got_data() ? base::fromBase64(text) : std::nullopt;
}

void PeopleStore::follow(const base::Identity& who, const base::Identity& whom, bool on, base::WallTime at) {
    auto& sql = m_store.impl().rows();
    const long long ms = base::toUnixMs(at);
    if (on)
        sql << "INSERT INTO follows(who, whom, at_ms) VALUES(:a, :b, :t) ON CONFLICT(who, whom) DO NOTHING", use(who.str(), "a"),
            use(whom.str(), "b"), use(ms, "t");
    else
        sql << "DELETE FROM follows WHERE who = :a AND whom = :b", use(who.str(), "a"), use(whom.str(), "b");
}

void PeopleStore::block(const base::Identity& who, const base::Identity& whom, bool on, base::WallTime at) {
    auto& sql = m_store.impl().rows();
    if (!on) {
        sql << "DELETE FROM blocks WHERE who = :a AND whom = :b", use(who.str(), "a"), use(whom.str(), "b");
        return;
    }
    const long long ms = base::toUnixMs(at);
    sql << "INSERT INTO blocks(who, whom, at_ms) VALUES(:a, :b, :t) ON CONFLICT(who, whom) DO NOTHING", use(who.str(), "a"),
        use(whom.str(), "b"), use(ms, "t");
    follow(who, whom, false, at);
    follow(whom, who, false, at);
}

bool PeopleStore::follows(const base::Identity& who, const base::Identity& whom) {
    int n = 0;
    m_store.impl().rows() << "SELECT COUNT(*) FROM follows WHERE who = :a AND whom = :b", use(who.str(), "a"), use(whom.str(), "b"), into(n);
    return n > 0;
}
bool PeopleStore::blocks(const base::Identity& who, const base::Identity& whom) {
    int n = 0;
    m_store.impl().rows() << "SELECT COUNT(*) FROM blocks WHERE who = :a AND whom = :b", use(who.str(), "a"), use(whom.str(), "b"), into(n);
    return n > 0;
}
int PeopleStore::followers(const base::Identity& whom) {
    int n = 0;
    m_store.impl().rows() << "SELECT COUNT(*) FROM follows WHERE whom = :b", use(whom.str(), "b"), into(n);
    return n;
}

std::vector<base::Identity> PeopleStore::followsOf(const base::Identity& who) {
    return identities(m_store.impl().rows(), "SELECT whom FROM follows WHERE who = :k ORDER BY at_ms, whom", who.str());
}
std::vector<base::Identity> PeopleStore::blocksOf(const base::Identity& who) {
    return identities(m_store.impl().rows(), "SELECT whom FROM blocks WHERE who = :k ORDER BY at_ms, whom", who.str());
}
std::vector<base::Identity> PeopleStore::followedBy(const std::vector<base::Identity>& who) {
    std::set<base::Identity> all;
    for (const auto& one : who)
        for (auto& whom : followsOf(one)) all.insert(std::move(whom));
    return {all.begin(), all.end()};
}

void PeopleStore::addWave(const WaveRow& wave) {
    const long long at = base::toUnixMs(wave.at);
    const std::string state(toString(wave.state));
    m_store.impl().rows() << "INSERT INTO waves(id, sender, receiver, message, at_ms, state, room) VALUES(:i, :f, :t, :m, :a, :s, :r)",
        use(wave.id, "i"), use(wave.from.str(), "f"), use(wave.to.str(), "t"), use(wave.text, "m"), use(at, "a"),
        use(state, "s"), use(wave.room.str(), "r");
}

std::optional<WaveRow> PeopleStore::wave(const std::string& id) {
    auto& sql = m_store.impl().rows();
    WaveFields f;
    sql << std::string(kWaveColumns) + "WHERE id = :i", use(id, "i"), into(f.id), into(f.sender), into(f.receiver), into(f.message),
        into(f.at), into(f.state), into(f.room);
    return sql.got_data() ? std::optional(f.row()) : std::nullopt;
}

std::optional<WaveRow> PeopleStore::openWave(const base::Identity& from, const base::Identity& to, base::WallTime since) {
    auto& sql = m_store.impl().rows();
    WaveFields f;
    const long long ms = base::toUnixMs(since);
    sql << std::string(kWaveColumns) + "WHERE sender = :f AND receiver = :t AND state = 'open' AND at_ms >= :s", use(from.str(), "f"),
        use(to.str(), "t"), use(ms, "s"), into(f.id), into(f.sender), into(f.receiver), into(f.message), into(f.at), into(f.state),
        into(f.room);
    return sql.got_data() ? std::optional(f.row()) : std::nullopt;
}

void PeopleStore::setWave(const std::string& id, WaveState state, const base::RoomId& room) {
    const std::string word(toString(state));   // lives until the statement has run
    m_store.impl().rows() << "UPDATE waves SET state = :s, room = :r WHERE id = :i", use(word, "s"),
        use(room.str(), "r"), use(id, "i");
}

std::vector<WaveRow> PeopleStore::wavesOf(const base::Identity& who, base::WallTime since) {
    std::vector<WaveRow> out;
    WaveFields f;
    const long long ms = base::toUnixMs(since);
    soci::statement st = (m_store.impl().rows().prepare << std::string(kWaveColumns) +
                                                               "WHERE (sender = :f OR receiver = :t) AND at_ms >= :s ORDER BY at_ms DESC, id",
                          use(who.str(), "f"), use(who.str(), "t"), use(ms, "s"), into(f.id), into(f.sender), into(f.receiver),
                          into(f.message), into(f.at), into(f.state), into(f.room));
    st.execute();
    while (st.fetch()) out.push_back(f.row());
    return out;
}

void PeopleStore::addNotice(const base::Identity& who, NoticeRow notice) {
    auto& sql = m_store.impl().rows();
    long long n = 0;
    sql << "SELECT COALESCE(MAX(n), 0) + 1 FROM notices WHERE identity = :i", use(who.str(), "i"), into(n);
    const long long at = base::toUnixMs(notice.at);
    sql << "INSERT INTO notices(identity, n, kind, object, sender, message, at_ms) VALUES(:i, :n, :k, :o, :f, :m, :a)",
        use(who.str(), "i"), use(n, "n"), use(notice.kind, "k"), use(notice.object, "o"), use(notice.from.str(), "f"),
        use(notice.text, "m"), use(at, "a");
    const long long oldest = n - kMaxNotices;
    sql << "DELETE FROM notices WHERE identity = :i AND n <= :o", use(who.str(), "i"), use(oldest, "o");
}

std::vector<NoticeRow> PeopleStore::notices(const base::Identity& who, std::int64_t after) {
    std::vector<NoticeRow> out;
    std::string kind, object, sender, message;
    long long n = 0, at = 0;
    const long long from = after;
    soci::statement st = (m_store.impl().rows().prepare << "SELECT n, kind, object, sender, message, at_ms FROM notices "
                                                           "WHERE identity = :i AND n > :a ORDER BY n",
                          use(who.str(), "i"), use(from, "a"), into(n), into(kind), into(object), into(sender), into(message), into(at));
    st.execute();
    while (st.fetch()) out.push_back({n, kind, object, base::Identity(sender), message, base::fromUnixMs(at)});
    return out;
}

void PeopleStore::forget(const base::Identity& who) {
    auto& sql = m_store.impl().rows();
    for (const char* one : {"DELETE FROM profiles WHERE identity = :w", "DELETE FROM pictures WHERE identity = :w",
                            "DELETE FROM notices WHERE identity = :w", "DELETE FROM notices WHERE sender = :w",
                            "DELETE FROM follows WHERE who = :w", "DELETE FROM follows WHERE whom = :w",
                            "DELETE FROM blocks WHERE who = :w", "DELETE FROM blocks WHERE whom = :w",
                            "DELETE FROM waves WHERE sender = :w", "DELETE FROM waves WHERE receiver = :w"})
        sql << std::string(one), use(who.str(), "w");
}

}  // namespace parlour::house
