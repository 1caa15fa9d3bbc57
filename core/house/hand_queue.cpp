// SPDX-License-Identifier: Apache-2.0
#include "core/house/hand_queue.h"

namespace parlour::house {

namespace {
constexpr std::uint64_t kMiddle = std::uint64_t{1} << 40;

std::string fixedHex(std::uint64_t value) {
    std::string out(16, '0');
    for (int i = 15; i >= 0; --i, value >>= 4) out[static_cast<std::size_t>(i)] = "0123456789abcdef"[value & 0xf];
    return out;
}
}  // namespace

std::string handKey(std::uint64_t n) { return fixedHex(kMiddle + n); }
std::string frontHandKey(std::uint64_t n) { return fixedHex(kMiddle - n); }
std::string pinnedHandKey(std::uint64_t n) { return fixedHex(n); }

}  // namespace parlour::house
