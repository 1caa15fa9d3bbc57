// SPDX-License-Identifier: Apache-2.0
// Private to core/house/store: the lines of an archive, read with all limits and checks, before anybody acts on them.
#pragma once

#include <functional>
#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/house/store/archive.h"

namespace parlour::house {

struct ArchiveColumn {
    std::string name;
    bool number = false;   ///< whole number; else text
};
struct ArchiveTable {
    std::string name;
    std::vector<ArchiveColumn> columns;
};

struct ArchiveReader {
    std::function<base::Result<void>(const ArchiveTable&)> table;
    /// Values in the order of the columns: string, integer or null, as the columns say.
    std::function<base::Result<void>(const nlohmann::json& row)> row;
};
/// Every line in order; names are a-z, 0-9 and _ only. The functions may be empty.
base::Result<ArchiveInfo> readArchive(std::istream& in, const ArchiveReader& reader);

class ArchiveWriter {
  public:
    ArchiveWriter(std::ostream& out, const ArchiveInfo& info);
    void table(const ArchiveTable& table);
    void row(const nlohmann::json& values);
    /// False when a line could not be written.
    bool finish();
    std::uint64_t rows() const { return m_rows; }

  private:
    void line(const nlohmann::json& json);
    std::ostream& m_out;
    std::string m_hash;
    std::uint64_t m_rows = 0;
};

}  // namespace parlour::house
