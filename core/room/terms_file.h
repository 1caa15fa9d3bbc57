// SPDX-License-Identifier: Apache-2.0
// The signed terms of a guest, checked without any server. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/guest_terms.h"

namespace parlour::room {

inline constexpr std::size_t kMaxTermsFileBytes = 512 * 1024;

/// A key as people compare it: base32 in lower case of its SHA-256, in groups of four, 52 characters of it.
std::string keyFingerprint(base::ByteView publicKey);

/// The file, once all of it holds: the house's signature and that its id is the hash of its key, one signature of each side
/// over the same version, nobody twice. `expect`: a key (base64url, hex) or a fingerprint that has to be among the signers' or
/// the house's; empty = none demanded.
/// Errors: invalidInput "bad_terms_file" (no such file at all), untrusted "terms_untrue" (something was changed, or a
/// signature does not fit), untrusted "key_missing".
base::Result<api::TermsFile> verifyTerms(std::string_view text, std::string_view expect = {});

}  // namespace parlour::room
