// SPDX-License-Identifier: Apache-2.0
// Hashes and comparison in constant time. Pure functions; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>

#include "core/base/byte_io.h"

namespace parlour::crypto {

using Digest = std::array<std::byte, 32>;

/// FIPS 180-4.
Digest sha256(base::ByteView data);
/// The same over several pieces, as if they were one.
Digest sha256(std::initializer_list<base::ByteView> pieces);
/// RFC 2104 with SHA-256; any key length.
Digest hmacSha256(base::ByteView key, base::ByteView data);
/// Only where a protocol demands it (RFC 6455 section 4.2.2); never for anything of ours.
std::array<std::byte, 20> sha1(base::ByteView data);

/// Takes the same time wherever the first difference is. Different lengths are unequal at once.
bool equalConstantTime(base::ByteView a, base::ByteView b);
inline bool equalConstantTime(std::string_view a, std::string_view b) {
    return equalConstantTime(base::asBytes(a), base::asBytes(b));
}

}  // namespace parlour::crypto
