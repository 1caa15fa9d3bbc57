// SPDX-License-Identifier: Apache-2.0
#include "core/api/name_list.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_set>
#include <utility>

#include "core/api/limits.h"
#include "core/api/member_types.h"

namespace parlour::api {
namespace {

base::Unexpected<base::Error> wrong(const char* code, std::string message, std::string advice) {
    return base::fail(base::ErrorKind::invalidInput, code, std::move(message), std::move(advice));
}

// ---- text

/// The next code point (Unicode 3.9, table 3-7), taken off the front; nullopt for anything that is not UTF-8.
std::optional<char32_t> take(std::string_view& text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto first = byte(0);
    const std::size_t length = first < 0x80 ? 1 : first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
    if (length == 0 || text.size() < length) return std::nullopt;
    char32_t code = length == 1 ? first : first & (0x7fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return std::nullopt;
        code = (code << 6) | (byte(i) & 0x3fu);
    }
    constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
    if (code < kLeast[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return std::nullopt;
    text.remove_prefix(length);
    return code;
}

bool isText(std::string_view text) {
    while (!text.empty()) {
        const auto code = take(text);
        if (!code || *code == 0) return false;   // spreadsheets also write UTF-16, in which every other byte is zero
    }
    return true;
}

/// As people count: marks over a letter are no letters of their own.
std::size_t characters(std::string_view text) {
    std::size_t count = 0;
    while (!text.empty()) {
        const auto code = *take(text);
        const bool mark = (code >= 0x300 && code < 0x370) || (code >= 0x1ab0 && code < 0x1b00) || (code >= 0x20d0 && code < 0x2100) ||
                          (code >= 0xfe00 && code < 0xfe10);
        if (!mark) ++count;
    }
    return count;
}

/// Blank space within is one space, around it none; control characters are blank.
std::string tidied(std::string_view text) {
    std::string out;
    bool blank = false;
    while (!text.empty()) {
        const auto whole = text;
        const auto code = *take(text);
        if (code <= 0x20 || code == 0x7f || code == 0xa0 || code == 0x2028 || code == 0x2029 || code == 0xfeff || (code >= 0x80 && code < 0xa0)) {
            blank = true;
            continue;
        }
        if (blank && !out.empty()) out += ' ';
        blank = false;
        out += whole.substr(0, whole.size() - text.size());
    }
    return out;
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text;
}

// ---- records

struct Record {
    std::size_t line = 1;             ///< where it begins
    std::vector<std::string> fields;  ///< tidied
};

bool opensQuote(std::string_view text, std::size_t at) {
    while (at < text.size() && text[at] == ' ') ++at;
    return at < text.size() && text[at] == '"';
}

/// The field from `at` on; `at` stands on what ended it. A quote in the middle of a field is a letter as any other.
base::Result<std::string> field(std::string_view text, std::size_t& at, char separator, std::size_t& line) {
    const auto ends = [&](char c) { return c == separator || c == '\n' || c == '\r'; };
    std::string out;
    if (opensQuote(text, at)) {
        const auto began = line;
        at = text.find('"', at) + 1;
        for (;; ++at) {
            if (at >= text.size())
                return wrong("names_quote_open", "The quotation mark in line " + std::to_string(began) + " is never closed.",
                             "Close it, or take it away.");
            if (text[at] == '"' && (at + 1 >= text.size() || text[at + 1] != '"')) break;
            if (text[at] == '"') ++at;
            if (text[at] == '\n') ++line;
            out += text[at];
        }
        ++at;
    }
    while (at < text.size() && !ends(text[at])) out += text[at++];
    return tidied(out);
}

base::Result<std::vector<Record>> records(std::string_view text, char separator) {
    std::vector<Record> out;
    std::size_t at = 0, line = 1;
    while (at < text.size()) {
        Record record{line, {}};
        for (bool more = true; more;) {
            auto one = field(text, at, separator, line);
            if (!one) return base::Unexpected(std::move(one).error());
            record.fields.push_back(std::move(*one));
            more = at < text.size() && text[at] == separator;
            if (more) ++at;
        }
        if (at < text.size()) {
            at += text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n' ? 2 : 1;
            ++line;
        }
        const bool empty = std::all_of(record.fields.begin(), record.fields.end(), [](const std::string& one) { return one.empty(); });
        if (!empty) out.push_back(std::move(record));
    }
    return out;
}

/// What stands most often in the first line that has any of them, outside of quotes. Spreadsheets may say it: "sep=;".
char separatorOf(std::string_view& text) {
    if (text.size() >= 5 && lower(std::string(text.substr(0, 4))) == "sep=" && text[4] != '\r' && text[4] != '\n' && text[4] != '"') {
        const char said = text[4];
        const auto end = text.find_first_of("\r\n");
        if (end == 5 || text.size() == 5) {   // a line of its own; left empty, so that lines are counted as people see them
            text.remove_prefix(5);
            return said;
        }
    }
    constexpr std::string_view kKnown = ";\t,";   // in this order where they stand as often
    std::array<int, kKnown.size()> found{};
    bool quoted = false;
    for (const char c : text) {
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        if ((c == '\n' || c == '\r') && *std::max_element(found.begin(), found.end()) > 0) break;
        if (const auto which = kKnown.find(c); which != std::string_view::npos) ++found[which];
    }
    const auto most = std::max_element(found.begin(), found.end());
    return *most == 0 ? ',' : kKnown[static_cast<std::size_t>(most - found.begin())];
}

// ---- columns

struct Columns {
    std::optional<std::size_t> whole, given, family;
};

std::optional<Columns> headings(const Record& first) {
    static const std::unordered_set<std::string> kWhole = {"name", "names", "full name", "fullname", "display name", "guest name", "ganzer name",
                                                           "vollständiger name", "nom complet", "nombre completo", "nome completo", "naam", "volledige naam"};
    static const std::unordered_set<std::string> kGiven = {"first name", "firstname", "first", "given name", "forename", "vorname", "prénom", "prenom",
                                                           "nombre", "nome", "voornaam"};
    static const std::unordered_set<std::string> kFamily = {"last name", "lastname", "last", "family name", "surname", "nachname", "familienname", "nom",
                                                            "nom de famille", "apellido", "apellidos", "cognome", "achternaam"};
    Columns out;
    for (std::size_t i = 0; i < first.fields.size(); ++i) {
        const auto word = lower(first.fields[i]);
        if (!out.whole && kWhole.contains(word)) out.whole = i;
        if (!out.given && kGiven.contains(word)) out.given = i;
        if (!out.family && kFamily.contains(word)) out.family = i;
    }
    // "Name" beside "Vorname" is the family's.
    if (out.whole && out.given && !out.family) out.family = std::exchange(out.whole, std::nullopt);
    if (!out.whole && !out.given && !out.family) return std::nullopt;
    return out;
}

std::string nameIn(const Record& record, const Columns& columns) {
    const auto at = [&](const std::optional<std::size_t>& column) {
        return column && *column < record.fields.size() ? record.fields[*column] : std::string();
    };
    if (columns.whole) return at(columns.whole);
    const auto given = at(columns.given), family = at(columns.family);
    return given.empty() ? family : family.empty() ? given : given + " " + family;
}

}  // namespace

base::Result<std::vector<std::string>> parseNameList(std::string_view bytes) {
    if (bytes.size() > kMaxNameListBytes)
        return wrong("names_too_large", "The list of names is larger than 1 MiB.", "Keep only the column with the names.");
    if (bytes.substr(0, 3) == "\xef\xbb\xbf") bytes.remove_prefix(3);
    if (!isText(bytes)) return wrong("names_not_text", "This is no text in UTF-8.", "In a spreadsheet, save it as “CSV UTF-8”.");
    const char separator = separatorOf(bytes);
    auto rows = records(bytes, separator);
    if (!rows) return base::Unexpected(std::move(rows).error());
    Columns columns{0, {}, {}};
    auto first = rows->begin();
    if (!rows->empty())
        if (const auto named = headings(*first)) columns = *named, ++first;
    // Pasted from a message: names on one line.
    if (rows->size() == 1 && first != rows->end() && separator == ';') {
        std::vector<Record> each;
        for (auto& one : rows->front().fields) each.push_back({rows->front().line, {std::move(one)}});
        *rows = std::move(each);
        first = rows->begin();
    }
    std::vector<std::string> out;
    std::unordered_set<std::string> seen;
    for (; first != rows->end(); ++first) {
        auto name = nameIn(*first, columns);
        if (name.empty() || !seen.insert(name).second) continue;
        if (characters(name) > kMaxNameCharacters || name.size() > kMaxNameBytes)
            return wrong("name_too_long", "The name in line " + std::to_string(first->line) + " is longer than 64 characters.",
                         "Shorten it; a name stands in the first column, or in the one with the heading “Name”.");
        if (out.size() == kMaxBatch)
            return wrong("batch_too_large", "There are more than 500 names.", "Make the links for at most 500 at once.");
        out.push_back(std::move(name));
    }
    return out;
}

}  // namespace parlour::api
