// SPDX-License-Identifier: Apache-2.0
#include "core/crypto/scrypt.h"

#include <openssl/evp.h>

namespace parlour::crypto {

base::Result<Secret> scrypt(base::ByteView password, base::ByteView salt, const ScryptCost& cost, std::size_t length) {
    constexpr std::uint64_t kMaxMemory = 256ull << 20;
    const bool powerOfTwo = cost.n > 1 && (cost.n & (cost.n - 1)) == 0;
    // RFC 7914 section 2: p <= (2^32 - 1) * 32 / (128 * r); the memory bound keeps n and r far below overflow.
    const bool sane = powerOfTwo && cost.r >= 1 && cost.r <= 1024 && cost.p >= 1 && cost.p <= 1024 &&
                      cost.n <= kMaxMemory / 128 / cost.r && length >= 1 && length <= 1024;
    if (!sane)
        return base::fail(base::ErrorKind::invalidInput, "scrypt_cost", "These scrypt parameters are outside the limits.");
    base::Bytes out(length);
    static constexpr unsigned char kNothing = 0;
    const auto* saltBytes = salt.empty() ? &kNothing : reinterpret_cast<const unsigned char*>(salt.data());
    const auto* passwordBytes = password.empty() ? "" : reinterpret_cast<const char*>(password.data());
    // Above the table itself OpenSSL counts its working blocks.
    const std::uint64_t memory = kMaxMemory + (16ull << 20);
    if (EVP_PBE_scrypt(passwordBytes, password.size(), saltBytes, salt.size(), cost.n, cost.r, cost.p, memory,
                       reinterpret_cast<unsigned char*>(out.data()), out.size()) != 1)
        return base::fail(base::ErrorKind::unavailable, "scrypt_failed", "There is not enough memory for this operation.");
    return Secret(std::move(out));
}

}  // namespace parlour::crypto
