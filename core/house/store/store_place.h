// SPDX-License-Identifier: Apache-2.0
// Where a house's database is: a file, ":memory:" or postgresql://USER[:PASSWORD]@HOST[:PORT]/DATABASE. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace parlour::house {

/// postgresql:// or postgres://; everything else is a file of SQLite.
bool isDatabaseServer(std::string_view where);
/// "PostgreSQL, database parlour at db.example", for messages and logs: never the name or the password.
std::string placeForPeople(const std::string& where);

}  // namespace parlour::house
