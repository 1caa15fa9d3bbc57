// SPDX-License-Identifier: Apache-2.0
#include "core/crypto/random.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/base/log.h"

namespace parlour::crypto {

void fillRandom(std::span<std::byte> out) {
    while (!out.empty()) {
        const auto part = out.first(std::min<std::size_t>(out.size(), 1 << 20));
        if (RAND_bytes(reinterpret_cast<unsigned char*>(part.data()), static_cast<int>(part.size())) != 1) {
            base::log(base::LogLevel::error, "crypto", "The system gives no random numbers; stopping.");
            std::abort();
        }
        out = out.subspan(part.size());
    }
}

base::Bytes randomBytes(std::size_t count) {
    base::Bytes out(count);
    fillRandom(out);
    return out;
}

Secret randomSecret(std::size_t count) { return Secret(randomBytes(count)); }

std::string randomToken(std::size_t byteCount) { return base::toBase64Url(randomBytes(byteCount)); }

std::uint64_t randomU64() {
    std::uint64_t value = 0;
    fillRandom(std::as_writable_bytes(std::span(&value, 1)));
    return value;
}

std::uint32_t randomU32() { return static_cast<std::uint32_t>(randomU64()); }

std::uint64_t randomBelow(std::uint64_t bound) {
    if (bound <= 1) return 0;
    // Values below (2^64 mod bound) would make the small results likelier: draw again.
    const std::uint64_t reject = (0 - bound) % bound;
    while (true) {
        const auto value = randomU64();
        if (value >= reject) return value % bound;
    }
}

std::string randomString(std::size_t length, std::string_view alphabet) {
    if (alphabet.empty() || alphabet.size() > 256) return {};
    const unsigned usable = 256 - 256 % static_cast<unsigned>(alphabet.size());
    std::string out;
    out.reserve(length);
    std::array<std::byte, 64> pool;
    while (out.size() < length) {
        fillRandom(pool);
        for (const auto byte : pool) {
            const auto value = std::to_integer<unsigned>(byte);
            if (value < usable && out.size() < length) out.push_back(alphabet[value % alphabet.size()]);
        }
    }
    wipe(pool);
    return out;
}

}  // namespace parlour::crypto
