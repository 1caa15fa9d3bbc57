// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/store.h"

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/house/store/migrations.h"
#include "core/house/store/name_parts.h"
#include "core/house/store/store_impl.h"

namespace parlour::house {

using soci::into;
using soci::use;

namespace {

void runScript(Store::Impl& impl, std::string_view script) {
    std::size_t from = 0;
    while (true) {
        const auto end = script.find(";\n", from);
        if (end == std::string_view::npos) return;
        impl.sql << inWordsOf(impl.connection.dialect(), std::string(script.substr(from, end - from)));
        from = end + 2;
    }
}

}  // namespace

base::Result<void> migrate(Store::Impl& impl, int upTo) {
    const int newest = migrations().back().version;
    for (const auto& step : migrations()) {
        if (step.version > upTo) break;
        // Two servers may open a new database at once: what there is is read inside the transaction.
        Transaction transaction(impl.connection);
        const int have = impl.connection.schemaVersion();
        if (have > newest)
            return base::fail(base::ErrorKind::unavailable, "store_newer", "This data folder was written by a newer parlourd.",
                              "Install that version or a later one.",
                              "schema " + std::to_string(have) + ", known " + std::to_string(newest));
        if (step.version <= have) continue;
        runScript(impl, step.sql);
        if (step.after) step.after(impl.sql);
        const std::string version = std::to_string(step.version);
        impl.sql << "DELETE FROM meta WHERE name = 'schema_version'";
        impl.sql << "INSERT INTO meta(name, value) VALUES('schema_version', :v)", use(version, "v");
        transaction.commit();
    }
    return {};
}

Store::Store(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Store::~Store() = default;

base::Result<std::unique_ptr<Store>> Store::open(const std::string& where) {
    static const base::SystemClock kClock;
    return open(where, kClock);
}

base::Result<std::unique_ptr<Store>> Store::open(const std::string& where, const base::Clock& clock) {
    auto impl = std::make_unique<Impl>(clock);
    try {
        if (auto done = impl->connection.open(where); !done) return base::Unexpected(std::move(done).error());
        if (auto done = migrate(*impl, migrations().back().version); !done) return base::Unexpected(std::move(done).error());
        return std::unique_ptr<Store>(new Store(std::move(impl)));
    } catch (const soci::soci_error& error) {
        return base::Unexpected(impl->connection.explainOpen(error));
    }
}

base::Result<void> Store::transact(const std::function<base::Result<void>()>& body) {
    PARLOUR_CHECK_THREAD(m_impl->thread);
    assert(!m_impl->inside);
    m_impl->inside = true;
    struct Outside {
        bool& inside;
        ~Outside() { inside = false; }
    } outside{m_impl->inside};
    try {
        Transaction transaction(m_impl->connection);
        if (auto done = body(); !done) return done;  // the destructor rolls back
        transaction.commit();
        return {};
    } catch (const soci::soci_error& error) {
        auto told = m_impl->connection.explain(error);
        // No detail: it is still away, and that was logged when it was tried.
        if (!told.detail.empty()) base::log(base::LogLevel::error, "house", "store: " + told.detail);
        told.detail.clear();  // it names the operator's machines and folders, and the answer goes to everybody
        return base::Unexpected(std::move(told));
    }
}

void Store::limitPages(int pages) {
    if (m_impl->connection.dialect() == Dialect::sqlite) m_impl->sql << "PRAGMA max_page_count = " << pages;
}

std::optional<std::string> Store::meta(const std::string& key) {
    std::string value;
    auto& sql = m_impl->rows();
    sql << "SELECT value FROM meta WHERE name = :k", use(key, "k"), into(value);
    return sql.got_data() ? std::optional(value) : std::nullopt;
}

void Store::setMeta(const std::string& key, const std::string& value) {
    auto& sql = m_impl->rows();
    sql << "DELETE FROM meta WHERE name = :k", use(key, "k");
    sql << "INSERT INTO meta(name, value) VALUES(:k, :v)", use(key, "k"), use(value, "v");
}

std::vector<RoomRow> Store::rooms() {
    std::vector<RoomRow> out;
    std::string id, title;
    long long created = 0;
    int forMembers = 0;
    soci::statement st =
        (m_impl->rows().prepare
             << "SELECT id, title, created_ms, for_members FROM rooms WHERE ended_ms IS NULL ORDER BY created_ms, id",
         into(id), into(title), into(created), into(forMembers));
    st.execute();
    while (st.fetch()) out.push_back({base::RoomId(id), title, base::fromUnixMs(created), forMembers != 0});
    return out;
}

void Store::addRoom(const RoomRow& room) {
    const long long at = base::toUnixMs(room.created);
    const int forMembers = room.forMembers ? 1 : 0;
    m_impl->rows() << "INSERT INTO rooms(id, title, created_ms, for_members) VALUES(:i, :t, :a, :m)", use(room.id.str(), "i"),
        use(room.title, "t"), use(at, "a"), use(forMembers, "m");
}

void Store::endRoom(const base::RoomId& room, base::WallTime at) {
    auto& sql = m_impl->rows();
    const long long ms = base::toUnixMs(at);
    sql << "UPDATE rooms SET ended_ms = :a WHERE id = :r", use(ms, "a"), use(room.str(), "r");
    sql << "UPDATE invitations SET revoked_ms = :a WHERE room = :r AND revoked_ms IS NULL", use(ms, "a"), use(room.str(), "r");
    sql << "DELETE FROM sessions WHERE room = :r", use(room.str(), "r");
    sql << "DELETE FROM seats WHERE room = :r", use(room.str(), "r");
    sql << "DELETE FROM marks WHERE room = :r", use(room.str(), "r");
}

std::optional<PersonRow> Store::person(const base::Identity& who) {
    PersonRow row;
    row.identity = who;
    auto& sql = m_impl->rows();
    sql << "SELECT public_key, name FROM persons WHERE identity = :w", use(who.str(), "w"), into(row.publicKey), into(row.name);
    return sql.got_data() ? std::optional(row) : std::nullopt;
}

void Store::putPerson(const PersonRow& person, base::WallTime at) {
    auto& sql = m_impl->rows();
    const long long ms = base::toUnixMs(at);
    const auto known = this->person(person.identity);
    if (!known || known->name != person.name) putNameParts(sql, person.identity.str(), person.name);
    sql << "INSERT INTO persons(identity, public_key, name, created_ms) VALUES(:i, :k, :n, :a) "
           "ON CONFLICT(identity) DO UPDATE SET name = excluded.name, public_key = excluded.public_key",
        use(person.identity.str(), "i"), use(person.publicKey, "k"), use(person.name, "n"), use(ms, "a");
}

void Store::addBan(const BanRow& ban, base::WallTime at) {
    auto& sql = m_impl->rows();
    MaybeNumber until(ban.until);
    const long long ms = base::toUnixMs(at);
    sql << "DELETE FROM bans WHERE room = :r AND identity = :w", use(ban.room.str(), "r"), use(ban.identity.str(), "w");
    sql << "INSERT INTO bans(room, identity, until_ms, at_ms) VALUES(:r, :w, :u, :a)", use(ban.room.str(), "r"),
        use(ban.identity.str(), "w"), use(until.value, until.present, "u"), use(ms, "a");
}

std::optional<BanRow> Store::ban(const base::RoomId& room, const base::Identity& who, base::WallTime now) {
    auto& sql = m_impl->rows();
    const long long ms = base::toUnixMs(now);
    MaybeNumber until;
    sql << "SELECT until_ms FROM bans WHERE room = :r AND identity = :w AND (until_ms IS NULL OR until_ms > :n)",
        use(room.str(), "r"), use(who.str(), "w"), use(ms, "n"), into(until.value, until.present);
    if (sql.got_data()) return BanRow{room, who, until.time()};
    // The link they came by is banned; moderators who came by it are not.
    sql << "SELECT b.until_ms FROM link_bans b JOIN members m ON m.room = b.room AND m.invitation = b.invitation WHERE m.room = :r "
           "AND m.identity = :w AND m.power = '' AND (b.until_ms IS NULL OR b.until_ms > :n)",
        use(room.str(), "r"), use(who.str(), "w"), use(ms, "n"), into(until.value, until.present);
    if (!sql.got_data()) return std::nullopt;
    return BanRow{room, who, until.time()};
}

bool Store::tokenSpent(const std::string& jti) {
    int there = 0;
    m_impl->rows() << "SELECT COUNT(*) FROM spent_tokens WHERE jti = :j", use(jti, "j"), into(there);
    return there > 0;
}

void Store::returnToken(const std::string& jti) { m_impl->rows() << "DELETE FROM spent_tokens WHERE jti = :j", use(jti, "j"); }

bool Store::spendToken(const std::string& jti, base::WallTime expires) {
    if (tokenSpent(jti)) return false;
    auto& sql = m_impl->rows();
    const long long ms = base::toUnixMs(expires);
    sql << "INSERT INTO spent_tokens(jti, expires_ms) VALUES(:j, :e)", use(jti, "j"), use(ms, "e");
    return true;
}

void Store::forgetTokens(base::WallTime expiredBefore) {
    const long long ms = base::toUnixMs(expiredBefore);
    m_impl->rows() << "DELETE FROM spent_tokens WHERE expires_ms < :e", use(ms, "e");
}

}  // namespace parlour::house
