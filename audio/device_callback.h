// SPDX-License-Identifier: Apache-2.0
// What runs on the device's thread: copying between device buffers and rings, nothing else. No allocation, no lock, no
// log, no system call (tests/audio/device_callback_test.cpp traps them). The pump holds the other ends of the rings.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "audio/audio_backend.h"
#include "core/base/spsc_ring.h"

namespace parlour::audio {

class DeviceCallback {
  public:
    /// 0.34 s each way: more waits only when the pump stands still.
    DeviceCallback() : captureRing(16'384), playoutRing(16'384) {}

    base::SpscRing<float> captureRing;  ///< producer: capture device; consumer: pump
    base::SpscRing<float> playoutRing;  ///< producer: pump; consumer: playout device

    /// Device thread.
    void captured(std::span<const float> mono);
    /// Device thread. What is missing is faded out from the last sample within 2.5 ms, not cut.
    void wanted(std::span<float> mono);

    /// What the playout device asked for last, in samples.
    std::size_t block() const { return m_block.load(std::memory_order_relaxed); }
    std::uint64_t overruns() const { return m_overruns.load(std::memory_order_relaxed); }
    std::uint64_t underruns() const { return m_underruns.load(std::memory_order_relaxed); }

    /// For AudioBackend::open*; this object must outlive the stream.
    DeviceCallbacks callbacks() {
        return {[this](std::span<const float> mono) { captured(mono); },
                [this](std::span<float> mono) { wanted(mono); }};
    }

  private:
    std::atomic<std::uint64_t> m_overruns{0};
    std::atomic<std::uint64_t> m_underruns{0};
    std::atomic<std::size_t> m_block{0};
    float m_last = 0.0f;      // playout device's thread
    bool m_sounding = false;  // playout device's thread: an underrun before the first sample is none
};

}  // namespace parlour::audio
