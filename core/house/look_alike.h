// SPDX-License-Identifier: Apache-2.0
// Names as eyes see them: two names with the same skeleton cannot be told apart on a screen (security: T27), and a name in Latin
// letters with their accents is close to a handle. Unicode's own tables by utf8proc. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace parlour::house {

/// Latin letters without their marks: "Inês Jürgen Weiß" is "Ines Jurgen Weiss". Other scripts stay as they are.
std::string plainLatin(std::string_view text);

/// What is left of a name when case, marks, width, gaps, signs and the script of a letter do not count: "Ann", "АNN" with a
/// Cyrillic A, "A n n ✔" and "Änn" are one. Never empty for a name that is not; not for showing.
std::string skeleton(std::string_view name);
/// The letters and digits of a name with single gaps between them: nothing is left with which what comes behind it could be pushed
/// out of sight. A name of signs alone stays.
std::string withoutSigns(std::string_view name);
inline bool looksLike(std::string_view one, std::string_view other) { return skeleton(one) == skeleton(other); }

}  // namespace parlour::house
