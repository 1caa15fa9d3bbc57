// SPDX-License-Identifier: Apache-2.0
// HMAC with SHA-1, only where a protocol demands it: STUN (RFC 8489 section 14.5) and the logins of relays. Pure; any thread.
#pragma once

#include <array>
#include <cstddef>

#include "core/base/byte_io.h"

namespace parlour::crypto {

/// RFC 2104; any key length.
std::array<std::byte, 20> hmacSha1(base::ByteView key, base::ByteView data);

}  // namespace parlour::crypto
