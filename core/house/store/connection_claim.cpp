// SPDX-License-Identifier: Apache-2.0
// Who runs the house in a database server, as the connection says and sees it: one alone holds a lock of the session, those
// who share the house hold it together.
#include <soci/postgresql/soci-postgresql.h>

#include <memory>

#include "core/crypto/random.h"
#include "core/house/store/connection.h"

namespace parlour::house {

using soci::into;
using soci::use;

namespace {
constexpr std::size_t kHolderBytes = 16;

PGconn* rawOf(soci::session& sql) {
    auto* backend = sql.get_backend();
    return backend ? static_cast<soci::postgresql_session_backend*>(backend)->conn_ : nullptr;
}
}  // namespace

const char* Connection::databaseNow() const {
    return m_dialect == Dialect::sqlite ? "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
                                        : "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";
}

base::Result<void> Connection::claim(const std::string& who, bool beside) {
    if (m_dialect == Dialect::sqlite) return {};
    m_beside = beside;
    // As others see the connection; the server cuts it at 63 bytes.
    const std::string name = ("parlourd, " + who).substr(0, 63);
    m_sql << "SELECT set_config('application_name', :n, false)", use(name, "n");
    int mine = 0;
    const std::string lock = beside ? "pg_try_advisory_lock_shared" : "pg_try_advisory_lock";
    m_sql << "SELECT CASE WHEN " + lock + "(1348563565, hashtext(current_schema())) THEN 1 ELSE 0 END", into(mine);
    if (mine == 1) {
        if (!beside)
            if (auto shared = refuseShared(); !shared) return shared;
        m_claim = who;
        return {};
    }
    const std::string holders =
        " FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 1348563565 AND "
        "l.objid = CAST((CAST(hashtext(current_schema()) AS BIGINT) & 4294967295) AS OID) AND l.database = (SELECT oid FROM pg_database WHERE "
        "datname = current_database())";
    std::string holder;
    int shared = 0;
    soci::indicator seen = soci::i_null, seenMode = soci::i_null;
    m_sql << "SELECT CAST(a.application_name AS TEXT), CASE WHEN l.mode = 'ShareLock' THEN 1 ELSE 0 END" + holders + " LIMIT 1", into(holder, seen),
        into(shared, seenMode);
    if (holder == name && shared == 0) {
        // Our own connection of before, which the database has not yet missed.
        m_sql << "SELECT COUNT(pg_terminate_backend(l.pid))" + holders, into(mine);
        throw soci::soci_error(std::string());
    }
    const auto at = holder.find(", ");
    return base::fail(base::ErrorKind::conflict, "store_in_use",
                      "Another parlourd" + (at == std::string::npos ? std::string() : " (" + holder.substr(at + 2) + ")") + " runs the house in this database.",
                      shared == 1 ? "Several share this house: start this one with --replica-address as well, or give it a database of its own with --store."
                                  : "Stop it, or give this one a database of its own with --store.");
}

/// Those who share the house may all have lost their connections a moment ago, and come back.
base::Result<void> Connection::refuseShared() {
    if (m_fence || schemaVersion() < kClaimsVersion) return {};
    std::string holder;
    m_sql << std::string("SELECT holder_name FROM house_claim WHERE what = 'house' AND until_ms > ") + databaseNow(), into(holder);
    if (!m_sql.got_data()) return {};
    unclaim();
    return base::fail(base::ErrorKind::conflict, "store_in_use", "Another parlourd (" + holder + ") runs the house in this database.",
                      "Several share this house: start this one with --replica-address as well, or give it a database of its own with --store.");
}

void Connection::hurry() {
    if (m_beside) m_sql << "SET idle_in_transaction_session_timeout = '5s'";
}

void Connection::unclaim() {
    m_claim.clear();
    if (m_dialect == Dialect::sqlite) return;
    int gone = 0;
    m_sql << std::string("SELECT CASE WHEN ") + (m_beside ? "pg_advisory_unlock_shared" : "pg_advisory_unlock") +
                 "(1348563565, hashtext(current_schema())) THEN 1 ELSE 0 END",
        into(gone);
}

void Connection::takeFence() {
    if (m_dialect == Dialect::sqlite || m_fence) return;
    HouseFence mine{crypto::randomToken(kHolderBytes), 0};
    long long number = 0;
    m_sql << "UPDATE house_claim SET holder = :h, holder_name = '', address = '', pass_key = '', fence = fence + 1, until_ms = 0 "
             "WHERE what = 'house' RETURNING fence",
        use(mine.holder, "h"), into(number);
    mine.number = number;
    m_fence = std::move(mine);
}

void Connection::listen(const std::string& channel) {
    m_channel = channel;
    if (m_dialect == Dialect::postgresql) m_sql << "LISTEN " + channel;
}

bool Connection::told() {
    PGconn* raw = m_dialect == Dialect::postgresql ? rawOf(m_sql) : nullptr;
    if (!raw || PQconsumeInput(raw) == 0) return false;
    bool any = false;
    while (auto* one = PQnotifies(raw)) {
        PQfreemem(one);
        any = true;
    }
    return any;
}

}  // namespace parlour::house
