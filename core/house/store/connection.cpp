// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/connection.h"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <algorithm>
#include <map>
#include <memory>

#include "core/house/store/store_place.h"

namespace parlour::house {

using soci::into;

namespace {

constexpr base::Duration kBetweenTries = std::chrono::seconds(1);
// "Parl": one lock for the transactions of all parlourds on a database, apart from other programs' locks.
// Each statement has to see what was committed while it waited for the lock, whatever the role's default is.
constexpr const char* kBegin = "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(1348563564, hashtext(current_schema()))";
/// Not the database's fault, and said so by explain().
class Fenced : public soci::soci_error {
  public:
    Fenced() : soci::soci_error(std::string()) {}
};

std::string encoded(const std::string& text) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const auto byte = static_cast<unsigned char>(c);
        if (plain) out += c;
        else (out += '%', out += kDigits[byte >> 4], out += kDigits[byte & 15]);
    }
    return out;
}

/// What the address says, as libpq reads it; empty if it cannot.
std::map<std::string, std::string> optionsOf(const std::string& where) {
    std::map<std::string, std::string> out;
    char* problem = nullptr;
    const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> parsed(PQconninfoParse(where.c_str(), &problem), PQconninfoFree);
    PQfreemem(problem);  // not told: it repeats the address with the password
    if (!parsed) return out;
    for (const auto* one = parsed.get(); one->keyword; ++one)
        if (one->val) out[one->keyword] = one->val;
    out.emplace("application_name", "parlourd");
    return out;
}

/// Everything percent-encoded, since SOCI takes connection strings apart at blanks and quotes.
std::string addressOf(const std::map<std::string, std::string>& options) {
    std::string out = "postgresql:///";
    for (const auto& [name, value] : options) out += (out.back() == '/' ? "?" : "&") + name + "=" + encoded(value);
    return out;
}

void replaceAll(std::string& text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

PGconn* rawOf(soci::session& sql) {
    auto* backend = sql.get_backend();  // not is_connected(): that asks the server
    return backend ? static_cast<soci::postgresql_session_backend*>(backend)->conn_ : nullptr;
}

/// Several statements in one round trip, which SOCI cannot. How many rows the last one found.
int runAll(soci::session& sql, const std::string& statements) {
    const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(rawOf(sql), statements.c_str()), PQclear);
    const auto status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return PQntuples(result.get());
    const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
    throw soci::postgresql_soci_error("The database refused: " + std::string(PQresultErrorMessage(result.get())), state ? state : "     ");
}

}  // namespace

bool isDatabaseServer(std::string_view where) { return where.starts_with("postgresql://") || where.starts_with("postgres://"); }

std::string placeForPeople(const std::string& where) {
    if (where.find("://") != std::string::npos && !isDatabaseServer(where)) return "an unknown kind of database";
    if (!isDatabaseServer(where)) return "SQLite, " + where;
    auto options = optionsOf(where);
    const auto host = options.contains("host") ? options["host"] : options["hostaddr"];
    std::string out = "PostgreSQL";
    if (!options["dbname"].empty()) out += ", database " + options["dbname"];
    return host.empty() ? out : out + " at " + host;
}

base::Result<void> Connection::open(const std::string& where) {
    if (!isDatabaseServer(where)) {
        if (where.find("://") != std::string::npos)
            return base::fail(base::ErrorKind::invalidInput, "store_unknown", "Parlour does not know this kind of database.",
                              "Give a file, or postgresql://USER@HOST/DATABASE.");
        m_sql.open(soci::sqlite3, "dbname=\"" + where + "\" timeout=5");
        std::string mode;
        m_sql << "PRAGMA journal_mode = WAL", into(mode);
        m_sql << "PRAGMA synchronous = FULL";
        m_sql << "PRAGMA foreign_keys = ON";
        int wipes = 0;
        m_sql << "PRAGMA secure_delete = ON", into(wipes);  // what is deleted is not left in the file
        int full = 0;
        m_sql << "PRAGMA synchronous", into(full);
        if (full != 2) return base::fail(base::ErrorKind::unavailable, "store_unavailable", "The database cannot write safely.");
        return {};
    }
    m_dialect = Dialect::postgresql;
    auto options = optionsOf(where);
    if (options.empty())
        return base::fail(base::ErrorKind::invalidInput, "store_address", "The database's address cannot be read.",
                          "It looks like postgresql://USER@HOST/DATABASE; write special characters as %20.");
    m_password = options["password"];
    if (m_password.empty()) options.erase("password");
    // A server that vanished without a word must not hold the house for minutes.
    for (const auto& [name, value] : {std::pair("connect_timeout", "3"), {"tcp_user_timeout", "10000"}, {"keepalives_idle", "5"},
                                      {"keepalives_interval", "3"}, {"keepalives_count", "2"}, {"client_encoding", "UTF8"}})
        options.emplace(name, value);
    m_server = addressOf(options);
    connect();
    return {};
}

void Connection::connect() {
    m_lastTry = m_clock.now();
    m_lost = true;
    m_sql.close();
    m_sql.open(soci::postgresql, m_server);
    PQsetErrorVerbosity(rawOf(m_sql), PQERRORS_TERSE);  // the longer form repeats the values of a row
    // What is acknowledged is on disk, whatever the server's default is; nobody waits for ever for another's lock.
    runAll(m_sql, "SET synchronous_commit = on; SET client_min_messages = error; SET lock_timeout = '5s'; "
                  "SET idle_in_transaction_session_timeout = '30s'");
    if (!m_channel.empty()) runAll(m_sql, "LISTEN " + m_channel);
    if (!m_claim.empty()) {
        if (auto again = claim(m_claim, m_beside); !again) throw soci::soci_error(again.error().message);
        hurry();
    }
    m_lost = false;
}

bool Connection::lost(const soci::soci_error& error) const {
    if (!connected()) return true;
    const auto* state = dynamic_cast<const soci::postgresql_soci_error*>(&error);
    if (!state) return false;
    const std::string code = state->sqlstate();
    return code.starts_with("57P") || code.starts_with("08") || code == "25006";  // shut down; connection; a standby now
}

bool Connection::connected() const {
    const PGconn* raw = rawOf(m_sql);
    return raw && PQstatus(raw) == CONNECTION_OK;
}

void Connection::begin() {
    m_committing = false;
    if (m_abandoned) throw Fenced();
    if (m_dialect == Dialect::sqlite) return m_sql.begin();
    if (!m_lost && connected()) {
        try {
            return beginFenced();
        } catch (const Fenced&) {
            throw;
        } catch (const soci::soci_error& error) {
            if (!lost(error)) {
                rollback();
                throw;
            }
            // The server was started anew while nobody asked: nothing had begun, so once more.
        }
    } else if (m_clock.now() - m_lastTry < kBetweenTries) {
        throw soci::soci_error(std::string());
    }
    connect();
    beginFenced();
}

void Connection::ensure() {
    m_committing = false;
    if (m_dialect == Dialect::sqlite || (!m_lost && connected())) return;
    if (m_clock.now() - m_lastTry < kBetweenTries) throw soci::soci_error(std::string());
    connect();
}

/// The lock first: whoever takes the claim holds it, too, so what is seen then is true until the commit.
void Connection::beginFenced() {
    if (!m_fence) {
        runAll(m_sql, kBegin);
        return;
    }
    const int mine = runAll(m_sql, std::string(kBegin) + "; SELECT 1 FROM house_claim WHERE what = 'house' AND holder = '" + m_fence->holder +
                                       "' AND fence = " + std::to_string(m_fence->number));
    if (mine == 1) return;
    rollback();
    throw Fenced();
}

void Connection::commit() {
    m_committing = true;
    m_sql.commit();
    m_committing = false;
}

void Connection::rollback() noexcept {
    try {
        if (m_dialect == Dialect::sqlite || connected()) m_sql.rollback();
    } catch (const std::exception&) {
        // SQLite has rolled back by itself, or PostgreSQL does as soon as the connection is gone.
    }
}

void Connection::beginSnapshot() {
    m_sql.begin();
    if (m_dialect == Dialect::postgresql) m_sql << "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";
}

std::vector<std::string> Connection::tables() {
    std::vector<std::string> out;
    const soci::rowset<std::string> names =
        m_dialect == Dialect::sqlite
            ? (m_sql.prepare << "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
            : (m_sql.prepare << "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY 1");
    for (const auto& name : names) out.push_back(name);
    return out;
}

std::vector<std::pair<std::string, std::string>> Connection::references() {
    std::vector<std::pair<std::string, std::string>> out;
    std::string from, to;
    const std::string text =
        m_dialect == Dialect::sqlite
            ? "SELECT m.name, f.\"table\" FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'"
            : "SELECT CAST(c.relname AS TEXT), CAST(f.relname AS TEXT) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid "
              "JOIN pg_class f ON f.oid = k.confrelid JOIN pg_namespace n ON n.oid = k.connamespace "
              "WHERE k.contype = 'f' AND n.nspname = current_schema()";
    soci::statement st = (m_sql.prepare << text, into(from), into(to));
    st.execute();
    while (st.fetch()) out.emplace_back(from, to);
    return out;
}

int Connection::schemaVersion() {
    int tables = 0;
    if (m_dialect == Dialect::sqlite)
        m_sql << "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'meta'", into(tables);
    else
        m_sql << "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'meta'", into(tables);
    if (tables == 0) return 0;
    std::string version;
    m_sql << "SELECT value FROM meta WHERE name = 'schema_version'", into(version);
    return version.empty() ? 0 : std::stoi(version);
}

std::string Connection::detailOf(const soci::soci_error& error) const {
    // Never what(): SOCI puts the statement's bound values into it, and they are secrets and names.
    if (const auto* state = dynamic_cast<const soci::postgresql_soci_error*>(&error); state && connected())
        return "PostgreSQL: SQLSTATE " + state->sqlstate();  // its sentence may repeat a value, too
    std::string detail = error.get_error_message();
    if (!m_password.empty()) replaceAll(detail, m_password, "***");
    std::replace_if(detail.begin(), detail.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
    return detail;
}

base::Error Connection::moved() {
    return {base::ErrorKind::unavailable, "house_moved", "Another server takes this house over; nothing was changed.", "Try again in a moment.", {}};
}

base::Error Connection::explain(const soci::soci_error& error) {
    if (dynamic_cast<const Fenced*>(&error)) return moved();
    const auto made = [&](const char* code, const char* message, const char* advice) {
        return base::Error{base::ErrorKind::unavailable, code, message, advice, detailOf(error)};
    };
    const auto full = [&] {
        return made("disk_full", "The server's disk is full; nothing was changed.", "Free some space on the server and try again.");
    };
    if (m_dialect == Dialect::sqlite) {
        const auto* lite = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
        if (lite && (lite->result() & 0xff) == SQLITE_FULL) return full();
    } else {
        const auto* state = dynamic_cast<const soci::postgresql_soci_error*>(&error);
        if (state && state->sqlstate() == "53100") return full();
        if (m_lost = m_lost || lost(error); m_lost)
            return m_committing
                       ? made("store_unsure", "The database stopped answering while this was being saved.",
                              "Look whether it is there before you repeat it.")
                       : made("store_away", "The house's database does not answer; nothing was changed.",
                              "Try again in a moment; the server connects again by itself.");
    }
    return made("store_failed", "The server could not save this; nothing was changed.",
                "Try again; the operator finds the reason in the log.");
}

base::Error Connection::explainOpen(const soci::soci_error& error) const {
    if (dynamic_cast<const Fenced*>(&error)) return moved();
    if (m_dialect == Dialect::sqlite)
        return {base::ErrorKind::unavailable, "store_unavailable", "The house's database cannot be opened.",
                "Check the data folder's rights and the free space.", detailOf(error)};
    return {base::ErrorKind::unavailable, "store_unavailable", "The house's database on PostgreSQL cannot be opened.",
            "Check that the database server runs, and the name, password and database in the address.", detailOf(error)};
}

}  // namespace parlour::house
