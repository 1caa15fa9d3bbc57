// SPDX-License-Identifier: Apache-2.0
// Authenticated encryption of small things: AES-256-GCM (NIST SP 800-38D), a fresh random nonce of 12 bytes in front of the
// ciphertext, a tag of 16 bytes behind it. For few messages per key (identity files, linking). Pure but for the nonce; any thread.
#pragma once

#include <optional>

#include "core/base/byte_io.h"
#include "core/crypto/secret.h"

namespace parlour::crypto {

inline constexpr std::size_t kSealKeyBytes = 32;
inline constexpr std::size_t kSealOverhead = 12 + 16;

/// nonce | ciphertext | tag. `key` has kSealKeyBytes; `context` is bound to the message but not carried in it.
base::Bytes seal(const Secret& key, base::ByteView plain, base::ByteView context);
/// nullopt for a wrong key, another context or any changed byte.
std::optional<Secret> unseal(const Secret& key, base::ByteView sealed, base::ByteView context);

}  // namespace parlour::crypto
