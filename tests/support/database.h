// SPDX-License-Identifier: Apache-2.0
// An empty database of its own for a test, on SQLite or on PostgreSQL. The first PostgreSQL one starts a private server
// (temporary folder, Unix socket, no network, as an unprivileged user), which ends with the test program.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/house/store/store.h"

namespace parlour::tests {

enum class Engine { sqlite, postgresql };

class Database {
  public:
    explicit Database(Engine engine);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    Engine engine() const { return m_engine; }
    /// For Store::open(); the same database each time.
    const std::string& where() const { return m_where; }
    std::unique_ptr<house::Store> open() const;
    std::unique_ptr<house::Store> open(const base::Clock& clock) const;

    /// Runs statements as somebody with access to the database would. Rows of the last answer, each as its columns joined
    /// by '|'.
    std::vector<std::string> sql(const std::string& statements) const;
    /// From now on nothing can be added, as on a full disk, until it is switched off.
    void fill(house::Store& store, bool full = true) const;
    /// Makes the tables as the steps of the schema up to `version` did.
    void makeVersion(int version) const;

  private:
    Engine m_engine;
    std::filesystem::path m_folder;  ///< SQLite
    std::string m_schema;            ///< PostgreSQL
    std::string m_where;
};

/// Runs the calling test case once on each database: for the first line of a test, or of what it builds first.
Engine eachEngine();

/// For tests that are about something else: SQLite, or what PARLOUR_TEST_STORE says. The same programs run on both.
Engine chosenEngine();

/// PostgreSQL of the tests goes away and comes back, for tests of just that.
void stopPostgres();
void startPostgres();

}  // namespace parlour::tests
