// SPDX-License-Identifier: Apache-2.0
#include "audio/time_stretch.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

namespace parlour::audio {
namespace {

/// Rising half of a raised cosine: 0 at i = 0, 1 at i = count.
float rise(std::size_t i, std::size_t count) {
    return 0.5f -
           0.5f * std::cos(std::numbers::pi_v<float> * (static_cast<float>(i) + 0.5f) / static_cast<float>(count));
}

float correlate(std::span<const float> piece, std::size_t lag, std::size_t window, std::size_t step) {
    double cross = 0.0;
    double left = 1e-9;
    double right = 1e-9;
    for (std::size_t i = 0; i < window; i += step) {
        const double a = piece[i];
        const double b = piece[i + lag];
        cross += a * b;
        left += a * a;
        right += b * b;
    }
    return static_cast<float>(cross / std::sqrt(left * right));
}

}  // namespace

PitchMatch findPitch(std::span<const float> piece, std::size_t shortest, std::size_t longest) {
    constexpr std::size_t kCoarse = 6;  // 8 kHz is enough to find the period
    constexpr std::size_t kMinWindow = 240;
    PitchMatch best;
    if (piece.size() < shortest + kMinWindow) return best;
    longest = std::min(longest, piece.size() - kMinWindow);
    for (std::size_t lag = shortest; lag <= longest; lag += kCoarse) {
        const auto c = correlate(piece, lag, std::min<std::size_t>(480, piece.size() - lag), kCoarse);
        if (c > best.correlation) best = {lag, c};
    }
    if (best.lag == 0) return best;
    const auto from = std::max(shortest, best.lag - std::min(best.lag, kCoarse - 1));
    const auto to = std::min(longest, best.lag + kCoarse - 1);
    PitchMatch fine;
    for (std::size_t lag = from; lag <= to; ++lag) {
        const auto c = correlate(piece, lag, std::min<std::size_t>(480, piece.size() - lag), 2);
        if (c > fine.correlation) fine = {lag, c};
    }
    return fine;
}

PitchMatch findRepetition(std::span<const float> sound, std::size_t window, std::size_t shortest, std::size_t longest) {
    constexpr std::size_t kCoarse = 6;
    PitchMatch best;
    if (sound.size() < window + longest || longest < shortest) return best;
    const auto likeness = [&](std::size_t lag, std::size_t step) {
        return correlate(sound.last(window + lag), lag, window, step);
    };
    for (std::size_t lag = shortest; lag <= longest; lag += kCoarse)
        if (const auto c = likeness(lag, kCoarse); c > best.correlation) best = {lag, c};
    if (best.lag == 0) return best;
    PitchMatch fine;
    for (auto lag = std::max(shortest, best.lag - (kCoarse - 1)); lag <= std::min(longest, best.lag + kCoarse - 1); ++lag)
        if (const auto c = likeness(lag, 2); c > fine.correlation) fine = {lag, c};
    return fine;
}

void fadeOver(std::span<float> sound, std::span<const float> old) {
    for (std::size_t i = 0; i < sound.size() && i < old.size(); ++i) {
        const float w = rise(i, sound.size());
        sound[i] = w * sound[i] + (1.0f - w) * old[i];
    }
}

std::size_t removePeriod(std::span<float> piece, std::size_t lag, std::size_t overlap) {
    if (lag == 0 || lag + overlap > piece.size()) return piece.size();
    for (std::size_t i = 0; i < overlap; ++i) {
        const float w = rise(i, overlap);
        piece[i] = (1.0f - w) * piece[i] + w * piece[i + lag];
    }
    std::memmove(piece.data() + overlap, piece.data() + overlap + lag, (piece.size() - overlap - lag) * sizeof(float));
    return piece.size() - lag;
}

std::size_t repeatPeriod(std::span<float> buffer, std::size_t length, std::size_t lag, std::size_t overlap) {
    if (lag == 0 || lag + overlap > length || length + lag > buffer.size()) return length;
    // Second pass of the first period follows sample lag-1; there x[lag + i] is faded out and x[i] faded in.
    std::memmove(buffer.data() + lag, buffer.data(), length * sizeof(float));
    // buffer[0..lag) still holds the first period and buffer[lag + i] now holds x[i]; x[lag + i] sits at buffer[2 lag +
    // i].
    for (std::size_t i = 0; i < overlap; ++i) {
        const float w = rise(i, overlap);
        const float original = i + lag < length ? buffer[2 * lag + i] : 0.0f;
        buffer[lag + i] = (1.0f - w) * original + w * buffer[lag + i];
    }
    return length + lag;
}

}  // namespace parlour::audio
