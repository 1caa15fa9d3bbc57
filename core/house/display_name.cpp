// SPDX-License-Identifier: Apache-2.0
#include "core/house/display_name.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/api/house_types.h"

namespace parlour::house {

namespace {

constexpr char32_t kBroken = 0xFFFFFFFF;
constexpr int kMaxMarksPerCharacter = 2;

/// One code point from the front (RFC 3629: no surrogates, no overlong forms); kBroken consumes one byte.
char32_t take(std::string_view& text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t first = byte(0);
    std::size_t length = first < 0x80 ? 1 : first >= 0xC2 && first < 0xE0 ? 2 : (first & 0xF0) == 0xE0 ? 3 : first >= 0xF0 && first < 0xF5 ? 4 : 0;
    if (length == 0 || length > text.size()) {
        text.remove_prefix(1);
        return kBroken;
    }
    char32_t code = length == 1 ? first : first & (0x7Fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) {
            text.remove_prefix(1);
            return kBroken;
        }
        code = (code << 6) | (byte(i) & 0x3Fu);
    }
    const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    if (overlong || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
        text.remove_prefix(1);
        return kBroken;
    }
    text.remove_prefix(length);
    return code;
}

void put(std::string& out, char32_t c) {
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xC0 | (c >> 6));
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        out += static_cast<char>(0xE0 | (c >> 12));
        out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else {
        out += static_cast<char>(0xF0 | (c >> 18));
        out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
        out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    }
}

struct Range {
    char32_t from, to;
};
template <std::size_t N>
bool within(const std::array<Range, N>& table, char32_t c) {
    return std::any_of(table.begin(), table.end(), [&](const Range& r) { return c >= r.from && c <= r.to; });
}

/// Cc, Cf (bidi controls, zero width, tags), private use, noncharacters, invisible fillers, interlinear marks.
constexpr std::array<Range, 22> kInvisible{{{0x00, 0x1F},       {0x7F, 0x9F},       {0xAD, 0xAD},       {0x34F, 0x34F},
                                            {0x61C, 0x61C},     {0x115F, 0x1160},   {0x17B4, 0x17B5},   {0x180B, 0x180F},
                                            {0x200B, 0x200F},   {0x2028, 0x202E},   {0x2060, 0x206F},   {0x2800, 0x2800},
                                            {0x3164, 0x3164},   {0xE000, 0xF8FF},   {0xFDD0, 0xFDEF},   {0xFE00, 0xFE0F},
                                            {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFC},   {0xFFFE, 0xFFFF},
                                            {0x1D173, 0x1D17A}, {0xE0000, 0x10FFFF}}};
constexpr std::array<Range, 10> kSpace{{{0x09, 0x0D}, {0x20, 0x20}, {0x85, 0x85}, {0xA0, 0xA0}, {0x1680, 0x1680},
                                        {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}}};
constexpr std::array<Range, 12> kCombining{{{0x300, 0x36F}, {0x483, 0x489}, {0x591, 0x5BD}, {0x610, 0x61A}, {0x64B, 0x65F},
                                            {0x6D6, 0x6DC}, {0xE31, 0xE3A}, {0xE47, 0xE4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
                                            {0x20D0, 0x20FF}, {0xFE20, 0xFE2F}}};

bool isSpace(char32_t c) { return within(kSpace, c); }

/// Letter + combining mark of the Latin-1 letters that keyboards and macOS produce decomposed, so that equal names are
/// equal bytes. The full canonical composition needs a Unicode library; these are the common ones.
char32_t compose(char32_t letter, char32_t mark) {
    struct Row {
        char32_t mark;
        std::string_view letters;
        std::u32string_view composed;
    };
    static constexpr std::array<Row, 6> kRows{{{0x300, "AEIOUaeiou", U"ÀÈÌÒÙàèìòù"},
                                               {0x301, "AEIOUYaeiouy", U"ÁÉÍÓÚÝáéíóúý"},
                                               {0x302, "AEIOUaeiou", U"ÂÊÎÔÛâêîôû"},
                                               {0x303, "ANOano", U"ÃÑÕãñõ"},
                                               {0x308, "AEIOUaeiouy", U"ÄËÏÖÜäëïöüÿ"},
                                               {0x327, "Cc", U"Çç"}}};
    if (letter >= 0x80) return 0;
    for (const auto& row : kRows)
        if (row.mark == mark)
            if (const auto at = row.letters.find(static_cast<char>(letter)); at != std::string_view::npos) return row.composed[at];
    if (mark == 0x30A && (letter == 'A' || letter == 'a')) return letter == 'A' ? 0xC5 : 0xE5;
    return 0;
}

/// One character: a starter and the marks on it.
struct Character {
    char32_t starter = 0;
    std::string marks;
    int count = 0;
};

}  // namespace

std::string cleanText(std::string_view text, std::size_t maxCharacters, std::size_t maxBytes) {
    std::string out;
    std::size_t characters = 0;
    bool gap = false;
    Character current;
    // Writes what is complete; false = full.
    const auto flush = [&] {
        if (current.starter == 0) return true;
        std::string bytes;
        if (gap && !out.empty()) bytes += ' ';
        put(bytes, current.starter);
        bytes += current.marks;
        const std::size_t added = gap && !out.empty() ? 2 : 1;
        current = {};
        gap = false;
        if (characters + added > maxCharacters || out.size() + bytes.size() > maxBytes) return false;
        characters += added;
        out += bytes;
        return true;
    };
    while (!text.empty()) {
        char32_t c = take(text);
        if (c == kBroken) c = 0xFFFD;
        if (isSpace(c)) {
            if (!flush()) return out;
            gap = true;
            continue;
        }
        if (within(kInvisible, c)) continue;
        if (within(kCombining, c)) {
            if (current.starter == 0) continue;  // nothing to stand on
            if (current.count == 0)
                if (const char32_t composed = compose(current.starter, c)) {
                    current.starter = composed;
                    continue;
                }
            if (current.count++ < kMaxMarksPerCharacter) put(current.marks, c);
            continue;
        }
        if (!flush()) return out;
        current.starter = c;
    }
    flush();
    return out;
}

std::size_t countCharacters(std::string_view text) {
    std::size_t count = 0;
    while (!text.empty())
        if (!within(kCombining, take(text))) ++count;
    return count;
}

base::Result<std::string> cleanName(std::string_view name) {
    constexpr std::size_t kPlenty = 4096;
    for (std::string_view rest = name.substr(0, kPlenty); !rest.empty();)
        // A character that the cut goes through is not broken, the name is too long.
        if (take(rest) == kBroken && (name.size() <= kPlenty || rest.size() >= 4))
            return base::fail(base::ErrorKind::invalidInput, "bad_name", "The name is not text in UTF-8.", "Type it again.");
    std::string clean = cleanText(name.substr(0, kPlenty), kPlenty, kPlenty);
    if (clean.empty())
        return base::fail(base::ErrorKind::invalidInput, "bad_name", "The name has no visible characters.",
                          "Choose a name that others can read.");
    if (countCharacters(clean) > api::kMaxNameCharacters || clean.size() > api::kMaxNameBytes || name.size() > kPlenty)
        return base::fail(base::ErrorKind::invalidInput, "bad_name", "The name is too long.", "Use at most 64 characters.");
    return clean;
}

}  // namespace parlour::house
