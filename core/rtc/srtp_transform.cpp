// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/srtp_transform.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <stdexcept>

#include "core/base/prefetch.h"
#include "core/crypto/hash.h"

namespace parlour::rtc {

namespace {

const unsigned char* in(base::ByteView view) { return reinterpret_cast<const unsigned char*>(view.data()); }
unsigned char* outPtr(std::span<std::byte> view) { return reinterpret_cast<unsigned char*>(view.data()); }

struct CipherFree {
    void operator()(EVP_CIPHER_CTX* c) const { EVP_CIPHER_CTX_free(c); }
};
struct MacFree {
    void operator()(EVP_MAC_CTX* c) const { EVP_MAC_CTX_free(c); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, CipherFree>;
using Mac = std::unique_ptr<EVP_MAC_CTX, MacFree>;

void need(bool ok) {
    if (!ok) throw std::runtime_error("OpenSSL could not set up SRTP");
}

/// RFC 3711 section 4.3.1 with key derivation rate 0: the label goes into the eighth byte of the salt.
void derive(const SrtpMaster& master, std::size_t saltSize, unsigned label, std::span<std::byte> out) {
    std::array<unsigned char, 16> iv{};
    for (std::size_t i = 0; i < saltSize; ++i) iv[i] = std::to_integer<unsigned char>(master.salt[i]);
    iv[7] ^= static_cast<unsigned char>(label);
    Cipher cipher(EVP_CIPHER_CTX_new());
    need(cipher && EVP_EncryptInit_ex(cipher.get(), EVP_aes_128_ctr(), nullptr, in(master.key), iv.data()) == 1);
    std::fill(out.begin(), out.end(), std::byte{0});
    int written = 0;
    need(EVP_EncryptUpdate(cipher.get(), outPtr(out), &written, in(out), static_cast<int>(out.size())) == 1);
}

bool isGcm(SrtpProfile profile) {
    switch (profile) {
        case SrtpProfile::aeadAes128Gcm: return true;
        case SrtpProfile::aes128CmSha1_80: return false;
    }
    return true;
}

}  // namespace

std::size_t srtpTagSize(SrtpProfile profile) { return isGcm(profile) ? 16 : 10; }

SrtpSessionKeys deriveSrtpKeys(SrtpProfile profile, const SrtpMaster& master, bool rtcp) {
    const std::size_t saltSize = isGcm(profile) ? 12 : 14;
    const unsigned first = rtcp ? 3 : 0;
    SrtpSessionKeys keys;
    derive(master, saltSize, first, keys.cipher);
    derive(master, saltSize, first + 1, keys.auth);
    derive(master, saltSize, first + 2, std::span(keys.salt).first(saltSize));
    return keys;
}

struct SrtpTransform::Impl {
    Cipher cipher;
    Mac mac;
    std::array<unsigned char, 16> salt{};

    /// 12 bytes for GCM (RFC 7714 sections 8.1 and 9.1), 16 for CM (RFC 3711 section 4.1.1).
    std::array<unsigned char, 16> iv(bool gcm, const Packet& p) const {
        auto v = salt;
        const std::size_t at = gcm ? 2 : 4;
        for (std::size_t i = 0; i < 4; ++i) v[at + i] ^= static_cast<unsigned char>(p.ssrc >> (24 - 8 * i));
        for (std::size_t i = 0; i < 6; ++i) v[at + 4 + i] ^= static_cast<unsigned char>(p.index >> (40 - 8 * i));
        return v;
    }

    bool authenticate(const Packet& p, base::ByteView body, std::array<unsigned char, 20>& out) {
        std::size_t size = 0;
        auto* m = mac.get();
        return EVP_MAC_init(m, nullptr, 0, nullptr) == 1 && EVP_MAC_update(m, in(p.head), p.head.size()) == 1 &&
               EVP_MAC_update(m, in(body), body.size()) == 1 && EVP_MAC_update(m, in(p.tail), p.tail.size()) == 1 &&
               EVP_MAC_final(m, out.data(), &size, out.size()) == 1;
    }
};

SrtpTransform::SrtpTransform(SrtpProfile profile, const SrtpSessionKeys& keys, bool encrypts)
    : m_profile(profile), m_impl(std::make_unique<Impl>()) {
    for (std::size_t i = 0; i < keys.salt.size(); ++i)
        m_impl->salt[i] = std::to_integer<unsigned char>(keys.salt[i]);
    m_impl->cipher.reset(EVP_CIPHER_CTX_new());
    auto* c = m_impl->cipher.get();
    if (isGcm(profile)) {
        need(c && EVP_CipherInit_ex(c, EVP_aes_128_gcm(), nullptr, in(keys.cipher), nullptr, encrypts ? 1 : 0) == 1);
        return;
    }
    need(c && EVP_CipherInit_ex(c, EVP_aes_128_ctr(), nullptr, in(keys.cipher), nullptr, 1) == 1);
    EVP_MAC* hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    m_impl->mac.reset(EVP_MAC_CTX_new(hmac));
    EVP_MAC_free(hmac);
    char digest[] = "SHA1";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                 OSSL_PARAM_construct_end()};
    need(m_impl->mac && EVP_MAC_init(m_impl->mac.get(), in(keys.auth), keys.auth.size(), params) == 1);
}

SrtpTransform::~SrtpTransform() = default;
SrtpTransform::SrtpTransform(SrtpTransform&&) noexcept = default;
SrtpTransform& SrtpTransform::operator=(SrtpTransform&&) noexcept = default;

void SrtpTransform::prefetch(unsigned step) const {
    constexpr std::size_t kOpenSslContext = 192;   // EVP_CIPHER_CTX of OpenSSL 3
    if (step == 0) base::prefetch(m_impl.get(), sizeof(Impl));
    else base::prefetch(m_impl->cipher.get(), kOpenSslContext);
}

bool SrtpTransform::seal(const Packet& p, base::ByteView body, std::span<std::byte> out, std::span<std::byte> tag) {
    auto* c = m_impl->cipher.get();
    const bool gcm = isGcm(m_profile);
    const auto iv = m_impl->iv(gcm, p);
    int n = 0;
    if (EVP_CipherInit_ex(c, nullptr, nullptr, nullptr, iv.data(), -1) != 1) return false;
    if (!gcm) {
        std::array<unsigned char, 20> mac{};
        if (EVP_CipherUpdate(c, outPtr(out), &n, in(body), static_cast<int>(body.size())) != 1) return false;
        if (!m_impl->authenticate(p, out, mac)) return false;
        std::copy_n(reinterpret_cast<const std::byte*>(mac.data()), 10, tag.begin());
        return true;
    }
    if (EVP_CipherUpdate(c, nullptr, &n, in(p.head), static_cast<int>(p.head.size())) != 1) return false;
    if (!p.tail.empty() && EVP_CipherUpdate(c, nullptr, &n, in(p.tail), static_cast<int>(p.tail.size())) != 1)
        return false;
    if (!body.empty() && EVP_CipherUpdate(c, outPtr(out), &n, in(body), static_cast<int>(body.size())) != 1)
        return false;
    unsigned char rest[16];
    return EVP_CipherFinal_ex(c, rest, &n) == 1 &&
           EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, outPtr(tag)) == 1;
}

bool SrtpTransform::open(const Packet& p, base::ByteView body, base::ByteView tag, std::span<std::byte> out) {
    auto* c = m_impl->cipher.get();
    const bool gcm = isGcm(m_profile);
    const auto iv = m_impl->iv(gcm, p);
    int n = 0;
    if (!gcm) {
        std::array<unsigned char, 20> mac{};
        if (!m_impl->authenticate(p, body, mac)) return false;
        if (!crypto::equalConstantTime(base::ByteView(reinterpret_cast<const std::byte*>(mac.data()), 10), tag))
            return false;
        return EVP_CipherInit_ex(c, nullptr, nullptr, nullptr, iv.data(), -1) == 1 &&
               EVP_CipherUpdate(c, outPtr(out), &n, in(body), static_cast<int>(body.size())) == 1;
    }
    // OpenSSL takes the expected tag by a non-const pointer.
    std::array<unsigned char, 16> expected{};
    if (tag.size() != expected.size()) return false;
    std::copy_n(in(tag), expected.size(), expected.begin());
    if (EVP_CipherInit_ex(c, nullptr, nullptr, nullptr, iv.data(), -1) != 1) return false;
    if (EVP_CipherUpdate(c, nullptr, &n, in(p.head), static_cast<int>(p.head.size())) != 1) return false;
    if (!p.tail.empty() && EVP_CipherUpdate(c, nullptr, &n, in(p.tail), static_cast<int>(p.tail.size())) != 1)
        return false;
    if (!body.empty() && EVP_CipherUpdate(c, outPtr(out), &n, in(body), static_cast<int>(body.size())) != 1)
        return false;
    unsigned char rest[16];
    return EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, 16, expected.data()) == 1 &&
           EVP_CipherFinal_ex(c, rest, &n) == 1;
}

}  // namespace parlour::rtc
