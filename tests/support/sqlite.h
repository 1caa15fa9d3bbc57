// SPDX-License-Identifier: Apache-2.0
// A house's database seen from outside, as somebody with access to the file would: to damage it, or to look what is in it.
#pragma once

#include <sqlite3.h>

#include <string>
#include <vector>

#include "tests/support/catch.h"

namespace parlour::tests {

/// Rows of the answer, each as its columns joined by '|'.
inline std::vector<std::string> sqlOn(const std::string& file, const std::string& statement) {
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
    std::vector<std::string> rows;
    char* problem = nullptr;
    const auto collect = [](void* out, int columns, char** values, char**) {
        std::string row;
        for (int i = 0; i < columns; ++i) row += (i ? "|" : "") + std::string(values[i] ? values[i] : "");
        static_cast<std::vector<std::string>*>(out)->push_back(row);
        return 0;
    };
    const int code = sqlite3_exec(db, statement.c_str(), collect, &rows, &problem);
    INFO((problem ? problem : ""));
    sqlite3_free(problem);
    sqlite3_close(db);
    REQUIRE(code == SQLITE_OK);
    return rows;
}

}  // namespace parlour::tests
