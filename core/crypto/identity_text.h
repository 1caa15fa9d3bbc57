// SPDX-License-Identifier: Apache-2.0
// How the id of a person or a house looks where people type it. Pure; any thread.
#pragma once

#include <string_view>

namespace parlour::crypto {

/// kIdentityLength letters a–z and digits 2–7. A name of as many characters is none.
bool isIdentityText(std::string_view text);

}  // namespace parlour::crypto
