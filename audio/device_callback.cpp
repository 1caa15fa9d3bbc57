// SPDX-License-Identifier: Apache-2.0
#include "audio/device_callback.h"

#include <algorithm>
#include <array>

namespace parlour::audio {
namespace {

constexpr float kFade = 1.0f / 120.0f;  // 2.5 ms

}  // namespace

/// Both rings take the same number. The pump frees the side first, so there the middle's room is there, too.
std::size_t DeviceCallback::take(std::span<const float> middle, std::span<const float> side) {
    const auto room = captureRing.capacity() - captureRing.size();
    const auto count = std::min(middle.size(), room);
    captureSideRing.write(side.first(count));
    captureRing.write(middle.first(count));
    return count;
}

void DeviceCallback::captured(std::span<const float> mono) {
    m_captured.add(m_clock, mono.size());
    static constexpr std::array<float, 256> silence{};
    for (std::size_t at = 0; at < mono.size();) {
        const auto count = std::min(silence.size(), mono.size() - at);
        if (take(mono.subspan(at, count), std::span(silence).first(count)) < count) {
            m_overruns.fetch_add(1, std::memory_order_relaxed);
            return;
        }
        at += count;
    }
}

void DeviceCallback::capturedStereo(std::span<const float> pairs) {
    m_captured.add(m_clock, pairs.size() / 2);
    std::array<float, 256> middle;
    std::array<float, 256> side;
    for (std::size_t at = 0; at < pairs.size() / 2;) {
        const auto count = std::min(middle.size(), pairs.size() / 2 - at);
        for (std::size_t i = 0; i < count; ++i) {
            middle[i] = 0.5f * (pairs[2 * (at + i)] + pairs[2 * (at + i) + 1]);
            side[i] = 0.5f * (pairs[2 * (at + i)] - pairs[2 * (at + i) + 1]);
        }
        if (take(std::span(middle).first(count), std::span(side).first(count)) < count) {
            m_overruns.fetch_add(1, std::memory_order_relaxed);
            return;
        }
        at += count;
    }
}

void DeviceCallback::wanted(std::span<float> mono) {
    m_wanted.add(m_clock, mono.size());
    m_stereo.store(false, std::memory_order_relaxed);
    const auto got = playoutRing.read(mono);
    sideRing.discard(got);
    if (got > 0) {
        m_last = mono[got - 1];
        m_sounding = true;
    }
    if (got == mono.size()) return;
    if (m_sounding) m_underruns.fetch_add(1, std::memory_order_relaxed);
    float gain = 1.0f;
    for (auto& s : mono.subspan(got)) {
        gain = std::max(0.0f, gain - kFade);
        s = m_last * gain;
    }
    m_last = 0.0f;
    m_lastSide = 0.0f;
}

void DeviceCallback::wantedStereo(std::span<float> pairs) {
    m_wanted.add(m_clock, pairs.size() / 2);
    m_stereo.store(true, std::memory_order_relaxed);
    std::array<float, 256> middle;
    std::array<float, 256> side;
    float gain = 1.0f;
    bool dry = false;
    for (std::size_t at = 0; at < pairs.size() / 2;) {
        const auto count = std::min(middle.size(), pairs.size() / 2 - at);
        const auto got = dry ? 0 : playoutRing.read(std::span(middle).first(count));
        // The pump writes the side first, so it is there.
        const auto gotSide = sideRing.read(std::span(side).first(got));
        std::fill(side.begin() + static_cast<std::ptrdiff_t>(gotSide), side.begin() + static_cast<std::ptrdiff_t>(got), 0.0f);
        if (got > 0) {
            m_last = middle[got - 1];
            m_lastSide = side[got - 1];
            m_sounding = true;
        }
        for (std::size_t i = 0; i < count; ++i) {
            if (i >= got) gain = std::max(0.0f, gain - kFade);
            const float m = i < got ? middle[i] : m_last * gain;
            const float s = i < got ? side[i] : m_lastSide * gain;
            pairs[2 * (at + i)] = m + s;
            pairs[2 * (at + i) + 1] = m - s;
        }
        dry = dry || got < count;
        at += count;
    }
    if (!dry) return;
    if (m_sounding) m_underruns.fetch_add(1, std::memory_order_relaxed);
    m_last = 0.0f;
    m_lastSide = 0.0f;
}

}  // namespace parlour::audio
