// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/certificate.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <stdexcept>

#include "core/crypto/random.h"
#include "core/rtc/certificate_native.h"
#include "core/rtc/dtls_session.h"

namespace parlour::rtc {

namespace {

void need(bool ok) {
    if (!ok) throw std::runtime_error("OpenSSL could not make a certificate");
}

void sign(Certificate::Native& native) {
    native.key = EVP_EC_gen("P-256");
    native.certificate = X509_new();
    need(native.key && native.certificate);
    auto* x = native.certificate;
    need(X509_set_version(x, 2) == 1);
    // Random serial; the dates say nothing, since peers compare fingerprints only.
    need(ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), crypto::randomU64() >> 1) == 1);
    need(ASN1_TIME_set_string_X509(X509_getm_notBefore(x), "20200101000000Z") == 1);
    need(ASN1_TIME_set_string_X509(X509_getm_notAfter(x), "20491231235959Z") == 1);
    auto* name = X509_get_subject_name(x);
    need(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("WebRTC"), -1, -1,
                                    0) == 1);
    need(X509_set_issuer_name(x, name) == 1 && X509_set_pubkey(x, native.key) == 1);
    need(X509_sign(x, native.key, EVP_sha256()) > 0);
}

}  // namespace

Certificate::Native::~Native() {
    SSL_CTX_free(context);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

std::string certificateFingerprint(const x509_st* certificate) {
    std::array<unsigned char, 32> digest{};
    unsigned size = digest.size();
    if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) return {};
    static constexpr char kHex[] = "0123456789ABCDEF";
    std::string out;
    for (const auto b : digest) {
        if (!out.empty()) out += ':';
        out += kHex[b >> 4];
        out += kHex[b & 0xf];
    }
    return out;
}

Certificate::Certificate() : m_native(std::make_unique<Native>()) {
    sign(*m_native);
    m_fingerprint.sha256 = certificateFingerprint(m_native->certificate);
    auto* context = SSL_CTX_new(DTLS_method());
    need(context != nullptr);
    m_native->context = context;
    need(SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1);
    need(SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION) == 1);
    // AEAD with ephemeral keys only (security T9); RSA for peers whose certificate is RSA.
    need(SSL_CTX_set_cipher_list(context,
                                 "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
                                 "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-GCM-SHA256:"
                                 "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305") == 1);
    need(SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") == 1);
    need(SSL_CTX_use_certificate(context, m_native->certificate) == 1);
    need(SSL_CTX_use_PrivateKey(context, m_native->key) == 1);
    // This one returns 0 for success.
    need(SSL_CTX_set_tlsext_use_srtp(context, "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80") == 0);
    SSL_CTX_set_cert_verify_callback(context, &verifyDtlsPeer, nullptr);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_QUERY_MTU | SSL_OP_NO_RENEGOTIATION);
    // Sizes the write buffer that every session keeps.
    need(SSL_CTX_set_max_send_fragment(context, static_cast<long>(kDtlsMaxSend)) == 1);
    SSL_CTX_set_read_ahead(context, 1);  // a datagram may hold several records
}

Certificate::~Certificate() = default;

std::shared_ptr<const Certificate> Certificate::generate() {
    return std::shared_ptr<const Certificate>(new Certificate());
}

}  // namespace parlour::rtc
