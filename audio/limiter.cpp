// SPDX-License-Identifier: Apache-2.0
#include "audio/limiter.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace parlour::audio {
namespace {

constexpr float kCeiling = 0.83f;         // -1.6 dBFS: room for what four-fold interpolation does not see
constexpr float kHardCeiling = 0.89125f;  // -1 dBFS
constexpr float kRelease = 0.99974f;      // per sample: about 80 ms

}  // namespace

Limiter::Limiter() {
    m_smooth.fill(1.0f);
    // Windowed sinc, one phase each quarter sample, evaluated between tap 11 and tap 12.
    for (std::size_t p = 0; p + 1 < kPhases; ++p) {
        float most = 0.0f;
        for (std::size_t t = 0; t < kTaps; ++t) {
            const double x = static_cast<double>(t) - (kHalf - 1.0) - static_cast<double>(p + 1) / kPhases;
            const double sinc = std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
            const double window = 0.5 + 0.5 * std::cos(std::numbers::pi * x / (kHalf + 0.5));
            m_filter[p][t] = static_cast<float>(sinc * window);
            most += std::abs(m_filter[p][t]);
        }
        m_filterGain = std::max(m_filterGain, most);
    }
}

void Limiter::process(std::span<float> left, std::span<float> right) {
    if (!right.empty() && !m_stereo) m_channels[1] = m_channels[0];  // both have heard the same so far
    m_stereo = !right.empty();
    for (std::size_t at = 0; at < left.size(); at += kPiece) {
        const auto count = std::min(kPiece, left.size() - at);
        piece(left.subspan(at, count), m_stereo ? right.subspan(at, count) : std::span<float>());
    }
}

void Limiter::take(Channel& channel, std::span<float> sound) {
    for (std::size_t i = 0; i < sound.size(); ++i)
        channel.recent[kTaps - 1 + i] = std::isfinite(sound[i]) ? std::clamp(sound[i], -64.0f, 64.0f) : 0.0f;
    peaksOf(channel, sound.size());
}

void Limiter::peaksOf(const Channel& channel, std::size_t count) {
    const float* const x = channel.recent.data();
    float loudest = 0.0f;
    for (std::size_t i = 0; i < kTaps - 1 + count; ++i) loudest = std::max(loudest, std::abs(x[i]));
    for (std::size_t i = 0; i < count; ++i) m_peaks[i] = std::max(m_peaks[i], std::abs(x[kTaps - 1 + i]));
    if (loudest * m_filterGain <= kCeiling) return;  // no interpolation can reach the ceiling
    for (const auto& phase : m_filter) {
        std::fill_n(m_sums.begin(), count, 0.0f);
        for (std::size_t t = 0; t < kTaps; ++t) {
            const float tap = phase[t];
            for (std::size_t i = 0; i < count; ++i) m_sums[i] += tap * x[i + t];
        }
        for (std::size_t i = 0; i < count; ++i) m_peaks[i] = std::max(m_peaks[i], std::abs(m_sums[i]));
    }
}

/// The smallest gain any sample in the window needs: taken at once, released slowly.
float Limiter::held(float wanted) {
    constexpr auto kMask = std::tuple_size_v<decltype(m_queue)> - 1;
    static_assert(kWindow < kMask);
    if (m_count > 0 && m_queue[m_first].until <= m_now) {
        m_first = (m_first + 1) & kMask;
        --m_count;
    }
    if (wanted < 1.0f) {
        while (m_count > 0 && m_queue[(m_first + m_count - 1) & kMask].gain >= wanted) --m_count;
        m_queue[(m_first + m_count) & kMask] = {wanted, m_now + kWindow};
        ++m_count;
    }
    ++m_now;
    const float least = m_count > 0 ? m_queue[m_first].gain : 1.0f;
    m_hold = std::min(least, 1.0f - (1.0f - m_hold) * kRelease);
    if (m_hold > 0.9999f) m_hold = std::min(1.0f, least);
    return m_hold;
}

void Limiter::piece(std::span<float> left, std::span<float> right) {
    std::fill_n(m_peaks.begin(), left.size(), 0.0f);
    take(m_channels[0], left);
    if (m_stereo) take(m_channels[1], right);
    for (std::size_t i = 0; i < left.size(); ++i) {
        const float hold = held(m_peaks[i] > kCeiling ? kCeiling / m_peaks[i] : 1.0f);
        m_smoothSum += static_cast<double>(hold) - m_smooth[m_smoothAt];
        m_smooth[m_smoothAt] = hold;
        m_smoothAt = m_smoothAt + 1 == kReach ? 0 : m_smoothAt + 1;
        const auto gain = static_cast<float>(m_smoothSum / static_cast<double>(kReach));
        const auto pass = [&](Channel& channel, float& sample) {
            sample = std::clamp(channel.delayed[m_delayAt] * gain, -kHardCeiling, kHardCeiling);
            channel.delayed[m_delayAt] = channel.recent[kTaps - 1 + i];
        };
        pass(m_channels[0], left[i]);
        if (m_stereo) pass(m_channels[1], right[i]);
        m_delayAt = m_delayAt + 1 == kLookahead ? 0 : m_delayAt + 1;
    }
    for (auto& channel : m_channels)
        std::copy_n(channel.recent.begin() + static_cast<std::ptrdiff_t>(left.size()), kTaps - 1, channel.recent.begin());
}

}  // namespace parlour::audio
