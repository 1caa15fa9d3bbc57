// SPDX-License-Identifier: Apache-2.0
// HKDF-SHA256 (RFC 5869): one strong secret in, many independent keys out. Any thread.
#pragma once

#include <cstddef>

#include "core/base/byte_io.h"
#include "core/crypto/secret.h"

namespace parlour::crypto {

/// `length` is 1..8160 bytes (255 hashes); anything else gives an empty Secret. Empty salt = 32 zero bytes (RFC 5869 2.2).
Secret hkdfSha256(base::ByteView secret, base::ByteView salt, base::ByteView info, std::size_t length);

/// A person's key seed in one house: info = label, then the context (rooms-and-invitations 4.5), no salt, 32 bytes.
Secret deriveSeed(base::ByteView masterSeed, std::string_view label, std::string_view context);

}  // namespace parlour::crypto
