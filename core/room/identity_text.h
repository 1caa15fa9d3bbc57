// SPDX-License-Identifier: Apache-2.0
// For clients, which reach crypto only through here.
#pragma once

#include "core/crypto/identity_text.h"

namespace parlour::room {

using crypto::isIdentityText;

}  // namespace parlour::room
