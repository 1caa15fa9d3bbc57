// SPDX-License-Identifier: Apache-2.0
#include "core/crypto/ed25519.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "core/crypto/hash.h"
#include "core/crypto/random.h"

namespace parlour::crypto {

namespace {

struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

const unsigned char* raw(base::ByteView bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

Key privateKey(base::ByteView seed) {
    return Key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw(seed), seed.size()));
}

}  // namespace

SigningKey::SigningKey(Secret seed, PublicKey publicKey) : m_seed(std::move(seed)), m_public(publicKey) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

std::optional<SigningKey> SigningKey::fromSeed(base::ByteView seed) {
    if (seed.size() != 32) return std::nullopt;
    const auto key = privateKey(seed);
    PublicKey publicKey{};
    std::size_t length = publicKey.size();
    if (!key || EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(publicKey.data()), &length) != 1 ||
        length != publicKey.size())
        return std::nullopt;
    return SigningKey(Secret::copyOf(seed), publicKey);
}

SigningKey SigningKey::generate() {
    const auto seed = randomSecret(32);
    auto key = fromSeed(seed.view());
    if (!key) std::abort();
    return std::move(*key);
}

Signature SigningKey::sign(base::ByteView message) const {
    const auto key = privateKey(m_seed.view());
    const Context context(EVP_MD_CTX_new());
    Signature out{};
    std::size_t length = out.size();
    if (!key || !context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &length, raw(message),
                       message.size()) != 1 ||
        length != out.size())
        std::abort();
    return out;
}

bool verifySignature(base::ByteView publicKey, base::ByteView message, base::ByteView signature) {
    if (publicKey.size() != 32 || signature.size() != 64) return false;
    const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(publicKey), publicKey.size()));
    const Context context(EVP_MD_CTX_new());
    return key && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
           EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(message), message.size()) == 1;
}

std::string identityOf(base::ByteView publicKey) {
    return base::toBase32Lower(sha256(publicKey)).substr(0, kIdentityLength);
}

}  // namespace parlour::crypto
