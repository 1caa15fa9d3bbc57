// SPDX-License-Identifier: Apache-2.0
#include "audio/device_callback.h"

#include <algorithm>

namespace parlour::audio {

void DeviceCallback::captured(std::span<const float> mono) {
    if (captureRing.write(mono) < mono.size()) m_overruns.fetch_add(1, std::memory_order_relaxed);
}

void DeviceCallback::wanted(std::span<float> mono) {
    m_block.store(mono.size(), std::memory_order_relaxed);
    const auto got = playoutRing.read(mono);
    if (got > 0) {
        m_last = mono[got - 1];
        m_sounding = true;
    }
    if (got == mono.size()) return;
    if (m_sounding) m_underruns.fetch_add(1, std::memory_order_relaxed);
    constexpr float kStep = 1.0f / 120.0f;  // 2.5 ms
    float gain = 1.0f;
    for (auto& s : mono.subspan(got)) {
        gain = std::max(0.0f, gain - kStep);
        s = m_last * gain;
    }
    m_last = 0.0f;
}

}  // namespace parlour::audio
