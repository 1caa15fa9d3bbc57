// SPDX-License-Identifier: Apache-2.0
#include "core/crypto/aead.h"

#include <openssl/evp.h>

#include <cstdlib>
#include <memory>

#include "core/crypto/random.h"

namespace parlour::crypto {

namespace {

constexpr std::size_t kNonce = 12, kTag = 16;

struct FreeCipher {
    void operator()(EVP_CIPHER_CTX* c) const { EVP_CIPHER_CTX_free(c); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

unsigned char* raw(std::byte* p) { return reinterpret_cast<unsigned char*>(p); }
const unsigned char* raw(const std::byte* p) { return reinterpret_cast<const unsigned char*>(p); }

}  // namespace

base::Bytes seal(const Secret& key, base::ByteView plain, base::ByteView context) {
    if (key.size() != kSealKeyBytes) std::abort();
    base::Bytes out(kNonce + plain.size() + kTag);
    fillRandom(std::span(out).first(kNonce));
    const Cipher c(EVP_CIPHER_CTX_new());
    int length = 0;
    bool good = c && EVP_EncryptInit_ex(c.get(), EVP_aes_256_gcm(), nullptr, raw(key.view().data()), raw(out.data())) == 1;
    if (good && !context.empty())
        good = EVP_EncryptUpdate(c.get(), nullptr, &length, raw(context.data()), static_cast<int>(context.size())) == 1;
    if (good && !plain.empty())
        good = EVP_EncryptUpdate(c.get(), raw(out.data() + kNonce), &length, raw(plain.data()), static_cast<int>(plain.size())) == 1;
    good = good && EVP_EncryptFinal_ex(c.get(), raw(out.data() + kNonce + plain.size()), &length) == 1 &&
           EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(kTag), out.data() + kNonce + plain.size()) == 1;
    if (!good) std::abort();  // nothing may leave in the clear
    return out;
}

std::optional<Secret> unseal(const Secret& key, base::ByteView sealed, base::ByteView context) {
    if (key.size() != kSealKeyBytes || sealed.size() < kNonce + kTag) return std::nullopt;
    const std::size_t size = sealed.size() - kNonce - kTag;
    base::Bytes out(size);
    base::Bytes tag = base::toBytes(sealed.last(kTag));
    const Cipher c(EVP_CIPHER_CTX_new());
    int length = 0;
    bool good = c && EVP_DecryptInit_ex(c.get(), EVP_aes_256_gcm(), nullptr, raw(key.view().data()), raw(sealed.data())) == 1;
    if (good && !context.empty())
        good = EVP_DecryptUpdate(c.get(), nullptr, &length, raw(context.data()), static_cast<int>(context.size())) == 1;
    if (good && size > 0)
        good = EVP_DecryptUpdate(c.get(), raw(out.data()), &length, raw(sealed.data() + kNonce), static_cast<int>(size)) == 1;
    unsigned char rest[16];
    good = good && EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(kTag), tag.data()) == 1 &&
           EVP_DecryptFinal_ex(c.get(), rest, &length) == 1;
    Secret plain(std::move(out));
    if (!good) return std::nullopt;
    return plain;
}

}  // namespace parlour::crypto
