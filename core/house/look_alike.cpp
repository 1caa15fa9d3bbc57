// SPDX-License-Identifier: Apache-2.0
#include "core/house/look_alike.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace parlour::house {

namespace {

using Code = utf8proc_int32_t;

/// Compatibility decomposition (NFKD) without marks and what nobody sees; nothing where the text is not UTF-8.
std::optional<std::vector<Code>> decomposed(std::string_view text) {
    constexpr auto kOptions = static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE);
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    const auto length = static_cast<utf8proc_ssize_t>(text.size());
    const auto count = utf8proc_decompose(bytes, length, nullptr, 0, kOptions);
    if (count < 0) return std::nullopt;
    std::vector<Code> out(static_cast<std::size_t>(count));
    if (utf8proc_decompose(bytes, length, out.data(), count, kOptions) != count) return std::nullopt;
    return out;
}

void put(std::string& out, Code code) {
    std::array<utf8proc_uint8_t, 4> bytes{};
    const auto count = utf8proc_encode_char(code, bytes.data());
    out.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(std::max<utf8proc_ssize_t>(count, 0)));
}

struct Spelling {
    char32_t letter;
    std::string_view latin;
};

template <std::size_t N>
std::string_view spelled(const std::array<Spelling, N>& table, Code code) {
    const auto found = std::find_if(table.begin(), table.end(), [&](const Spelling& one) { return one.letter == static_cast<char32_t>(code); });
    return found == table.end() ? std::string_view() : found->latin;
}

/// Latin letters that Unicode does not take apart.
constexpr std::array<Spelling, 23> kLatin{{{U'ß', "ss"}, {U'ẞ', "SS"}, {U'æ', "ae"}, {U'Æ', "AE"}, {U'œ', "oe"}, {U'Œ', "OE"},
                                           {U'ø', "o"}, {U'Ø', "O"}, {U'đ', "d"}, {U'Đ', "D"}, {U'ð', "d"}, {U'Ð', "D"},
                                           {U'ł', "l"}, {U'Ł', "L"}, {U'ħ', "h"}, {U'Ħ', "H"}, {U'ŧ', "t"}, {U'Ŧ', "T"},
                                           {U'þ', "th"}, {U'Þ', "Th"}, {U'ı', "i"}, {U'ŋ', "n"}, {U'Ŋ', "N"}}};

/// Letters of other scripts, and small capitals, that are drawn as a Latin one. Before case is folded: a Greek Η is drawn as H, its
/// small η as n.
constexpr std::array<Spelling, 98> kDrawnAs{{
    // Cyrillic
    {U'А', "A"}, {U'В', "B"}, {U'Е', "E"}, {U'З', "3"}, {U'К', "K"}, {U'М', "M"}, {U'Н', "H"}, {U'О', "O"}, {U'Р', "P"}, {U'С', "C"},
    {U'Т', "T"}, {U'У', "Y"}, {U'Х', "X"}, {U'Ѕ', "S"}, {U'І', "I"}, {U'Ј', "J"}, {U'Ԛ', "Q"}, {U'Ԝ', "W"}, {U'Ӏ', "l"}, {U'Ь', "b"},
    {U'а', "a"}, {U'в', "b"}, {U'е', "e"}, {U'з', "3"}, {U'к', "k"}, {U'м', "m"}, {U'н', "h"}, {U'о', "o"}, {U'р', "p"}, {U'с', "c"},
    {U'т', "t"}, {U'у', "y"}, {U'х', "x"}, {U'ѕ', "s"}, {U'і', "i"}, {U'ј', "j"}, {U'ԛ', "q"}, {U'ԝ', "w"}, {U'ӏ', "l"}, {U'ь', "b"},
    {U'ԁ', "d"}, {U'һ', "h"}, {U'г', "r"}, {U'п', "n"}, {U'ѵ', "v"}, {U'Ѵ', "V"}, {U'ӕ', "ae"}, {U'Ӕ', "AE"}, {U'ө', "o"}, {U'Ԍ', "G"},
    // Greek
    {U'Α', "A"}, {U'Β', "B"}, {U'Ε', "E"}, {U'Ζ', "Z"}, {U'Η', "H"}, {U'Ι', "I"}, {U'Κ', "K"}, {U'Μ', "M"}, {U'Ν', "N"}, {U'Ο', "O"},
    {U'Ρ', "P"}, {U'Τ', "T"}, {U'Υ', "Y"}, {U'Χ', "X"}, {U'α', "a"}, {U'β', "b"}, {U'γ', "y"}, {U'ε', "e"}, {U'η', "n"}, {U'ι', "i"},
    {U'κ', "k"}, {U'ν', "v"}, {U'ο', "o"}, {U'ρ', "p"}, {U'σ', "o"}, {U'τ', "t"}, {U'υ', "u"}, {U'χ', "x"}, {U'ω', "w"},
    // Armenian, Latin extensions and small capitals
    {U'օ', "o"}, {U'Օ', "O"}, {U'ո', "n"}, {U'ս', "u"}, {U'հ', "h"}, {U'ց', "g"}, {U'ɑ', "a"}, {U'ɡ', "g"}, {U'ɩ', "i"}, {U'ᴀ', "a"},
    {U'ʙ', "b"}, {U'ᴄ', "c"}, {U'ᴅ', "d"}, {U'ᴇ', "e"}, {U'ʜ', "h"}, {U'ɪ', "i"}, {U'ɴ', "n"}, {U'ᴏ', "o"}, {U'ꜱ', "s"}}};

/// Of those that are drawn alike in many typefaces, one stands for all.
char oneOfMany(char c) {
    switch (c) {
        case 'i': case '1': case '|': return 'l';
        case '0': return 'o';
        default: return c;
    }
}

bool counts(Code code) {
    if (code == '|') return true;
    const auto category = utf8proc_category(code);
    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
           (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

}  // namespace

std::string plainLatin(std::string_view text) {
    const auto codes = decomposed(text);
    if (!codes) return std::string(text);
    std::string out;
    for (const Code code : *codes) {
        const auto latin = spelled(kLatin, code);
        if (latin.empty()) put(out, code);
        else out += latin;
    }
    return out;
}

std::string skeleton(std::string_view name) {
    const auto codes = decomposed(name);
    if (!codes) return std::string(name);
    std::string drawn;
    for (const Code code : *codes) {
        if (!counts(code)) continue;
        auto latin = spelled(kDrawnAs, code);
        if (latin.empty()) latin = spelled(kLatin, code);
        if (latin.empty()) put(drawn, utf8proc_tolower(code));
        else drawn += latin;
    }
    if (drawn.empty()) return std::string(name);  // signs alone
    std::string out;
    for (char c : drawn) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        c = oneOfMany(c);
        if (c == 'n' && out.ends_with('r')) out.back() = 'm';
        else if (c == 'v' && out.ends_with('v')) out.back() = 'w';
        else out += c;
    }
    return out;
}

std::string withoutSigns(std::string_view name) {
    std::string out;
    bool gap = false;
    for (std::size_t at = 0; at < name.size();) {
        Code code = 0;
        const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(name.data()) + at,
                                             static_cast<utf8proc_ssize_t>(name.size() - at), &code);
        const bool good = length > 0;
        const auto bytes = good ? static_cast<std::size_t>(length) : 1;
        const auto category = good ? utf8proc_category(code) : UTF8PROC_CATEGORY_CN;
        const bool mark = category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC;
        if (good && (counts(code) || (mark && !out.empty() && !gap))) {
            if (gap && !out.empty()) out += ' ';
            gap = false;
            out += name.substr(at, bytes);
        } else {
            gap = true;
        }
        at += bytes;
    }
    return out.empty() ? std::string(name) : out;
}

}  // namespace parlour::house
