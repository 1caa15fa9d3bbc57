// SPDX-License-Identifier: Apache-2.0
// X25519 (RFC 7748): two public keys make one secret. A value; any thread.
#pragma once

#include <array>
#include <optional>

#include "core/base/byte_io.h"
#include "core/crypto/secret.h"

namespace parlour::crypto {

using ExchangeKey = std::array<std::byte, 32>;

class KeyExchange {
  public:
    static KeyExchange generate();
    /// Of a known private key, for test vectors; nullopt unless it has 32 bytes.
    static std::optional<KeyExchange> fromPrivate(base::ByteView key);

    const ExchangeKey& publicKey() const { return m_public; }
    /// nullopt for keys of a wrong length and for those that make the all-zero secret (RFC 7748 section 6.1).
    std::optional<Secret> shared(base::ByteView theirs) const;

  private:
    KeyExchange(Secret key, ExchangeKey publicKey) : m_private(std::move(key)), m_public(publicKey) {}
    Secret m_private;
    ExchangeKey m_public{};
};

}  // namespace parlour::crypto
