// SPDX-License-Identifier: Apache-2.0
// Coarsely at 4 kHz, then exactly where that was best.
#include "tests/support/likeness.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace parlour::tests {

double likeness(std::span<const float> said, std::span<const float> heard) {
    constexpr std::size_t kEvery = 12;
    const auto thin = [](std::span<const float> x) {
        std::vector<float> out(x.size() / kEvery);
        for (std::size_t i = 0; i < out.size() * kEvery; ++i) out[i / kEvery] += x[i];
        return out;
    };
    const auto at = [](std::span<const float> a, std::span<const float> b) {
        float cross = 0, one = 1e-9f, other = 1e-9f;
        for (std::size_t i = 0; i < a.size(); ++i) {
            cross += a[i] * b[i];
            one += a[i] * a[i];
            other += b[i] * b[i];
        }
        return cross / std::sqrt(one * other);
    };
    const auto few = thin(said), many = thin(heard);
    std::size_t best = 0;
    float most = 0;
    for (std::size_t d = 0; d + few.size() <= many.size(); ++d)
        if (const float c = at(few, std::span(many).subspan(d, few.size())); c > most) {
            most = c;
            best = d * kEvery;
        }
    float exact = 0;
    for (std::size_t d = best < kEvery ? 0 : best - kEvery; d <= best + kEvery && d + said.size() <= heard.size(); ++d)
        exact = std::max(exact, at(said, heard.subspan(d, said.size())));
    return exact;
}

}  // namespace parlour::tests
