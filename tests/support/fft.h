// SPDX-License-Identifier: Apache-2.0
// Radix-2 fast Fourier transform in place, for what tests measure; the size is a power of two.
#pragma once

#include <cmath>
#include <complex>
#include <cstddef>
#include <numbers>
#include <utility>
#include <vector>

namespace parlour::tests {

/// The inverse is divided by the size.
template <class Real>
void fft(std::vector<std::complex<Real>>& x, bool inverse) {
    const std::size_t n = x.size();
    for (std::size_t i = 1, j = 0; i < n; ++i) {
        std::size_t bit = n >> 1;
        for (; j & bit; bit >>= 1) j ^= bit;
        j ^= bit;
        if (i < j) std::swap(x[i], x[j]);
    }
    std::vector<std::complex<Real>> turn(n / 2);
    for (std::size_t k = 0; k < turn.size(); ++k) {
        const double angle = (inverse ? 2.0 : -2.0) * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n);
        turn[k] = {static_cast<Real>(std::cos(angle)), static_cast<Real>(std::sin(angle))};
    }
    for (std::size_t length = 2; length <= n; length <<= 1)
        for (std::size_t i = 0; i < n; i += length)
            for (std::size_t k = 0; k < length / 2; ++k) {
                const auto t = turn[k * (n / length)];
                const auto b = x[i + k + length / 2];
                // Written out: the library's product looks for infinities first.
                const std::complex<Real> turned{b.real() * t.real() - b.imag() * t.imag(), b.real() * t.imag() + b.imag() * t.real()};
                x[i + k + length / 2] = x[i + k] - turned;
                x[i + k] += turned;
            }
    if (inverse)
        for (auto& v : x) v /= static_cast<Real>(n);
}

}  // namespace parlour::tests
