// SPDX-License-Identifier: Apache-2.0
// Private to core/house/store: the session with SQLite or PostgreSQL, and everything in which the two differ. The topics'
// SQL is the same on both. Blocking; house thread only.
#pragma once

#include <soci/soci.h>

#include <atomic>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/doors/clock.h"
#include "core/base/error.h"
#include "core/house/store/migrations.h"
#include "core/house/store/store_claim.h"

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
    /// The same for a single statement outside a transaction.
    void ensure();
    void commit();
    void rollback() noexcept;
    /// claimStore() of store_claim.h; with `beside`, those who say so exclude only those who do not. Throws soci::soci_error.
    base::Result<void> claim(const std::string& who, bool beside = false);
    /// As one of several: who stops in the middle of a transaction loses it in five seconds, so that another can take over.
    void hurry();
    /// Lets go of it, for another connection of ours.
    void unclaim();
    /// Alone: whoever ran the house before writes nothing any more. Throws soci::soci_error.
    void takeFence();
    /// From now on begin() fails, and nothing is written, once the house's claim has another holder or number.
    void fence(const HouseFence& fence) { m_fence = fence; }
    /// Any thread: begin() fails from now on.
    void abandon() { m_abandoned = true; }
    /// Milliseconds of the database's own clock, as SQL.
    const char* databaseNow() const;
    /// Has anybody written to a channel of listen() since the last call? Asks nobody.
    bool told();
    void listen(const std::string& channel);
    /// Reads one moment of the database, beside whoever writes; ended by rollback().
    void beginSnapshot();

    std::vector<std::string> tables();
    /// Which table refers to which.
    std::vector<std::pair<std::string, std::string>> references();

    /// 0 = there are no tables yet.
    int schemaVersion();
    /// For people, without a bound value and without the password (security: T48).
    static base::Error moved();
    base::Error explain(const soci::soci_error& error);
    base::Error explainOpen(const soci::soci_error& error) const;

  private:
    std::string detailOf(const soci::soci_error& error) const;
    bool connected() const;
    /// The connection is of no use any more.
    bool lost(const soci::soci_error& error) const;
    base::Result<void> refuseShared();
    void connect();
    void beginFenced();

    soci::session& m_sql;
    const base::Clock& m_clock;
    Dialect m_dialect = Dialect::sqlite;
    std::string m_server;    ///< what libpq is given; holds the password
    std::string m_password;
    bool m_committing = false;
    bool m_lost = false;
    base::TimePoint m_lastTry{};
    std::string m_claim;     ///< who runs the house, if this process does
    bool m_beside = false;   ///< as one of several
    std::optional<HouseFence> m_fence;
    std::atomic<bool> m_abandoned{false};
    std::string m_channel;   ///< of listen()
};

}  // namespace parlour::house
