// SPDX-License-Identifier: Apache-2.0
// Who we are (certificate and key of a server) and whom we believe (system authorities, or one pinned key).
// TLS 1.2 at least, everywhere.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/time.h"
#include "core/crypto/secret.h"

namespace parlour::net {

struct TlsCredentials {
    std::string certificatePem;   ///< leaf first, then the chain
    crypto::Secret privateKeyPem;

    TlsCredentials clone() const { return {certificatePem, privateKeyPem.clone()}; }
};

/// Reads both files and checks that key and certificate belong together. notFound, invalidInput with the file's name.
base::Result<TlsCredentials> loadTlsFiles(const std::string& certificateFile, const std::string& keyFile);

struct SelfSigned {
    TlsCredentials credentials;
    std::string pin;  ///< goes into the link as p=
};

/// ECDSA P-256, serial and subject random, valid from one day before `now` for `days`. `names` are host names or IP
/// addresses for subjectAltName. For the embedded server on the local network.
base::Result<SelfSigned> makeSelfSigned(const std::vector<std::string>& names, base::WallTime now, int days = 825);

/// SHA-256 of the first certificate's SubjectPublicKeyInfo in base64url (43 characters).
base::Result<std::string> pinOf(std::string_view certificatePem);
/// True when the first certificate vouches for itself: nobody trusts it without the pin.
bool isSelfSigned(std::string_view certificatePem);

/// How a client decides whether the server is the right one.
struct TlsTrust {
    /// Not empty: exactly this key is believed, and neither authority, host name nor date is looked at.
    std::string pin;
    /// Not empty: these authorities instead of the system's.
    std::string authoritiesPem;
};

}  // namespace parlour::net
