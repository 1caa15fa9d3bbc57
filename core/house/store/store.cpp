// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/store.h"

#include <soci/sqlite3/soci-sqlite3.h>

#include "core/base/log.h"
#include "core/house/store/migrations.h"
#include "core/house/store/store_impl.h"

namespace parlour::house {

using soci::into;
using soci::use;

namespace {

// Never what(): SOCI puts the statement's bound values into it, and they are secrets and names (security: T48).
base::Unexpected<base::Error> storeError(const soci::soci_error& error) {
    int code = 0;
    if (const auto* lite = dynamic_cast<const soci::sqlite3_soci_error*>(&error)) code = lite->result() & 0xff;
    if (code == SQLITE_FULL)
        return base::fail(base::ErrorKind::unavailable, "disk_full", "The server's disk is full; nothing was changed.",
                          "Free some space on the server and try again.");
    return base::fail(base::ErrorKind::unavailable, "store_failed", "The server could not save this; nothing was changed.",
                      "Try again; the operator finds the reason in the log.", error.get_error_message());
}

int schemaVersion(soci::session& sql) {
    int tables = 0;
    sql << "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'meta'", into(tables);
    if (tables == 0) return 0;
    std::string version;
    sql << "SELECT value FROM meta WHERE name = 'schema_version'", into(version);
    return version.empty() ? 0 : std::stoi(version);
}

void runScript(soci::session& sql, std::string_view script) {
    std::size_t from = 0;
    while (true) {
        const auto end = script.find(";\n", from);
        if (end == std::string_view::npos) return;
        sql << std::string(script.substr(from, end - from));
        from = end + 2;
    }
}

base::Result<void> migrate(soci::session& sql) {
    const int have = schemaVersion(sql);
    const int newest = migrations().back().version;
    if (have > newest)
        return base::fail(base::ErrorKind::unavailable, "store_newer", "This data folder was written by a newer parlourd.",
                          "Install that version or a later one.",
                          "schema " + std::to_string(have) + ", known " + std::to_string(newest));
    for (const auto& step : migrations()) {
        if (step.version <= have) continue;
        soci::transaction transaction(sql);
        runScript(sql, step.sql);
        if (step.after) step.after(sql);
        const std::string version = std::to_string(step.version);
        sql << "DELETE FROM meta WHERE name = 'schema_version'";
        sql << "INSERT INTO meta(name, value) VALUES('schema_version', :v)", use(version, "v");
        transaction.commit();
    }
    return {};
}

}  // namespace

Store::Store(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Store::~Store() = default;

base::Result<std::unique_ptr<Store>> Store::open(const std::string& file) {
    try {
        auto impl = std::make_unique<Impl>();
        impl->sql.open(soci::sqlite3, "dbname=\"" + file + "\" timeout=5");
        std::string mode;
        impl->sql << "PRAGMA journal_mode = WAL", into(mode);
        impl->sql << "PRAGMA synchronous = FULL";
        impl->sql << "PRAGMA foreign_keys = ON";
        int full = 0;
        impl->sql << "PRAGMA synchronous", into(full);
        if (full != 2) return base::fail(base::ErrorKind::unavailable, "store_unavailable", "The database cannot write safely.");
        if (auto done = migrate(impl->sql); !done) return base::Unexpected(std::move(done).error());
        return std::unique_ptr<Store>(new Store(std::move(impl)));
    } catch (const soci::soci_error& error) {
        return base::fail(base::ErrorKind::unavailable, "store_unavailable", "The house's database cannot be opened.",
                          "Check the data folder's rights and the free space.", error.get_error_message());
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
        soci::transaction transaction(m_impl->sql);
        if (auto done = body(); !done) return done;  // the destructor rolls back
        transaction.commit();
        return {};
    } catch (const soci::soci_error& error) {
        base::log(base::LogLevel::error, "house", std::string("store: ") + error.get_error_message());
        return storeError(error);
    }
}

void Store::limitPages(int pages) { m_impl->sql << "PRAGMA max_page_count = " << pages; }

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
    soci::statement st =
        (m_impl->rows().prepare << "SELECT id, title, created_ms FROM rooms WHERE ended_ms IS NULL ORDER BY created_ms, id",
         into(id), into(title), into(created));
    st.execute();
    while (st.fetch()) out.push_back({base::RoomId(id), title, base::fromUnixMs(created)});
    return out;
}

void Store::addRoom(const RoomRow& room) {
    const long long at = base::toUnixMs(room.created);
    m_impl->rows() << "INSERT INTO rooms(id, title, created_ms) VALUES(:i, :t, :a)", use(room.id.str(), "i"),
        use(room.title, "t"), use(at, "a");
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
    sql << "INSERT INTO persons(identity, public_key, name, created_ms) VALUES(:i, :k, :n, :a) "
           "ON CONFLICT(identity) DO UPDATE SET name = excluded.name",
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
    if (!sql.got_data()) return std::nullopt;
    return BanRow{room, who, until.time()};
}

bool Store::spendToken(const std::string& jti, base::WallTime expires) {
    auto& sql = m_impl->rows();
    int there = 0;
    sql << "SELECT COUNT(*) FROM spent_tokens WHERE jti = :j", use(jti, "j"), into(there);
    if (there > 0) return false;
    const long long ms = base::toUnixMs(expires);
    sql << "INSERT INTO spent_tokens(jti, expires_ms) VALUES(:j, :e)", use(jti, "j"), use(ms, "e");
    return true;
}

void Store::forgetTokens(base::WallTime expiredBefore) {
    const long long ms = base::toUnixMs(expiredBefore);
    m_impl->rows() << "DELETE FROM spent_tokens WHERE expires_ms < :e", use(ms, "e");
}

}  // namespace parlour::house
