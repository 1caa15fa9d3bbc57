// SPDX-License-Identifier: Apache-2.0
// What T45 is measured with, independent of the product: true peak by an eight-fold interpolation of 64 taps, and the
// loudest 50 ms.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace parlour::tests {

inline double truePeak(std::span<const float> x) {
    static const auto filter = [] {  // Blackman window
        std::array<std::array<double, 64>, 8> f{};
        for (std::size_t phase = 0; phase < 8; ++phase)
            for (int t = -31; t <= 32; ++t) {
                const double d = static_cast<double>(phase) / 8.0 - t;
                const double sinc = std::abs(d) < 1e-9 ? 1.0 : std::sin(3.14159265358979 * d) / (3.14159265358979 * d);
                f[phase][static_cast<std::size_t>(t + 31)] =
                    sinc * (0.42 + 0.5 * std::cos(3.14159265358979 * d / 33.0) + 0.08 * std::cos(2 * 3.14159265358979 * d / 33.0));
            }
        return f;
    }();
    double peak = 0.0;
    for (std::size_t i = 31; i + 32 < x.size(); ++i) {
        // An interpolation exceeds the samples around it by less than three times.
        double around = 0.0;
        for (std::size_t t = 0; t < 64; ++t) around = std::max(around, static_cast<double>(std::abs(x[i - 31 + t])));
        if (around * 3.0 < peak) continue;
        for (const auto& phase : filter) {
            double sum = 0.0;
            for (std::size_t t = 0; t < 64; ++t) sum += x[i - 31 + t] * phase[t];
            peak = std::max(peak, std::abs(sum));
        }
    }
    return peak;
}

/// RMS of the loudest 50 ms at 48 kHz that begin at `from` or later.
inline double loudest50ms(std::span<const float> x, std::size_t from = 0) {
    double sum = 0.0;
    double most = 0.0;
    for (std::size_t i = from; i < x.size(); ++i) {
        sum += static_cast<double>(x[i]) * x[i];
        if (i >= from + 2'400) sum -= static_cast<double>(x[i - 2'400]) * x[i - 2'400];
        most = std::max(most, sum);
    }
    return std::sqrt(most / 2'400.0);
}

inline double toDb(double linear) { return 20.0 * std::log10(std::max(linear, 1e-9)); }

}  // namespace parlour::tests
