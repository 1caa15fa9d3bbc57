// SPDX-License-Identifier: Apache-2.0
// Asks the processor to fetch memory that is read soon; does nothing where the compiler knows no way. Any address, any thread.
#pragma once

#include <cstddef>

namespace parlour::base {

/// The cache lines of `bytes` from `at` on.
inline void prefetch(const void* at, std::size_t bytes = 1) {
#if defined(__GNUC__) || defined(__clang__)
    constexpr std::size_t kLine = 64;
    for (std::size_t n = 0; n < bytes; n += kLine) __builtin_prefetch(static_cast<const char*>(at) + n);
#else
    (void)at;
    (void)bytes;
#endif
}

}  // namespace parlour::base
