// SPDX-License-Identifier: Apache-2.0
#include "core/crypto/identity_text.h"

#include "core/crypto/ed25519.h"

namespace parlour::crypto {

bool isIdentityText(std::string_view text) {
    return text.size() == kIdentityLength && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567") == std::string_view::npos;
}

}  // namespace parlour::crypto
