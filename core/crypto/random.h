// SPDX-License-Identifier: Apache-2.0
// Random numbers from the system's generator. Any thread. A machine without randomness ends the program: no weak keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/base/byte_io.h"
#include "core/crypto/secret.h"

namespace parlour::crypto {

inline constexpr std::string_view kAlphaNumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

void fillRandom(std::span<std::byte> out);
base::Bytes randomBytes(std::size_t count);
Secret randomSecret(std::size_t count);
/// `byteCount` random bytes as base64url without padding: 16 bytes give 22 characters, 128 bits.
std::string randomToken(std::size_t byteCount);
/// Every character equally likely. The alphabet has 2..256 characters.
std::string randomString(std::size_t length, std::string_view alphabet = kAlphaNumeric);
/// Uniform in [0, bound); bound >= 1.
std::uint64_t randomBelow(std::uint64_t bound);
std::uint32_t randomU32();
std::uint64_t randomU64();

}  // namespace parlour::crypto
