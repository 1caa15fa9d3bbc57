// SPDX-License-Identifier: Apache-2.0
// A person's seed as one line of text, encrypted under a passphrase (scrypt, AES-256-GCM): for a file, for paper, for a QR code.
//   parlour-identity-1 N.R.P SALT SEALED      (numbers in decimal, the rest base64url)
// The cost and the salt are bound to the ciphertext. The sealed part is the seed and the text of the houses this home knows.
// Slow on purpose (scrypt): never on the net thread. Bytes from outside: fuzzed.
#pragma once

#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/crypto/secret.h"

namespace parlour::room {

inline constexpr std::size_t kMinPassphraseCharacters = 8;
inline constexpr std::size_t kMaxIdentityFile = 256 * 1024;

struct PersonExport {
    crypto::Secret seed;   ///< 32 bytes
    std::string houses;    ///< as in the home folder; may be empty
};

/// invalidInput "passphrase_short" below kMinPassphraseCharacters bytes.
base::Result<std::string> exportPerson(const PersonExport& person, std::string_view passphrase);
/// Errors: invalidInput "identity_file" (not such a file, damaged or of a later version), refused "passphrase_wrong".
base::Result<PersonExport> importPerson(std::string_view text, std::string_view passphrase);

}  // namespace parlour::room
