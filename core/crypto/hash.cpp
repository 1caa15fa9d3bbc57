// SPDX-License-Identifier: Apache-2.0
#include "core/crypto/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdlib>
#include <memory>

namespace parlour::crypto {

namespace {

struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

template <std::size_t Size>
std::array<std::byte, Size> digest(const EVP_MD* kind, std::initializer_list<base::ByteView> pieces) {
    std::array<std::byte, Size> out{};
    const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
    bool ok = context && EVP_DigestInit_ex(context.get(), kind, nullptr) == 1;
    for (const auto piece : pieces) ok = ok && EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1;
    unsigned length = 0;
    ok = ok && EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(out.data()), &length) == 1;
    // Only a machine without memory gets here; a wrong hash would be worse than the end.
    if (!ok || length != Size) std::abort();
    return out;
}

}  // namespace

Digest sha256(base::ByteView data) { return digest<32>(EVP_sha256(), {data}); }

Digest sha256(std::initializer_list<base::ByteView> pieces) { return digest<32>(EVP_sha256(), pieces); }

std::array<std::byte, 20> sha1(base::ByteView data) { return digest<20>(EVP_sha1(), {data}); }

Digest hmacSha256(base::ByteView key, base::ByteView data) {
    static constexpr unsigned char kNothing = 0;
    Digest out{};
    unsigned length = 0;
    // A null key would mean "the key of the call before".
    const void* keyBytes = key.empty() ? static_cast<const void*>(&kNothing) : key.data();
    const auto* result = HMAC(EVP_sha256(), keyBytes, static_cast<int>(key.size()),
                              reinterpret_cast<const unsigned char*>(data.data()), data.size(),
                              reinterpret_cast<unsigned char*>(out.data()), &length);
    if (result == nullptr || length != out.size()) std::abort();
    return out;
}

bool equalConstantTime(base::ByteView a, base::ByteView b) {
    if (a.size() != b.size()) return false;
    return a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace parlour::crypto
