// SPDX-License-Identifier: Apache-2.0
// The person behind this computer: a master seed of 32 bytes, made silently at first use and kept in the home folder
// (file 0600; the folder 0700 when it is made here), and from it one Ed25519 key per house, so that two houses cannot compare people.
// Thread: net (the file is read once, at opening).
#pragma once

#include <filesystem>

#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/crypto/ed25519.h"
#include "core/crypto/secret.h"

namespace parlour::room {

class PersonKeys {
  public:
    /// Errors: unavailable ("home_unwritable"), refused ("seed_unsafe": others can read it or own it), invalidInput ("seed_damaged").
    static base::Result<PersonKeys> open(const std::filesystem::path& home);
    /// A person for this run only.
    static PersonKeys fresh();
    /// Of a seed (32 bytes) that is kept elsewhere: in the desktop's keychain, in an exported file.
    static PersonKeys of(const crypto::Secret& seed) { return PersonKeys(seed.clone()); }
    /// Makes `home` the home of the person with this seed (32 bytes): of an exported identity, or of one that was linked. A seed
    /// that is there already stays, beside it as person.seed.old, only if `replace`; else conflict "home_taken". The same seed again
    /// is fine. Errors as open().
    static base::Result<PersonKeys> adopt(const std::filesystem::path& home, const crypto::Secret& seed, bool replace);
    /// For exporting and linking: whoever has it is this person to every house.
    crypto::Secret exportSeed() const { return m_seed.clone(); }

    crypto::SigningKey keyFor(const base::HouseId& house) const;
    base::Identity identityFor(const base::HouseId& house) const;

  private:
    static base::Result<PersonKeys> openWith(const std::filesystem::path& home, base::ByteView adopted);
    explicit PersonKeys(crypto::Secret seed) : m_seed(std::move(seed)) {}
    crypto::Secret m_seed;
};

}  // namespace parlour::room
