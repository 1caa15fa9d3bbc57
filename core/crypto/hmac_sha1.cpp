// SPDX-License-Identifier: Apache-2.0
#include "core/crypto/hmac_sha1.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdlib>

namespace parlour::crypto {

std::array<std::byte, 20> hmacSha1(base::ByteView key, base::ByteView data) {
    static constexpr unsigned char kNothing = 0;
    std::array<std::byte, 20> out{};
    unsigned length = 0;
    // A null key would mean "the key of the call before".
    const void* keyBytes = key.empty() ? static_cast<const void*>(&kNothing) : key.data();
    const auto* result = HMAC(EVP_sha1(), keyBytes, static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(data.data()), data.size(),
                              reinterpret_cast<unsigned char*>(out.data()), &length);
    if (result == nullptr || length != out.size()) std::abort();
    return out;
}

}  // namespace parlour::crypto
