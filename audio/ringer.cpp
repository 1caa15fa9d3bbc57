// SPDX-License-Identifier: Apache-2.0
#include "audio/ringer.h"

#include <algorithm>

namespace parlour::audio {
namespace {

constexpr int kBlock = 960;
constexpr base::Duration kDrained{300'000};     // the device still holds the end
constexpr base::Duration kPatience{3'000'000};  // for one that never asks

}  // namespace

bool Ringer::pass(const Endpoint& device, const Endpoint& room) {
    const auto now = m_clock.now();
    const bool wanted = m_wanted.exchange(false, std::memory_order_acquire);
    if (m_open) {
        if (m_over.exchange(false, std::memory_order_acquire)) m_until = std::min(m_until, now + kDrained);
        if (now >= m_until) close();
        return false;
    }
    if (!wanted) return false;
    if (device == room || device.kind != SourceKind::device) return true;
    if (open(device)) return false;
    const Endpoint standard;
    return device.name.empty() || standard == room || !open(standard);
}

bool Ringer::open(const Endpoint& device) {
    m_bell.strike();
    m_over = false;
    DeviceCallbacks callbacks;
    callbacks.wanted = [this](std::span<float> mono) {
        std::fill(mono.begin(), mono.end(), 0.0f);
        const bool sounded = m_bell.sounding();
        m_bell.addTo(mono);
        if (sounded && !m_bell.sounding()) m_over.store(true, std::memory_order_release);
    };
    callbacks.wantedStereo = [wanted = callbacks.wanted](std::span<float> pairs) {
        // The first half is filled, then spread from behind.
        const auto half = pairs.size() / 2;
        wanted(pairs.first(half));
        for (auto i = half; i-- > 0;) pairs[2 * i] = pairs[2 * i + 1] = pairs[i];
    };
    m_open = m_devices.openPlayout(device, kBlock, std::move(callbacks)).has_value();
    m_until = m_clock.now() + kPatience;
    return m_open;
}

void Ringer::close() {
    if (m_open) m_devices.closePlayout();
    m_open = false;
}

}  // namespace parlour::audio
