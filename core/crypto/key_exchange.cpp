// SPDX-License-Identifier: Apache-2.0
#include "core/crypto/key_exchange.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "core/crypto/random.h"

namespace parlour::crypto {

namespace {

struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
    void operator()(EVP_PKEY_CTX* c) const { EVP_PKEY_CTX_free(c); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

const unsigned char* raw(base::ByteView bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

}  // namespace

std::optional<KeyExchange> KeyExchange::fromPrivate(base::ByteView bytes) {
    if (bytes.size() != 32) return std::nullopt;
    const Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, raw(bytes), bytes.size()));
    ExchangeKey out{};
    std::size_t length = out.size();
    if (!key || EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(out.data()), &length) != 1) return std::nullopt;
    return KeyExchange(Secret::copyOf(bytes), out);
}

KeyExchange KeyExchange::generate() {
    const auto seed = randomSecret(32);
    auto key = fromPrivate(seed.view());
    if (!key) std::abort();
    return std::move(*key);
}

std::optional<Secret> KeyExchange::shared(base::ByteView theirs) const {
    if (theirs.size() != 32) return std::nullopt;
    const Key mine(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, raw(m_private.view()), m_private.size()));
    const Key other(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, raw(theirs), theirs.size()));
    if (!mine || !other) return std::nullopt;
    const std::unique_ptr<EVP_PKEY_CTX, FreeContext> context(EVP_PKEY_CTX_new(mine.get(), nullptr));
    base::Bytes out(32);
    std::size_t length = out.size();
    if (!context || EVP_PKEY_derive_init(context.get()) != 1 || EVP_PKEY_derive_set_peer(context.get(), other.get()) != 1 ||
        EVP_PKEY_derive(context.get(), reinterpret_cast<unsigned char*>(out.data()), &length) != 1 || length != out.size())
        return std::nullopt;
    if (std::all_of(out.begin(), out.end(), [](std::byte b) { return b == std::byte{0}; })) return std::nullopt;
    return Secret(std::move(out));
}

}  // namespace parlour::crypto
