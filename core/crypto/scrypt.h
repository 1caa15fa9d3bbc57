// SPDX-License-Identifier: Apache-2.0
// scrypt (RFC 7914) for claim codes and exported identity files. Slow on purpose: never on the net thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/byte_io.h"
#include "core/base/error.h"
#include "core/crypto/secret.h"

namespace parlour::crypto {

struct ScryptCost {
    std::uint64_t n = 32768;  ///< power of two above 1
    std::uint32_t r = 8;      ///< block size; memory is 128 * n * r bytes (32 MiB by default)
    std::uint32_t p = 1;      ///< passes
};

/// invalidInput for a cost outside RFC 7914 or above 256 MiB of memory; `length` is 1..1024 bytes.
base::Result<Secret> scrypt(base::ByteView password, base::ByteView salt, const ScryptCost& cost, std::size_t length);

}  // namespace parlour::crypto
