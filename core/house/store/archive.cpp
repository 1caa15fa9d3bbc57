// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/archive.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <ostream>
#include <set>

#include "core/base/clock.h"
#include "core/crypto/ed25519.h"
#include "core/house/store/archive_lines.h"
#include "core/house/store/store_impl.h"

namespace parlour::house {

using Json = nlohmann::json;
using soci::into;
using soci::use;

namespace {

/// Those that others refer to come first.
std::vector<std::string> inOrder(const std::vector<std::string>& tables, const std::vector<std::pair<std::string, std::string>>& references) {
    std::vector<std::string> out;
    std::set<std::string> placed;
    while (out.size() < tables.size()) {
        const auto before = out.size();
        for (const auto& table : tables) {
            const bool ready = !placed.contains(table) && std::none_of(references.begin(), references.end(), [&](const auto& one) {
                return one.first == table && one.second != table && !placed.contains(one.second);
            });
            if (!ready) continue;
            out.push_back(table);
            placed.insert(table);
        }
        if (out.size() == before) break;  // a circle: our schema has none
    }
    return out;
}

Json valueOf(const soci::row& row, std::size_t i) {
    if (row.get_indicator(i) == soci::i_null) return nullptr;
    switch (row.get_properties(i).get_data_type()) {
        case soci::dt_integer: return row.get<int>(i);
        case soci::dt_long_long: return row.get<long long>(i);
        case soci::dt_unsigned_long_long: return row.get<unsigned long long>(i);
        case soci::dt_double: return static_cast<long long>(row.get<double>(i));
        default: return row.get<std::string>(i);
    }
}

std::string houseOf(soci::session& sql) {
    std::string seed;
    sql << "SELECT value FROM meta WHERE name = 'house_seed'", into(seed);
    const auto bytes = base::fromHex(seed);
    const auto key = bytes ? crypto::SigningKey::fromSeed(*bytes) : std::nullopt;
    return key ? crypto::identityOf(key->publicKey()) : std::string();
}

void writeTables(Store::Impl& impl, ArchiveWriter& archive) {
    for (const auto& name : inOrder(impl.connection.tables(), impl.connection.references())) {
        if (name == "house_claim") continue;   // who runs the house here and now is nothing of the house
        ArchiveTable table;
        table.name = name;
        soci::rowset<soci::row> rows = (impl.sql.prepare << "SELECT * FROM " + name);
        for (const auto& row : rows) {
            if (table.columns.empty()) {
                for (std::size_t i = 0; i < row.size(); ++i)
                    table.columns.push_back({row.get_properties(i).get_name(), row.get_properties(i).get_data_type() != soci::dt_string});
                archive.table(table);
            }
            Json values = Json::array();
            for (std::size_t i = 0; i < row.size(); ++i) values.push_back(valueOf(row, i));
            archive.row(values);
        }
    }
}

/// One prepared statement per table.
class Inserter {
  public:
    explicit Inserter(soci::session& sql) : m_sql(sql) {}

    void table(const ArchiveTable& table) {
        m_statement.reset();
        m_cells.clear();
        m_table = table;
        std::string names, marks;
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            names += (i ? ", " : "") + table.columns[i].name;
            marks += (i ? ", :v" : ":v") + std::to_string(i);
        }
        m_statement = std::make_unique<soci::statement>(m_sql);
        for (const auto& column : table.columns) {
            auto& cell = m_cells.emplace_back();
            if (column.number)
                m_statement->exchange(use(cell.number, cell.present));
            else
                m_statement->exchange(use(cell.text, cell.present));
        }
        m_statement->alloc();
        m_statement->prepare("INSERT INTO " + table.name + "(" + names + ") VALUES(" + marks + ")");
        m_statement->define_and_bind();
    }
    void row(const Json& values) {
        for (std::size_t i = 0; i < m_cells.size(); ++i) {
            auto& cell = m_cells[i];
            cell.present = values[i].is_null() ? soci::i_null : soci::i_ok;
            if (values[i].is_string()) cell.text = values[i].get<std::string>();
            if (values[i].is_number_integer()) cell.number = values[i].get<long long>();
        }
        m_statement->execute(true);
    }

  private:
    struct Cell {
        soci::indicator present = soci::i_ok;
        long long number = 0;
        std::string text;
    };
    soci::session& m_sql;
    ArchiveTable m_table;
    std::deque<Cell> m_cells;   // addresses stay
    std::unique_ptr<soci::statement> m_statement;
};

/// What was true only while the old server ran: nobody is on a stage, no token or session of before opens anything. Invitations,
/// members and bans are as they were. Also said in docs/self-hosting.md.
void endWhatRan(soci::session& sql) {
    sql << "DELETE FROM seats";
    sql << "DELETE FROM marks";
    sql << "UPDATE sessions SET live = 0";
    sql << "DELETE FROM spent_tokens";
    sql << "UPDATE members SET epoch = epoch + 1";
    sql << "DELETE FROM meta WHERE name = 'token_secret'";
}

}  // namespace

base::Result<ArchiveInfo> writeArchive(const std::string& where, const std::map<std::string, std::string>& files, base::WallTime now,
                                       std::ostream& out) {
    static const base::SystemClock kClock;
    auto impl = std::make_unique<Store::Impl>(kClock);
    try {
        if (auto done = impl->connection.open(where); !done) return base::Unexpected(std::move(done).error());
        if (impl->connection.schemaVersion() != migrations().back().version)
            return base::fail(base::ErrorKind::unavailable, "store_older", "The database is not of this version of parlourd.",
                              "Start parlourd of this version once, or use the one that runs.");
        impl->connection.beginSnapshot();
        ArchiveInfo info;
        info.house = houseOf(impl->sql);
        info.at = now;
        info.schema = migrations().back().version;
        info.files = files;
        ArchiveWriter archive(out, info);
        writeTables(*impl, archive);
        impl->connection.rollback();
        if (!archive.finish())
            return base::fail(base::ErrorKind::unavailable, "backup_unwritten", "The backup could not be written.",
                              "Check the free space and the folder's rights.");
        info.rows = archive.rows();
        return info;
    } catch (const soci::soci_error& error) {
        return base::Unexpected(impl->connection.explainOpen(error));
    }
}

base::Result<ArchiveInfo> restoreArchive(const std::string& where, base::WallTime now, std::istream& in) {
    static const base::SystemClock kClock;
    auto impl = std::make_unique<Store::Impl>(kClock);
    const auto begin = in.tellg();
    try {
        if (auto done = impl->connection.open(where); !done) return base::Unexpected(std::move(done).error());
        const auto first = readArchive(in, {});
        if (!first) return first;
        in.clear();
        in.seekg(begin);
        const int have = impl->connection.schemaVersion();
        if (have > 0 && !houseOf(impl->sql).empty())
            return base::fail(base::ErrorKind::conflict, "house_not_empty", "There is a house in this database already.",
                              "Restore into an empty data folder or an empty database.");
        if (have > first->schema)
            return base::fail(base::ErrorKind::conflict, "house_not_empty", "This database has newer tables than the backup.",
                              "Restore into an empty data folder or an empty database.");
        if (auto done = migrate(*impl, first->schema); !done) return base::Unexpected(std::move(done).error());

        Transaction transaction(impl->connection);
        const auto tables = inOrder(impl->connection.tables(), impl->connection.references());
        for (auto it = tables.rbegin(); it != tables.rend(); ++it)
            if (*it != "house_claim") impl->sql << "DELETE FROM " + *it;
        std::optional<Inserter> inserter(std::in_place, impl->sql);
        ArchiveReader reader;
        reader.table = [&](const ArchiveTable& table) -> base::Result<void> {
            if (std::find(tables.begin(), tables.end(), table.name) == tables.end())
                return base::fail(base::ErrorKind::invalidInput, "backup_damaged", "This backup has a table that Parlour does not know.", {}, table.name);
            inserter->table(table);
            return {};
        };
        reader.row = [&](const Json& row) -> base::Result<void> {
            inserter->row(row);
            return {};
        };
        auto info = readArchive(in, reader);
        if (!info) return info;   // inserter first, then the transaction: the destructor rolls back
        inserter.reset();
        endWhatRan(impl->sql);
        transaction.commit();
        if (auto done = migrate(*impl, migrations().back().version); !done) return base::Unexpected(std::move(done).error());
        impl.reset();

        auto store = Store::open(where);
        if (!store) return base::Unexpected(std::move(store).error());
        auto noted = (*store)->transact([&]() -> base::Result<void> {
            if (const auto seed = (*store)->meta("house_seed"))
                if (const auto bytes = base::fromHex(*seed))
                    if (const auto key = crypto::SigningKey::fromSeed(*bytes)) (*store)->setAuditKey(*key);
            (*store)->addAudit({now, {}, {}, "house_restored", {}, std::to_string(base::toUnixMs(info->at))});
            return {};
        });
        if (!noted) return base::Unexpected(std::move(noted).error());
        return info;
    } catch (const soci::soci_error& error) {
        return base::Unexpected(impl->connection.explain(error));
    }
}

}  // namespace parlour::house
