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
constexpr Duration kXrunWindow{10'000'000};  // three within it: blocks twice as long
constexpr Duration kFirstChosenPause{2'000'000};  // each try is a gap in what the default plays
constexpr Duration kLongestChosenPause{60'000'000};
constexpr base::TimePoint kLongAgo = base::TimePoint::min();
constexpr int kLongestBlock = 1920;
constexpr int kLongestCalm = 8;              // times the calm of the mode
constexpr Duration kTrial{60'000'000};       // shorter blocks that fail within this are tried half as often

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
    m_capture.bothChannels = settings.stereoCapture;
    m_playout.endpoint = settings.playout;
    m_ring = settings.ring;
    m_playout.firstBlock = settings.playoutBlock();
    m_capture.firstBlock = settings.captureBlock();
    m_delay = settings.delay;
}
void DeviceSupervisor::knowBy(Present present) {
    const std::lock_guard lock(m_mutex);
    m_present = std::move(present);
}
void DeviceSupervisor::wantPlayout(bool on) {
    const std::lock_guard lock(m_mutex);
    m_playout.wanted = on;
}
void DeviceSupervisor::wantCapture(bool on) {
    const std::lock_guard lock(m_mutex);
    m_capture.wanted = on;
}
DeviceSupervisor::Places DeviceSupervisor::places() const {
    const std::lock_guard lock(m_mutex);
    return {m_ring, m_playout.endpoint};
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
            if (!side.fallback) side.chosenPause = Duration(0);
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
    const auto away = side.fallback ? awayError(side) : base::Error{};
    state.ok = problem == nullptr;
    state.fallback = side.fallback && running;
    state.problem = problem ? *problem : state.fallback ? away : base::Error{};
    (side.capture ? m_report.captureRunning : m_report.playoutRunning) = running;
    (side.capture ? m_report.captureDevice : m_report.playoutDevice) = running ? toText(side.current) : "";
}

base::Result<void> DeviceSupervisor::open(Side& side, const Endpoint& endpoint) {
    auto callbacks = m_callback.callbacks();
    callbacks.bothChannels = side.currentBoth;
    return side.capture ? side.backend->openCapture(endpoint, side.currentBlock, std::move(callbacks))
                        : side.backend->openPlayout(endpoint, side.currentBlock, std::move(callbacks));
}

void DeviceSupervisor::openSide(Side& side, const Endpoint& endpoint, int blockFrames, base::TimePoint now) {
    if (side.standIn) closeSide(side);
    side.backend = &backendFor(endpoint);
    side.current = endpoint;
    side.currentBlock = blockFrames;
    if (present(side, endpoint) == false && openDefaultFor(side)) return;
    const auto opened = open(side, endpoint);
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
    if (openDefaultFor(side)) {
        side.chosenPause = std::clamp(side.chosenPause * 2, kFirstChosenPause, kLongestChosenPause);
        side.nextChosen = now + side.chosenPause;
        return;
    }
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
    side.fallback = false;
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
    bool wanted[2], both[2];
    int block[2];
    DelayMode delay = DelayMode::automatic;
    Side* const sides[2] = {&m_playout, &m_capture};
    {
        const std::lock_guard lock(m_mutex);
        for (int i = 0; i < 2; ++i) {
            wantedEndpoint[i] = sides[i]->endpoint;
            wanted[i] = sides[i]->wanted;
            both[i] = sides[i]->bothChannels;
            block[i] = sides[i]->firstBlock;
        }
        delay = m_delay;
        m_presentNow = m_present;
    }
    if (delay != m_measured) {  // another wish: what is measured starts afresh
        m_measured = delay;
        measureAfresh();
    }
    watchXruns(now, std::min(block[0], block[1]));
    for (auto& b : block) b = blockFor(b);
    {
        const std::lock_guard lock(m_mutex);
        m_report.blockFrames = block[0];
        m_report.xruns = m_xrunsSeen;
    }
    if (m_hurry.exchange(false, std::memory_order_acquire))
        for (auto* side : sides) {
            if (side->open && !side->standIn) continue;
            side->nextTry = now;
            side->pause = Duration(0);
        }
    for (auto* side : sides) followChosen(*side, now);
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
        const bool changed = side.current != wantedEndpoint[i] || side.currentBlock != block[i] || side.currentBoth != both[i];
        if (side.open && !side.standIn && (!wanted[i] || changed)) closeSide(side);
        if (!wanted[i]) {
            closeSide(side);
            side.nextTry = now;
            note(side, false, nullptr);
            continue;
        }
        side.currentBoth = both[i];
        if (changed) side.nextTry = now;
        if ((!side.open || side.standIn) && now >= side.nextTry) openSide(side, wantedEndpoint[i], block[i], now);
    }
}

std::optional<bool> DeviceSupervisor::present(const Side& side, const Endpoint& endpoint) const {
    if (!m_presentNow || endpoint.kind != SourceKind::device || endpoint.name.empty()) return std::nullopt;
    return m_presentNow(endpoint, side.capture);
}

base::Error DeviceSupervisor::awayError(const Side& side) const {
    return {base::ErrorKind::unavailable, "device_away",
            std::string("The ") + side.name + " \"" + side.current.name + "\" is not there.",
            "The system's default is used until it is back.", toText(side.current)};
}

/// The person's choice stays `current`, so that nothing but its return changes anything.
bool DeviceSupervisor::openDefaultFor(Side& side) {
    if (side.current.kind != SourceKind::device || side.current.name.empty()) return false;
    const Endpoint standard;
    const auto opened = open(side, standard);
    if (!opened) return false;
    side.open = true;
    side.standIn = false;
    side.fallback = true;
    side.everMoved = false;
    side.lastFrames = frames(side);
    side.lastMove = m_clock.now();
    return true;
}

void DeviceSupervisor::followChosen(Side& side, base::TimePoint now) {
    if (!side.open || side.standIn || side.backend != &m_devices) return;
    const auto there = present(side, side.current);
    if (!there) return;
    if (side.fallback && !*there) side.nextChosen = now;   // when it comes it is new
    if (side.fallback && *there && now >= side.nextChosen) {
        closeSide(side);
        side.nextTry = now;
    } else if (!side.fallback && !*there) {
        // The sound server has put our stream on another device, or it stands still in a moment.
        side.fallback = true;
        side.nextChosen = now;
        side.chosenPause = Duration(0);
        if (side.everMoved) note(side, true, nullptr);
    }
}

int DeviceSupervisor::blockFor(int wanted) const {
    int block = wanted;
    for (int i = 0; i < m_doublings; ++i) block = std::min(block * 2, kLongestBlock);
    return block;
}

void DeviceSupervisor::measureAfresh() {
    m_doublings = 0;
    m_calm = calmOf(m_measured);
    m_shortened = {};
    m_xrunTimes.fill(kLongAgo);
}

void DeviceSupervisor::watchXruns(base::TimePoint now, int firstBlock) {
    const auto count = m_devices.xruns();
    if (m_calm.count() == 0) measureAfresh();
    if (count - m_xrunsSeen > m_xrunTimes.size()) m_xrunsSeen = count - m_xrunTimes.size();
    for (; m_xrunsSeen != count; ++m_xrunsSeen) {
        std::rotate(m_xrunTimes.begin(), m_xrunTimes.end() - 1, m_xrunTimes.end());
        m_xrunTimes.front() = m_quietSince = now;
    }
    if (m_xrunTimes.back() != kLongAgo && now - m_xrunTimes.back() <= kXrunWindow) {
        if (m_shortened != base::TimePoint{} && now - m_shortened < kTrial)
            m_calm = std::min(m_calm * 2, calmOf(m_measured) * kLongestCalm);
        if (blockFor(firstBlock) < kLongestBlock) ++m_doublings;
        m_xrunTimes.fill(kLongAgo);  // each counts for one step only
    } else if (m_doublings > 0 && now - m_quietSince > m_calm) {
        --m_doublings;
        m_shortened = m_quietSince = now;
    }
}

void DeviceSupervisor::closeAll() {
    closeSide(m_capture);
    closeSide(m_playout);
}

}  // namespace parlour::audio
