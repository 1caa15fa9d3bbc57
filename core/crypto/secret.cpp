// SPDX-License-Identifier: Apache-2.0
#include "core/crypto/secret.h"

#include <openssl/crypto.h>

#include "core/crypto/hash.h"

namespace parlour::crypto {

void wipe(std::span<std::byte> bytes) {
    if (!bytes.empty()) OPENSSL_cleanse(bytes.data(), bytes.size());
}

bool operator==(const Secret& a, const Secret& b) { return equalConstantTime(a.view(), b.view()); }

}  // namespace parlour::crypto
