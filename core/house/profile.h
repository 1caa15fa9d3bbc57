// SPDX-License-Identifier: Apache-2.0
// What people may say about themselves: cleaned, bounded, links shown and never fetched. Pure; any thread.
#pragma once

#include <string>

#include "core/api/people_types.h"
#include "core/base/error.h"
#include "core/house/store/people_store.h"

namespace parlour::house {

/// The profile after a wish; the name is not part of it. Errors: invalidInput "about_too_long", "pronouns_too_long",
/// "too_many_links", "bad_link" (with the link as detail).
base::Result<ProfileRow> withWish(ProfileRow profile, const api::ProfileWish& wish);

/// http or https with a real host, no user name, at most kMaxProfileLinkBytes; what is shown is exactly what it leads to.
base::Result<std::string> checkProfileLink(std::string_view text);

}  // namespace parlour::house
