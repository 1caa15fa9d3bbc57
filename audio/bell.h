// SPDX-License-Identifier: Apache-2.0
// The sound of the bell: two soft strokes, a fifth apart, seven tenths of a second, -20 dBFS. One thread at a time; no allocation.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>

#include "core/base/media.h"

namespace parlour::audio {

class Bell {
  public:
    static constexpr std::size_t kLength = base::kSampleRate * 7 / 10;

    void strike() { m_at = 0; }
    void stop() { m_at = kLength; }
    bool sounding() const { return m_at < kLength; }
    /// Adds what comes next, to a device's only channel.
    void addTo(std::span<float> sound) {
        for (auto& s : sound) {
            if (!sounding()) return;
            s += sample(m_at) + (m_at >= kSecond ? 0.8f * sample(m_at - kSecond, 1.5) : 0.0f);
            ++m_at;
        }
    }

  private:
    static constexpr std::size_t kSecond = base::kSampleRate / 5;
    static constexpr double kPitch = 587.33;  // Hz

    static float sample(std::size_t at, double interval = 1.0) {
        const double t = static_cast<double>(at) / base::kSampleRate;
        const double rise = std::min(1.0, t / 0.004), fall = std::exp(-t / 0.12);
        const double end = std::min(1.0, static_cast<double>(kLength) / base::kSampleRate - t);
        const double wave = std::sin(2.0 * std::numbers::pi * kPitch * interval * t) + 0.25 * std::sin(4.0 * std::numbers::pi * kPitch * interval * t);
        return static_cast<float>(0.1 * rise * fall * std::max(0.0, end) * wave);
    }

    std::size_t m_at = kLength;
};

}  // namespace parlour::audio
