// SPDX-License-Identifier: Apache-2.0
// Private to core/house/store: the session with SQLite or PostgreSQL, and everything in which the two differ. The topics'
// SQL is the same on both. Blocking; house thread only.
#pragma once

#include <soci/soci.h>

#include <string>
#include <utility>
#include <vector>

#include "core/base/doors/clock.h"
#include "core/base/error.h"
#include "core/house/store/migrations.h"

namespace parlour::house {

class Connection {
  public:
    Connection(soci::session& session, const base::Clock& clock) : m_sql(session), m_clock(clock) {}

    /// A file, ":memory:" or postgresql://…; throws soci::soci_error. Errors: those that are no database's fault.
    base::Result<void> open(const std::string& where);
    Dialect dialect() const { return m_dialect; }

    /// Transactions exclude each other, also those of other processes. After the database was away, begin() connects anew,
    /// at most once a second. Both throw soci::soci_error.
    void begin();
    void commit();
    void rollback() noexcept;
    /// claimStore() of store_claim.h. Throws soci::soci_error.
    base::Result<void> claim(const std::string& who);
    /// Reads one moment of the database, beside whoever writes; ended by rollback().
    void beginSnapshot();

    std::vector<std::string> tables();
    /// Which table refers to which.
    std::vector<std::pair<std::string, std::string>> references();

    /// 0 = there are no tables yet.
    int schemaVersion();
    /// For people, without a bound value and without the password (security: T48).
    base::Error explain(const soci::soci_error& error);
    base::Error explainOpen(const soci::soci_error& error) const;

  private:
    std::string detailOf(const soci::soci_error& error) const;
    bool connected() const;
    /// The connection is of no use any more.
    bool lost(const soci::soci_error& error) const;
    void connect();

    soci::session& m_sql;
    const base::Clock& m_clock;
    Dialect m_dialect = Dialect::sqlite;
    std::string m_server;    ///< what libpq is given; holds the password
    std::string m_password;
    bool m_committing = false;
    bool m_lost = false;
    base::TimePoint m_lastTry{};
    std::string m_claim;     ///< who runs the house, if this process does
};

}  // namespace parlour::house
