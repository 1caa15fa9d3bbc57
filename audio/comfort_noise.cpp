// SPDX-License-Identifier: Apache-2.0
#include "audio/comfort_noise.h"

#include <algorithm>
#include <cmath>

namespace parlour::audio {
namespace {

constexpr double kLoudest = 1e-4;  // power, -40 dBFS
constexpr double kFollow = 0.1;

}  // namespace

void ComfortNoise::learn(std::span<const float> quiet) {
    if (quiet.size() < 480) return;
    std::array<double, kOrder + 1> r{};
    for (std::size_t lag = 0; lag <= kOrder; ++lag) {
        for (std::size_t i = lag; i < quiet.size(); ++i)
            r[lag] += static_cast<double>(quiet[i]) * static_cast<double>(quiet[i - lag]);
        r[lag] /= static_cast<double>(quiet.size());
    }
    if (!std::isfinite(r[0]) || r[0] > kLoudest) return;
    const double weight = m_learnt ? kFollow : 1.0;
    for (std::size_t lag = 0; lag <= kOrder; ++lag) m_correlation[lag] += weight * (r[lag] - m_correlation[lag]);
    m_learnt = true;
    m_solved = false;
}

/// Levinson and Durbin. A white floor of -30 dB keeps the filter stable whatever came.
void ComfortNoise::solve() {
    m_solved = true;
    std::array<double, kOrder + 1> r = m_correlation;
    r[0] = r[0] * 1.001 + 1e-14;
    std::array<double, kOrder> a{};
    double error = r[0];
    for (std::size_t i = 0; i < kOrder; ++i) {
        double k = r[i + 1];
        for (std::size_t j = 0; j < i; ++j) k -= a[j] * r[i - j];
        k /= error;
        if (!(std::abs(k) < 1.0)) break;
        const auto before = a;
        a[i] = k;
        for (std::size_t j = 0; j < i; ++j) a[j] = before[j] - k * before[i - 1 - j];
        error *= 1.0 - k * k;
    }
    for (std::size_t i = 0; i < kOrder; ++i) m_predictor[i] = static_cast<float>(a[i]);
    m_excitation = static_cast<float>(std::sqrt(3.0 * std::max(0.0, error)));  // uniform in -1..1 has power 1/3
}

void ComfortNoise::addTo(std::span<float> out, float from, float to) {
    if (!m_learnt || out.empty()) return;
    if (!m_solved) solve();
    const float step = (to - from) / static_cast<float>(out.size());
    for (auto& s : out) {
        m_random = m_random * 1664525u + 1013904223u;
        float x = m_excitation * (static_cast<float>(m_random >> 8) / 8388608.0f - 1.0f);
        for (std::size_t j = 0; j < kOrder; ++j) x += m_predictor[j] * m_past[j];
        if (!std::isfinite(x)) x = 0.0f;
        x = std::clamp(x, -0.04f, 0.04f);
        std::copy_backward(m_past.begin(), m_past.end() - 1, m_past.end());
        m_past[0] = x;
        s += (from += step) * x;
    }
}

}  // namespace parlour::audio
