// SPDX-License-Identifier: Apache-2.0
// A whole house as one file of lines: what `parlourd backup` writes and `parlourd restore` reads. It is taken while a server
// runs, is the same for SQLite and PostgreSQL, and leads from one to the other. Line 1 says whose and when; then each table
// with its rows, in an order in which they can be put back; the last line counts and holds a hash over all before it. The file
// holds the house's keys: whoever has it is the house. Blocking; any one thread.
#pragma once

#include <functional>
#include <iosfwd>
#include <map>
#include <string>

#include "core/base/error.h"
#include "core/base/time.h"

namespace parlour::house {

struct ArchiveInfo {
    std::string house;                         ///< id; empty = never started
    base::WallTime at{};
    int schema = 0;
    std::uint64_t rows = 0;
    std::map<std::string, std::string> files;  ///< of the data folder: name and content
};

inline constexpr std::size_t kMaxArchiveLine = 32 * 1024 * 1024;
inline constexpr std::size_t kMaxArchiveFiles = 16;

/// One moment of the database; whoever writes there is not kept waiting. unavailable "store_older" when the database is of an
/// older schema (start parlourd once), "backup_unwritten" when `out` fails.
base::Result<ArchiveInfo> writeArchive(const std::string& where, const std::map<std::string, std::string>& files, base::WallTime now,
                                       std::ostream& out);
/// Reads all of it. invalidInput "not_a_backup", "backup_damaged", "backup_newer".
base::Result<ArchiveInfo> checkArchive(std::istream& in);
/// Into a database that holds no house yet: conflict "house_not_empty". All of it or nothing. Live sessions have ended, every
/// token and session given out before opens nothing any more. `in` was checked before and stands at its beginning.
base::Result<ArchiveInfo> restoreArchive(const std::string& where, base::WallTime now, std::istream& in);

}  // namespace parlour::house
