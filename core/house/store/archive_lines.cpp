// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/archive_lines.h"

#include <algorithm>
#include <istream>
#include <ostream>

#include "core/crypto/hash_chain.h"
#include "core/house/store/migrations.h"

namespace parlour::house {

using Json = nlohmann::json;

namespace {

constexpr int kFormat = 1;
constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxColumns = 64;

bool goodName(const std::string& name) {
    return !name.empty() && name.size() <= kMaxName && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}
bool goodFileName(const std::string& name) {
    return !name.empty() && name.size() <= kMaxName && name.front() != '.' && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    });
}

base::Unexpected<base::Error> damaged(std::uint64_t line) {
    return base::fail(base::ErrorKind::invalidInput, "backup_damaged", "This backup is damaged or was cut off.", "Take another one.",
                      "line " + std::to_string(line));
}
base::Unexpected<base::Error> foreign() {
    return base::fail(base::ErrorKind::invalidInput, "not_a_backup", "This file is not a backup of a house.",
                      "Give a file that parlourd backup wrote.");
}

/// Like getline, but gives up where a line is longer than anything of ours.
bool readLine(std::istream& in, std::string& line) {
    line.clear();
    for (int c = in.get(); c != std::istream::traits_type::eof(); c = in.get()) {
        if (c == '\n') return true;
        if (line.size() >= kMaxArchiveLine) return false;
        line += static_cast<char>(c);
    }
    return false;
}

/// Flat lines only: an object, or an array in it. No deep trees from foreign bytes.
Json parseFlat(const std::string& line) {
    return Json::parse(line, [](int depth, Json::parse_event_t, Json&) { return depth <= 3; }, false);
}

std::string textOf(const Json& json, const char* name) {
    const auto it = json.find(name);
    return it != json.end() && it->is_string() ? it->get<std::string>() : std::string();
}
std::optional<std::int64_t> numberOf(const Json& json, const char* name) {
    const auto it = json.find(name);
    if (it == json.end() || !it->is_number_integer()) return std::nullopt;
    return it->get<std::int64_t>();
}

std::optional<ArchiveTable> tableOf(const Json& json) {
    ArchiveTable out;
    out.name = textOf(json, "table");
    const auto columns = json.find("columns");
    if (!goodName(out.name) || columns == json.end() || !columns->is_array() || columns->empty() || columns->size() > kMaxColumns)
        return std::nullopt;
    for (const auto& one : *columns) {
        if (!one.is_string()) return std::nullopt;
        auto name = one.get<std::string>();
        const bool number = name.ends_with('#');
        if (number) name.pop_back();
        if (!goodName(name)) return std::nullopt;
        out.columns.push_back({std::move(name), number});
    }
    return out;
}

bool fits(const Json& row, const ArchiveTable& table) {
    if (row.size() != table.columns.size()) return false;
    for (std::size_t i = 0; i < row.size(); ++i)
        if (!row[i].is_null() && !(table.columns[i].number ? row[i].is_number_integer() : row[i].is_string())) return false;
    return true;
}

}  // namespace

base::Result<ArchiveInfo> readArchive(std::istream& in, const ArchiveReader& reader) {
    std::string line, hash;
    std::uint64_t number = 1;
    if (!readLine(in, line)) return foreign();
    const Json first = parseFlat(line);
    if (!first.is_object() || !first.contains("parlour_backup")) return foreign();
    ArchiveInfo info;
    const auto format = numberOf(first, "parlour_backup"), schema = numberOf(first, "schema"), at = numberOf(first, "at_ms");
    if (!format || !schema || !at || *schema < 1) return damaged(number);
    if (*format > kFormat || *schema > migrations().back().version)
        return base::fail(base::ErrorKind::invalidInput, "backup_newer", "This backup was made by a newer parlourd.",
                          "Install that version or a later one.");
    info.schema = static_cast<int>(*schema);
    info.at = base::fromUnixMs(*at);
    info.house = textOf(first, "house");
    if (const auto files = first.find("files"); files != first.end() && files->is_object()) {
        if (files->size() > kMaxArchiveFiles) return damaged(number);
        for (const auto& [name, content] : files->items()) {
            if (!goodFileName(name) || !content.is_string()) return damaged(number);
            info.files[name] = content.get<std::string>();
        }
    }
    hash = crypto::chainHash(hash, base::asBytes(line));
    std::optional<ArchiveTable> table;
    while (true) {
        ++number;
        if (!readLine(in, line)) return damaged(number);
        const Json json = parseFlat(line);
        if (json.is_array()) {
            if (!table || !fits(json, *table)) return damaged(number);
            ++info.rows;
            if (reader.row)
                if (auto done = reader.row(json); !done) return base::Unexpected(std::move(done).error());
        } else if (json.is_object() && json.contains("table")) {
            table = tableOf(json);
            if (!table) return damaged(number);
            if (reader.table)
                if (auto done = reader.table(*table); !done) return base::Unexpected(std::move(done).error());
        } else if (json.is_object() && json.contains("end")) {
            const bool whole = numberOf(json, "end") == static_cast<std::int64_t>(info.rows) && textOf(json, "hash") == hash;
            if (!whole || in.peek() != std::istream::traits_type::eof()) return damaged(number);
            return info;
        } else {
            return damaged(number);
        }
        hash = crypto::chainHash(hash, base::asBytes(line));
    }
}

base::Result<ArchiveInfo> checkArchive(std::istream& in) { return readArchive(in, {}); }

ArchiveWriter::ArchiveWriter(std::ostream& out, const ArchiveInfo& info) : m_out(out) {
    Json files = Json::object();
    for (const auto& [name, content] : info.files) files[name] = content;
    line({{"parlour_backup", kFormat}, {"house", info.house}, {"at_ms", base::toUnixMs(info.at)}, {"schema", info.schema}, {"files", files}});
}

void ArchiveWriter::table(const ArchiveTable& table) {
    Json columns = Json::array();
    for (const auto& column : table.columns) columns.push_back(column.name + (column.number ? "#" : ""));
    line({{"table", table.name}, {"columns", columns}});
}

void ArchiveWriter::row(const Json& values) {
    line(values);
    ++m_rows;
}

void ArchiveWriter::line(const Json& json) {
    const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    m_hash = crypto::chainHash(m_hash, base::asBytes(text));
    m_out << text << '\n';
}

bool ArchiveWriter::finish() {
    m_out << Json{{"end", m_rows}, {"hash", m_hash}}.dump() << '\n';
    m_out.flush();
    return m_out.good();
}

}  // namespace parlour::house
