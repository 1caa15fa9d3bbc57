// SPDX-License-Identifier: Apache-2.0
// OpenSSL's view of a certificate; for certificate.cpp and dtls_session.cpp alone.
#pragma once

#include "core/rtc/certificate.h"

// The tags of OpenSSL's types, so that no foreign header is needed here.
struct x509_st;
struct evp_pkey_st;
struct ssl_ctx_st;
struct x509_store_ctx_st;

namespace parlour::rtc {

struct Certificate::Native {
    Native() = default;
    Native(const Native&) = delete;
    Native& operator=(const Native&) = delete;
    ~Native();

    evp_pkey_st* key = nullptr;
    x509_st* certificate = nullptr;
    ssl_ctx_st* context = nullptr;  ///< DTLS 1.2 for both roles, shared by all sessions with this certificate
};

/// Compares the peer's certificate with the session's fingerprint (dtls_session.cpp); set once per context, because a
/// context is shared by threads afterwards.
int verifyDtlsPeer(x509_store_ctx_st* store, void*);

/// Upper-case hex with colons; empty when OpenSSL fails.
std::string certificateFingerprint(const x509_st* certificate);

}  // namespace parlour::rtc
