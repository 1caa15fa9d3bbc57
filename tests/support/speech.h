// SPDX-License-Identifier: Apache-2.0
// Sound that behaves like speech (syllables of changing pitch, pauses) and the question which of two sounds was heard.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace parlour::tests {

/// `seed` decides the words; two seeds do not correlate.
inline std::vector<float> speechLike(double seconds, std::uint32_t seed, float level = 0.3f) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> unit(0.0, 1.0);
    std::vector<float> out(static_cast<std::size_t>(seconds * 48'000), 0.0f);
    std::size_t at = 0;
    double phase = 0.0;
    while (at < out.size()) {
        const auto length = static_cast<std::size_t>(48'000 * (0.12 + 0.25 * unit(random)));
        const double pitch = 100.0 + 120.0 * unit(random);
        const double glide = 0.8 + 0.4 * unit(random);
        const double formant = 400.0 + 1800.0 * unit(random);
        for (std::size_t i = 0; i < length && at < out.size(); ++i, ++at) {
            const double part = static_cast<double>(i) / static_cast<double>(length);
            const double hz = pitch * (1.0 + (glide - 1.0) * part);
            phase += 2.0 * 3.14159265358979 * hz / 48'000.0;
            double sum = 0.0;
            for (int h = 1; h <= 20 && hz * h < 4'000.0; ++h) {
                const double away = (hz * h - formant) / 500.0;
                sum += std::sin(phase * h) * (0.15 / h + 0.5 * std::exp(-away * away));
            }
            out[at] = level * static_cast<float>(std::sin(3.14159265 * part) * sum);
        }
        if (unit(random) < 0.35) at += static_cast<std::size_t>(48'000 * (0.1 + 0.3 * unit(random)));
    }
    return out;
}

inline double energy(std::span<const float> x) {
    double sum = 0.0;
    for (const float s : x) sum += static_cast<double>(s) * s;
    return sum;
}
inline double rms(std::span<const float> x) {
    return x.empty() ? 0.0 : std::sqrt(energy(x) / static_cast<double>(x.size()));
}

struct Match {
    double correlation = 0.0;  ///< best normalised one
    std::ptrdiff_t delay = 0;  ///< samples `heard` is behind `said`
};

/// Best alignment of the two within 0..maxDelay, on every 4th sample first, then exactly.
inline Match match(std::span<const float> said, std::span<const float> heard, std::ptrdiff_t maxDelay) {
    const auto at = [&](std::ptrdiff_t delay, std::size_t step) {
        double cross = 0.0, a = 1e-12, b = 1e-12;
        for (std::size_t i = 0; i < said.size(); i += step) {
            const auto j = static_cast<std::ptrdiff_t>(i) + delay;
            if (j < 0 || j >= static_cast<std::ptrdiff_t>(heard.size())) continue;
            const double x = said[i];
            const double y = heard[static_cast<std::size_t>(j)];
            cross += x * y;
            a += x * x;
            b += y * y;
        }
        return cross / std::sqrt(a * b);
    };
    Match best;
    for (std::ptrdiff_t d = 0; d <= maxDelay; d += 4)
        if (const double c = at(d, 7); c > best.correlation) best = {c, d};
    Match fine;
    for (std::ptrdiff_t d = best.delay - 4; d <= best.delay + 4; ++d)
        if (const double c = at(d, 1); c > fine.correlation) fine = {c, d};
    return fine;
}

}  // namespace parlour::tests
