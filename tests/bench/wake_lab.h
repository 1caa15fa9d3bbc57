// SPDX-License-Identifier: Apache-2.0
// One speaker and one listener in virtual time, like sound_lab.h, but with the listener's whole playout side: the real engine, a
// device that takes blocks by its own clock, and a pump that wakes when the computer lets it.
#pragma once

#include <memory>
#include <random>
#include <string_view>

#include "audio/device_callback.h"
#include "audio/engine_core.h"
#include "audio/pacer.h"
#include "tests/bench/sound_lab.h"
#include "tests/support/manual_clock.h"

namespace parlour::tests {

/// How a computer wakes the pump, which says when, and its device asks for sound.
struct WakeProfile {
    std::string_view id;
    std::string_view what;
    std::size_t block = 480;        ///< samples that the device takes at a time
    int together = 1;               ///< blocks that it takes one directly after the other
    double lateMeanMs = 0.0;        ///< exponential, each wake
    double stallsPerSecond = 0.0;   ///< wakes that come later still, by
    double stallFromMs = 0.0, stallToMs = 0.0;
};

inline constexpr std::array<WakeProfile, 6> kWakeProfiles{{
    {"even", "blocks of 10 ms"},
    {"short", "blocks of 5 ms", 240},
    {"odd", "blocks of 21.3 ms", 1024},
    {"pairs", "two blocks of 10 ms at once", 480, 2},
    {"late", "a busy computer: wakes late by 1 ms, every 5 s by 5 to 25", 480, 1, 1.0, 0.2, 5.0, 25.0},
    {"busy", "an overloaded one: by 3 ms, twice a second by 5 to 40", 480, 1, 3.0, 2.0, 5.0, 40.0},
}};

class WakeLab {
  public:
    static constexpr audio::TrackId kTrack{1};

    /// `tape`: Speaker::record().
    WakeLab(const Voice& voice, const ImpairProfile& profile, const WakeProfile& wake, std::uint32_t seed,
            const std::vector<std::vector<base::OpusFrame>>& tape)
        : m_wake(wake), m_speaker(voice, plainCapture(), &tape), m_net(profile, seed), m_random(seed * 7919u + 13u), m_block(wake.block) {
        engine->setBlockFrames(static_cast<int>(wake.block));
        engine->addTrack(kTrack);
    }

    void run(double seconds) {
        const auto end = m_now + static_cast<std::int64_t>(seconds * 1e6);
        for (; m_now < end; m_now = std::min({m_nextSpoken, m_nextTaken, m_nextWake})) {
            const base::TimePoint at{base::Duration(m_now)};
            clock.set(at);
            if (m_now == m_nextSpoken)
                speak(at);
            else if (m_now == m_nextTaken)
                take();
            else
                wake(at);
        }
    }
    audio::TrackStats stats() const { return engine->trackStats(kTrack); }
    std::uint64_t passes = 0;
    bool standsStill = false;  ///< the device

    ManualClock clock;
    audio::DeviceCallback device{&clock};
    std::unique_ptr<audio::EngineCore> engine = std::make_unique<audio::EngineCore>(device);

  private:
    void speak(base::TimePoint at) {
        for (const auto& packet : m_speaker.speak(m_spoken++)) {
            const auto fate = m_net.send(at, packet.size + 64u);
            for (int c = 0; c < fate.copies; ++c) {
                auto frame = packet;
                frame.received = fate.at[static_cast<std::size_t>(c)];
                m_air.emplace(frame.received, frame);
            }
        }
        m_nextSpoken += 10'000;
    }
    void take() {
        for (int i = 0; i < m_wake.together && !standsStill; ++i) device.wanted(m_block);
        m_nextTaken += static_cast<std::int64_t>(m_wake.block) * 1000 / 48 * m_wake.together;
    }
    void wake(base::TimePoint at) {
        for (auto it = m_air.begin(); it != m_air.end() && it->first <= at; it = m_air.erase(it)) engine->insert(kTrack, it->second);
        m_nextTurn = std::max(engine->pass(at), at + audio::Pacer::kSoonest).time_since_epoch().count();
        ++passes;
        double late = m_wake.lateMeanMs > 0.0 ? -std::log(unit()) * m_wake.lateMeanMs : 0.0;
        if (m_wake.stallsPerSecond > 0.0 && unit() < m_wake.stallsPerSecond * 1e-6 * static_cast<double>(m_nextTurn - m_now))
            late += m_wake.stallFromMs + unit() * (m_wake.stallToMs - m_wake.stallFromMs);
        m_nextWake = m_nextTurn + static_cast<std::int64_t>(late * 1e3);
    }
    double unit() { return (static_cast<double>(m_random() >> 5) + 0.5) / 134'217'728.0; }

    const WakeProfile& m_wake;
    Speaker m_speaker;
    Impair m_net;
    std::mt19937 m_random;
    std::vector<float> m_block;
    std::multimap<base::TimePoint, base::OpusFrame> m_air;
    std::int64_t m_now = 0, m_nextSpoken = 10'000, m_nextTaken = 1'700, m_nextWake = 0, m_nextTurn = 0, m_spoken = 0;
};

struct WakeCall {
    audio::TrackStats stats;
    std::uint64_t underruns = 0;
};

/// The first five seconds, where every delay is a guess, are not counted.
inline WakeCall holdAwake(const Voice& voice, const ImpairProfile& profile, const WakeProfile& wake, double seconds, std::uint32_t seed,
                          const std::vector<std::vector<base::OpusFrame>>& tape) {
    WakeLab lab(voice, profile, wake, seed, tape);
    lab.run(5.0);
    const auto before = lab.stats();
    const auto dry = lab.device.underruns();
    lab.run(seconds);
    WakeCall call{lab.stats(), lab.device.underruns() - dry};
    auto& s = call.stats;
    s.totalSamplesReceived -= before.totalSamplesReceived;
    s.concealedSamples -= before.concealedSamples;
    s.silentConcealedSamples -= before.silentConcealedSamples;
    s.insertedSamplesForDeceleration -= before.insertedSamplesForDeceleration;
    s.removedSamplesForAcceleration -= before.removedSamplesForAcceleration;
    s.jitterBufferDelay -= before.jitterBufferDelay;
    s.jitterBufferEmittedCount -= before.jitterBufferEmittedCount;
    return call;
}

}  // namespace parlour::tests
