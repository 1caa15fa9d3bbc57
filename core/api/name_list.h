// SPDX-License-Identifier: Apache-2.0
// Who gets a personal invitation, from what somebody pasted or a spreadsheet wrote: one name a line, or a CSV (RFC 4180) with
// commas, semicolons (as spreadsheets write where the comma is the decimal mark) or tabs. Foreign bytes. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace parlour::api {

inline constexpr std::size_t kMaxNameListBytes = 1024 * 1024;

/// The names in their order, each once, without blank space around them; at most kMaxBatch of at most kMaxNameCharacters each.
/// - A first line of headings says which columns count: "Name" or "Full name", else "First name" and "Last name" together; in
///   English, German, French, Spanish, Italian and Dutch. Without headings it is the first column.
/// - A single line with semicolons is a list of names.
/// Errors, all invalidInput: names_too_large, names_not_text, names_quote_open, name_too_long, batch_too_large; those about one
/// place say the line.
base::Result<std::vector<std::string>> parseNameList(std::string_view bytes);

}  // namespace parlour::api
