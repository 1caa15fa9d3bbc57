// SPDX-License-Identifier: Apache-2.0
// The self-signed ECDSA P-256 certificate of a DTLS endpoint (RFC 8827 section 6.5), made anew per process.
// Immutable; shared by all transports that use it, on any thread.
#pragma once

#include <memory>
#include <string>

#include "core/rtc/transport.h"

namespace parlour::rtc {

class Certificate {
  public:
    /// Throws std::runtime_error only when OpenSSL has no randomness or memory.
    static std::shared_ptr<const Certificate> generate();
    ~Certificate();

    const Fingerprint& fingerprint() const { return m_fingerprint; }

    /// OpenSSL's objects, for dtls_session.cpp alone.
    struct Native;
    const Native& native() const { return *m_native; }

  private:
    Certificate();

    std::unique_ptr<Native> m_native;
    Fingerprint m_fingerprint;
};

}  // namespace parlour::rtc
