// SPDX-License-Identifier: Apache-2.0
// Keeps the wanted devices open: watches their frame counters, re-opens what stands still, puts a clocked silence in
// the place of a missing loudspeaker so that everything else goes on. Thread: pass() on the supervisor's thread (or the
// test's); the rest any but a device thread. May block in a driver, never under its lock.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "audio/audio_engine.h"
#include "audio/device_callback.h"
#include "core/base/doors/clock.h"

namespace parlour::audio {

class DeviceSupervisor {
  public:
    struct Report {
        AudioEngine::DeviceState capture;
        AudioEngine::DeviceState playout;
        bool captureRunning = false;
        bool playoutRunning = false;
        std::string captureDevice;
        std::string playoutDevice;
        std::uint64_t restarts = 0;
    };

    /// `devices` for SourceKind::device, `clocked` for the others and the stand-in. All outlive this.
    DeviceSupervisor(const base::Clock& clock, AudioBackend& devices, AudioBackend& clocked, DeviceCallback& callback);
    ~DeviceSupervisor();

    /// Takes effect with the next pass().
    void want(const AudioDeviceSettings& settings);
    void wantPlayout(bool on);
    void wantCapture(bool on);
    Report report() const;

    void pass();
    /// Closes everything; for the end.
    void closeAll();

  private:
    struct Side {
        const char* name = "";
        bool capture = false;
        bool wanted = false;  // under m_mutex
        Endpoint endpoint;    // under m_mutex: what is wanted
        bool open = false;
        bool standIn = false;  // playout only: the clock plays the missing device
        Endpoint current;
        int currentBlock = 0;
        AudioBackend* backend = nullptr;
        std::uint64_t lastFrames = 0;
        bool everMoved = false;
        base::TimePoint lastMove{};
        base::TimePoint nextTry{};
        base::Duration pause{};
    };

    AudioBackend& backendFor(const Endpoint& endpoint) {
        return endpoint.kind == SourceKind::device ? m_devices : m_clocked;
    }
    std::uint64_t frames(const Side& side) const;
    bool stalled(Side& side, base::TimePoint now);
    void openSide(Side& side, const Endpoint& endpoint, int blockFrames, base::TimePoint now);
    void closeSide(Side& side);
    void lost(Side& side, base::TimePoint now);
    void watchXruns(base::TimePoint now);
    void note(const Side& side, bool running, const base::Error* problem);

    const base::Clock& m_clock;
    AudioBackend& m_devices;
    AudioBackend& m_clocked;
    DeviceCallback& m_callback;
    mutable std::mutex m_mutex;
    Side m_capture;
    Side m_playout;
    int m_blockFrames = 480;    // under m_mutex
    bool m_longBlocks = false;  // the device cannot keep up with short ones
    std::uint64_t m_xrunsAtWindow = 0;
    base::TimePoint m_windowStart{};
    Report m_report;  // under m_mutex
};

}  // namespace parlour::audio
