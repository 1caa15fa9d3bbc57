// SPDX-License-Identifier: Apache-2.0
#include "core/crypto/hkdf.h"

#include <array>

#include "core/crypto/hash.h"

namespace parlour::crypto {

Secret hkdfSha256(base::ByteView secret, base::ByteView salt, base::ByteView info, std::size_t length) {
    constexpr std::size_t kHash = 32;
    if (length == 0 || length > 255 * kHash) return {};
    // RFC 5869 section 2.2: extract.
    const std::array<std::byte, kHash> zeros{};
    auto key = hmacSha256(salt.empty() ? base::ByteView(zeros) : salt, secret);
    // Section 2.3: expand. T(n) = HMAC(key, T(n-1) | info | n).
    base::Bytes out;
    out.reserve(length);
    base::Bytes input;
    input.reserve(kHash + info.size() + 1);
    Digest block{};
    for (std::uint8_t counter = 1; out.size() < length; ++counter) {
        if (counter > 1) input.assign(block.begin(), block.end());
        input.insert(input.end(), info.begin(), info.end());
        input.push_back(static_cast<std::byte>(counter));
        block = hmacSha256(key, input);
        const auto take = std::min(kHash, length - out.size());
        out.insert(out.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(take));
        input.clear();
    }
    wipe(key);
    wipe(block);
    return Secret(std::move(out));
}

Secret deriveSeed(base::ByteView masterSeed, std::string_view label, std::string_view context) {
    base::ByteWriter info;
    info.text(label);
    info.text(context);
    return hkdfSha256(masterSeed, {}, info.view(), 32);
}

}  // namespace parlour::crypto
