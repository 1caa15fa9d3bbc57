// SPDX-License-Identifier: Apache-2.0
// Private to core/house/store: the index of names. Inside transactions only; house thread.
#pragma once

#include <soci/soci.h>

#include <string>
#include <utility>

namespace parlour::house {

/// The name this person has from now on; empty = found no more.
void putNameParts(soci::session& sql, const std::string& identity, const std::string& name);
/// Of all persons, when the index is new.
void fillNameParts(soci::session& sql);
/// Parts from the first up to the second (without it) begin with `text`; small and large ASCII letters are the same.
std::pair<std::string, std::string> searchRange(const std::string& text);

}  // namespace parlour::house
