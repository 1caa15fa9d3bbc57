// SPDX-License-Identifier: Apache-2.0
// Keeps the wanted devices open: watches their frame counters, re-opens what stands still, lets the system's default
// stand in for a chosen device that is away and goes back to it, puts a clocked silence in the place of a missing
// loudspeaker so that everything else goes on. Opens no microphone that nobody asked for. Thread: pass() on the supervisor's thread (or the
// test's); the rest any but a device thread. May block in a driver, never under its lock.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
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
        std::uint64_t xruns = 0;
        int blockFrames = 0;  ///< of the loudspeaker
    };
    /// Whether a device of that name is there; nothing = nobody knows.
    using Present = std::function<std::optional<bool>(const Endpoint& endpoint, bool capture)>;

    /// `devices` for SourceKind::device, `clocked` for the others and the stand-in. All outlive this.
    DeviceSupervisor(const base::Clock& clock, AudioBackend& devices, AudioBackend& clocked, DeviceCallback& callback);
    ~DeviceSupervisor();

    /// Takes effect with the next pass().
    void want(const AudioDeviceSettings& settings);
    struct Places {
        Endpoint ring, room;
    };
    /// Where the bell is wanted and where the room is.
    Places places() const;
    void wantPlayout(bool on);
    void wantCapture(bool on);
    Report report() const;

    /// From the next pass() on.
    void knowBy(Present present);
    /// Something came or went: whatever waits is tried at once. Any thread.
    void devicesChanged() { m_hurry.store(true, std::memory_order_release); }

    void pass();
    /// Closes everything; for the end.
    void closeAll();

  private:
    struct Side {
        const char* name = "";
        bool capture = false;
        bool wanted = false;  // under m_mutex
        int firstBlock = 240; // under m_mutex
        Endpoint endpoint;    // under m_mutex: what is wanted
        bool open = false;
        bool standIn = false;   // playout only: the clock plays the missing device
        bool fallback = false;  // the system's default plays the chosen one
        Endpoint current;
        int currentBlock = 0;
        bool bothChannels = false;   // under m_mutex: wanted
        bool currentBoth = false;
        AudioBackend* backend = nullptr;
        std::uint64_t lastFrames = 0;
        bool everMoved = false;
        base::TimePoint lastMove{};
        base::TimePoint nextTry{};
        base::Duration pause{};
        base::TimePoint nextChosen{};   // on the default: not before that is the chosen one tried
        base::Duration chosenPause{};
    };

    AudioBackend& backendFor(const Endpoint& endpoint) {
        return endpoint.kind == SourceKind::device ? m_devices : m_clocked;
    }
    std::uint64_t frames(const Side& side) const;
    bool stalled(Side& side, base::TimePoint now);
    base::Result<void> open(Side& side, const Endpoint& endpoint);
    void openSide(Side& side, const Endpoint& endpoint, int blockFrames, base::TimePoint now);
    void closeSide(Side& side);
    void lost(Side& side, base::TimePoint now);
    void followChosen(Side& side, base::TimePoint now);
    bool openDefaultFor(Side& side);
    base::Error awayError(const Side& side) const;
    std::optional<bool> present(const Side& side, const Endpoint& endpoint) const;
    void watchXruns(base::TimePoint now, int firstBlock);
    void note(const Side& side, bool running, const base::Error* problem);
    int blockFor(int wanted) const;
    void measureAfresh();

    const base::Clock& m_clock;
    AudioBackend& m_devices;
    AudioBackend& m_clocked;
    DeviceCallback& m_callback;
    mutable std::mutex m_mutex;
    Side m_capture;
    Side m_playout;
    Endpoint m_ring;            // under m_mutex
    DelayMode m_delay = DelayMode::automatic;  // under m_mutex
    Present m_present;  // under m_mutex
    Present m_presentNow;
    std::atomic<bool> m_hurry{false};
    DelayMode m_measured = DelayMode::automatic;  // what the next five were found for
    int m_doublings = 0;  // of the block: the device cannot keep up with shorter ones
    base::Duration m_calm{};  // without an xrun, and shorter blocks are tried again
    std::uint64_t m_xrunsSeen = 0;
    std::array<base::TimePoint, 3> m_xrunTimes{};  // the last ones, newest first; none = long ago
    base::TimePoint m_quietSince{};
    base::TimePoint m_shortened{};
    Report m_report;  // under m_mutex
};

}  // namespace parlour::audio
