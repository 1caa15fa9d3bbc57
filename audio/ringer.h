// SPDX-License-Identifier: Apache-2.0
// The bell on a device of the person's choice. Where the room is heard on the same one, it rings in the room's mix; else the
// device is opened for the length of the bell. A chosen device that is away is replaced by the system's default, that by the mix.
// Threads: ring() any; pass() the supervisor's, beside the other devices, since the sound library takes one thread at a time.
#pragma once

#include <atomic>
#include <cstdint>

#include "audio/audio_backend.h"
#include "audio/bell.h"
#include "core/base/doors/clock.h"

namespace parlour::audio {

class Ringer {
  public:
    /// `devices`: of its own, for nothing but the bell.
    Ringer(const base::Clock& clock, AudioBackend& devices) : m_clock(clock), m_devices(devices) {}
    ~Ringer() { close(); }

    /// Once more, unless it is ringing.
    void ring() { m_wanted.store(true, std::memory_order_release); }
    /// `device`: where it is to ring; `room`: where the room is heard. True: it has to ring in the mix, now.
    bool pass(const Endpoint& device, const Endpoint& room);
    void close();

  private:
    bool open(const Endpoint& device);

    const base::Clock& m_clock;
    AudioBackend& m_devices;
    std::atomic<bool> m_wanted{false};
    std::atomic<bool> m_over{false};  // the device has got all of it
    Bell m_bell;                      // while a device is open its thread's
    bool m_open = false;
    base::TimePoint m_until{};        // and it is closed
};

}  // namespace parlour::audio
