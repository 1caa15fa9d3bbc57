// SPDX-License-Identifier: Apache-2.0
// How people are found by what they are called: the rest of a name from each of its words on, so that a search is a range of
// an index and takes the same time in a house of a hundred thousand.
#include "core/house/store/name_parts.h"

#include <set>

namespace parlour::house {

using soci::into;
using soci::use;

namespace {

constexpr std::size_t kMaxPartBytes = 96;

std::string cut(const std::string& text) {
    if (text.size() <= kMaxPartBytes) return text;
    std::size_t end = kMaxPartBytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // no half characters
    return text.substr(0, end);
}

std::string lowered(std::string text) {
    // The same on both databases, which their own LOWER() is not.
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::set<std::string> partsOf(const std::string& name) {
    const std::string text = lowered(name);
    std::set<std::string> out;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] != ' ' && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '-')) out.insert(cut(text.substr(i)));
    return out;
}

}  // namespace

void putNameParts(soci::session& sql, const std::string& identity, const std::string& name) {
    sql << "DELETE FROM name_parts WHERE identity = :i", use(identity, "i");
    for (const auto& part : partsOf(name))
        sql << "INSERT INTO name_parts(part, identity) VALUES(:p, :i)", use(part, "p"), use(identity, "i");
}

void fillNameParts(soci::session& sql) {
    std::vector<std::pair<std::string, std::string>> people;
    {
        std::string identity, name;
        soci::statement st = (sql.prepare << "SELECT identity, name FROM persons", into(identity), into(name));
        st.execute();
        while (st.fetch()) people.emplace_back(identity, name);
    }
    for (const auto& [identity, name] : people) putNameParts(sql, identity, name);
}

std::pair<std::string, std::string> searchRange(const std::string& text) {
    const std::string from = cut(lowered(text));
    return {from, from + "\xf4\x8f\xbf\xbf"};  // the last character there is
}

}  // namespace parlour::house
