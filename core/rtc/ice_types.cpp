// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/ice_types.h"

#include "core/crypto/random.h"

namespace parlour::rtc {

namespace {
constexpr std::string_view kIceChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
}

bool isDialable(std::uint16_t port) { return port >= 1024 || port == 443 || port == 80; }

IceParameters randomIceParameters(bool lite) {
    return {crypto::randomString(8, kIceChars), crypto::randomString(24, kIceChars), lite};
}

std::uint64_t randomTieBreaker() { return crypto::randomU64(); }

base::Duration randomBetween(base::Duration low, base::Duration high) {
    return low + base::Duration(static_cast<std::int64_t>(
                     crypto::randomBelow(static_cast<std::uint64_t>((high - low).count()))));
}

}  // namespace parlour::rtc
