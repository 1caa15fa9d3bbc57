// SPDX-License-Identifier: Apache-2.0
// What runs on the device's thread: copying between device buffers and rings, nothing else. No allocation, no lock, no
// log (tests/audio/device_callback_test.cpp traps them), no system call, but that the time is read, which is none on most systems.
// The pump holds the other ends of the rings.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "audio/audio_backend.h"
#include "core/base/doors/clock.h"
#include "core/base/spsc_ring.h"

namespace parlour::audio {

class DeviceCallback {
  public:
    /// 0.34 s each way: more waits only when the pump stands still. `clock`: that of lastCaptured() and lastWanted(), which
    /// without one know no time; outlives this.
    explicit DeviceCallback(const base::Clock* clock = nullptr)
        : captureRing(16'384), captureSideRing(16'384), playoutRing(16'384), sideRing(16'384), m_clock(clock) {}

    base::SpscRing<float> captureRing;  ///< producer: capture device; consumer: pump. The middle: half of left + right
    base::SpscRing<float> captureSideRing;  ///< half of left - right, 0 of one channel; written first, read in step, first as well
    base::SpscRing<float> playoutRing;  ///< producer: pump; consumer: playout device. The middle: half of left + right
    base::SpscRing<float> sideRing;     ///< half of left - right, written before the middle and read in step with it

    /// Device thread.
    void captured(std::span<const float> mono);
    /// The same from a microphone with two channels: left, right, left, right.
    void capturedStereo(std::span<const float> pairs);
    /// Device thread. What is missing is faded out from the last sample within 2.5 ms, not cut.
    void wanted(std::span<float> mono);
    /// The same for a device with two channels: left, right, left, right.
    void wantedStereo(std::span<float> pairs);
    /// The playout device has two channels. Any thread.
    bool stereo() const { return m_stereo.load(std::memory_order_relaxed); }

    /// What the playout device asked for last, in samples.
    std::size_t block() const { return m_wanted.samples.load(std::memory_order_relaxed); }
    struct Call {
        base::TimePoint at{};
        std::size_t samples = 0;  ///< 0 = there was none
    };
    /// Of a microphone and of a loudspeaker. Any thread.
    Call lastCaptured() const { return m_captured.last(); }
    Call lastWanted() const { return m_wanted.last(); }
    std::uint64_t overruns() const { return m_overruns.load(std::memory_order_relaxed); }
    std::uint64_t underruns() const { return m_underruns.load(std::memory_order_relaxed); }

    /// For AudioBackend::open*; this object must outlive the stream.
    DeviceCallbacks callbacks() {
        return {[this](std::span<const float> mono) { captured(mono); },
                [this](std::span<float> mono) { wanted(mono); }, [this](std::span<float> pairs) { wantedStereo(pairs); },
                [this](std::span<const float> pairs) { capturedStereo(pairs); }};
    }

  private:
    /// The two may be of different calls: blocks rarely change their length, and the next pass sees the right one.
    struct Calls {
        std::atomic<base::Duration::rep> at{0};
        std::atomic<std::size_t> samples{0};

        void add(const base::Clock* clock, std::size_t count) {
            if (clock != nullptr) at.store(clock->now().time_since_epoch().count(), std::memory_order_relaxed);
            samples.store(count, std::memory_order_relaxed);
        }
        Call last() const {
            return {base::TimePoint(base::Duration(at.load(std::memory_order_relaxed))), samples.load(std::memory_order_relaxed)};
        }
    };
    std::size_t take(std::span<const float> middle, std::span<const float> side);

    const base::Clock* const m_clock;
    Calls m_captured, m_wanted;
    std::atomic<std::uint64_t> m_overruns{0};
    std::atomic<std::uint64_t> m_underruns{0};
    std::atomic<bool> m_stereo{false};
    float m_last = 0.0f;      // playout device's thread, as the next two
    float m_lastSide = 0.0f;
    bool m_sounding = false;  // an underrun before the first sample is none
};

}  // namespace parlour::audio
