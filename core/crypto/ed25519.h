// SPDX-License-Identifier: Apache-2.0
// Signatures of persons and houses (RFC 8032) and the id that is made of a public key. Values; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "core/base/byte_io.h"
#include "core/crypto/secret.h"

namespace parlour::crypto {

using PublicKey = std::array<std::byte, 32>;
using Signature = std::array<std::byte, 64>;

/// Characters of an identity or a house id.
inline constexpr std::size_t kIdentityLength = 26;

class SigningKey {
  public:
    /// Deterministic; nullopt unless the seed has 32 bytes.
    static std::optional<SigningKey> fromSeed(base::ByteView seed);
    static SigningKey generate();
    SigningKey(SigningKey&&) noexcept;
    SigningKey& operator=(SigningKey&&) noexcept;
    ~SigningKey();

    const PublicKey& publicKey() const { return m_public; }
    /// The 32 bytes that make this key again; for storing it.
    const Secret& seed() const { return m_seed; }
    Signature sign(base::ByteView message) const;

  private:
    SigningKey(Secret seed, PublicKey publicKey);
    Secret m_seed;
    PublicKey m_public{};
};

/// False for every malformed key or signature, wrong lengths included.
bool verifySignature(base::ByteView publicKey, base::ByteView message, base::ByteView signature);

/// Person id and house id: base32 in lower case of SHA-256(public key), first 26 characters (rooms-and-invitations 4.5).
std::string identityOf(base::ByteView publicKey);

}  // namespace parlour::crypto
