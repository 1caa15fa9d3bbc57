// SPDX-License-Identifier: Apache-2.0
#include "audio/device_supervisor.h"

#include <algorithm>

namespace parlour::audio {
namespace {

using base::Duration;
constexpr Duration kStandstill{300'000};     // callbacks come each 5 or 10 ms
constexpr Duration kFirstFrames{1'500'000};  // a sound server may need a moment to start
constexpr Duration kFirstPause{200'000};
constexpr Duration kLongestPause{800'000};
constexpr Duration kXrunWindow{10'000'000};
constexpr std::uint64_t kMostXruns = 3;  // in a window; more = longer blocks

}  // namespace

DeviceSupervisor::DeviceSupervisor(const base::Clock& clock, AudioBackend& devices, AudioBackend& clocked,
                                   DeviceCallback& callback)
    : m_clock(clock), m_devices(devices), m_clocked(clocked), m_callback(callback) {
    m_capture.name = "microphone";
    m_capture.capture = true;
    m_playout.name = "loudspeaker";
}
DeviceSupervisor::~DeviceSupervisor() { closeAll(); }

void DeviceSupervisor::want(const AudioDeviceSettings& settings) {
    const std::lock_guard lock(m_mutex);
    m_capture.endpoint = settings.capture;
    m_playout.endpoint = settings.playout;
    m_blockFrames = settings.blockFrames == 240 ? 240 : 480;
}
void DeviceSupervisor::wantPlayout(bool on) {
    const std::lock_guard lock(m_mutex);
    m_playout.wanted = on;
}
void DeviceSupervisor::wantCapture(bool on) {
    const std::lock_guard lock(m_mutex);
    m_capture.wanted = on;
}
DeviceSupervisor::Report DeviceSupervisor::report() const {
    const std::lock_guard lock(m_mutex);
    return m_report;
}

std::uint64_t DeviceSupervisor::frames(const Side& side) const {
    return side.capture ? side.backend->capturedFrames() : side.backend->playedFrames();
}

bool DeviceSupervisor::stalled(Side& side, base::TimePoint now) {
    if (!side.open || side.standIn) return false;
    if (const auto count = frames(side); count != side.lastFrames) {
        side.lastFrames = count;
        side.lastMove = now;
        if (!side.everMoved) {
            side.everMoved = true;
            side.pause = Duration(0);  // it really works: the next loss is tried at once again
            note(side, true, nullptr);
        }
        return false;
    }
    return now - side.lastMove > (side.everMoved ? kStandstill : kFirstFrames);
}

void DeviceSupervisor::note(const Side& side, bool running, const base::Error* problem) {
    const std::lock_guard lock(m_mutex);
    auto& state = side.capture ? m_report.capture : m_report.playout;
    state.ok = problem == nullptr;
    state.problem = problem ? *problem : base::Error{};
    (side.capture ? m_report.captureRunning : m_report.playoutRunning) = running;
    (side.capture ? m_report.captureDevice : m_report.playoutDevice) = running ? toText(side.current) : "";
}

void DeviceSupervisor::openSide(Side& side, const Endpoint& endpoint, int blockFrames, base::TimePoint now) {
    if (side.standIn) closeSide(side);
    side.backend = &backendFor(endpoint);
    side.current = endpoint;
    side.currentBlock = blockFrames;
    const auto opened = side.capture ? side.backend->openCapture(endpoint, blockFrames, m_callback.callbacks())
                                     : side.backend->openPlayout(endpoint, blockFrames, m_callback.callbacks());
    now = m_clock.now();  // opening may have taken a while
    if (opened) {
        side.open = true;
        side.standIn = false;
        side.everMoved = false;
        side.lastFrames = frames(side);
        side.lastMove = now;
        return;
    }
    side.pause = std::clamp(side.pause * 3 / 2, kFirstPause, kLongestPause);
    side.nextTry = now + side.pause;
    note(side, false, &opened.error());
    if (side.capture) return;
    side.backend = &m_clocked;
    Endpoint silence;
    silence.kind = SourceKind::null;
    if (m_clocked.openPlayout(silence, blockFrames, m_callback.callbacks())) {
        side.open = true;
        side.standIn = true;
    }
}

void DeviceSupervisor::closeSide(Side& side) {
    if (!side.open) return;
    if (side.capture)
        side.backend->closeCapture();
    else
        side.backend->closePlayout();
    side.open = false;
    side.standIn = false;
}

void DeviceSupervisor::lost(Side& side, base::TimePoint now) {
    closeSide(side);
    side.nextTry = side.everMoved ? now : now + kLongestPause;
    const base::Error problem{base::ErrorKind::unavailable, "device_lost",
                              std::string("The ") + side.name + " stopped working.",
                              "It is tried again by itself; check that it is plugged in.", toText(side.current)};
    note(side, false, &problem);
}

void DeviceSupervisor::pass() {
    const auto now = m_clock.now();
    Endpoint wantedEndpoint[2];
    bool wanted[2];
    int block = 480;
    Side* const sides[2] = {&m_playout, &m_capture};
    {
        const std::lock_guard lock(m_mutex);
        for (int i = 0; i < 2; ++i) {
            wantedEndpoint[i] = sides[i]->endpoint;
            wanted[i] = sides[i]->wanted;
        }
        block = m_blockFrames;
    }
    watchXruns(now);
    if (m_longBlocks) block = 480;
    bool anyLost = false;
    for (auto* side : sides) {
        if (!stalled(*side, now)) continue;
        lost(*side, now);
        anyLost = true;
    }
    if (anyLost) {
        {
            const std::lock_guard lock(m_mutex);
            ++m_report.restarts;
        }
        // The library forgets a dead sound server only when nothing of it is open any more: close the other side too.
        for (auto* side : sides)
            if (side->open && side->backend == &m_devices) {
                closeSide(*side);
                side->nextTry = now;
            }
    }
    for (int i = 0; i < 2; ++i) {
        auto& side = *sides[i];
        const bool changed = side.current != wantedEndpoint[i] || side.currentBlock != block;
        if (side.open && !side.standIn && (!wanted[i] || changed)) closeSide(side);
        if (!wanted[i]) {
            closeSide(side);
            side.nextTry = now;
            note(side, false, nullptr);
            continue;
        }
        if (changed) side.nextTry = now;
        if ((!side.open || side.standIn) && now >= side.nextTry) openSide(side, wantedEndpoint[i], block, now);
    }
}

void DeviceSupervisor::watchXruns(base::TimePoint now) {
    const auto count = m_devices.xruns();
    if (now - m_windowStart > kXrunWindow) {
        m_windowStart = now;
        m_xrunsAtWindow = count;
    }
    if (count - m_xrunsAtWindow >= kMostXruns) m_longBlocks = true;
}

void DeviceSupervisor::closeAll() {
    closeSide(m_capture);
    closeSide(m_playout);
}

}  // namespace parlour::audio
