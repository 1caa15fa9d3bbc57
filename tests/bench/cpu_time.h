// SPDX-License-Identifier: Apache-2.0
// What benchmarks of CPU time measure with.
#pragma once

#include <ctime>

#include <algorithm>
#include <vector>

namespace parlour::tests {

/// Of the calling thread.
inline double cpuSeconds() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

inline double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

}  // namespace parlour::tests
