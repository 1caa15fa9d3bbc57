// SPDX-License-Identifier: Apache-2.0
#include "core/crypto/hmac_sha1.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <cstdlib>
#include <memory>

namespace parlour::crypto {

namespace {

struct Free {
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

/// OpenSSL 3 looks the algorithm up by name for each HMAC(); that costs more than the digest of a STUN message.
std::unique_ptr<EVP_MAC_CTX, Free> makeContext() {
    EVP_MAC* hmac = EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr);
    std::unique_ptr<EVP_MAC_CTX, Free> context(hmac ? EVP_MAC_CTX_new(hmac) : nullptr);
    EVP_MAC_free(hmac);
    char digest[] = "SHA1";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
    if (!context || EVP_MAC_CTX_set_params(context.get(), params) != 1) std::abort();
    return context;
}

}  // namespace

std::array<std::byte, 20> hmacSha1(base::ByteView key, base::ByteView data) {
    static constexpr unsigned char kNothing = 0;
    std::array<std::byte, 20> out{};
    std::size_t length = 0;
    thread_local const auto context = makeContext();
    // A null key would mean "the key of the call before".
    const auto* keyBytes = key.empty() ? &kNothing : reinterpret_cast<const unsigned char*>(key.data());
    if (EVP_MAC_init(context.get(), keyBytes, key.size(), nullptr) != 1 ||
        EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(data.data()), data.size()) != 1 ||
        EVP_MAC_final(context.get(), reinterpret_cast<unsigned char*>(out.data()), &length, out.size()) != 1 || length != out.size())
        std::abort();
    return out;
}

}  // namespace parlour::crypto
