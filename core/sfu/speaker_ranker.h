// SPDX-License-Identifier: Apache-2.0
// Who is speaking: from the levels that senders write into their packets (RFC 6464), checked against what the packets
// weigh, because a level is only a claim (security T46). One per room. Thread: media; no clock, time is handed in.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/base/byte_io.h"
#include "core/base/media.h"
#include "core/base/time.h"

namespace parlour::sfu {

/// How long an Opus packet plays, from its first bytes (RFC 6716 section 3.1); 0 for an empty or impossible one.
base::Duration opusDuration(base::ByteView payload);

struct ActiveSpeaker {
    std::uint64_t key = 0;    ///< what observe() was given
    float level = 0.0f;       ///< 0.125, 0.25 … 1 (eighths)
};

class SpeakerRanker {
  public:
    static constexpr base::Duration kInterval = std::chrono::milliseconds(400);
    static constexpr std::uint8_t kActiveLevel = 35;      ///< -dBov; louder counts as speaking
    static constexpr int kMinActivePercent = 40;          ///< of the interval
    /// Opus speech stays above this many bytes per 20 ms; packets of silence and DTX below.
    static constexpr std::size_t kMinSpeechBytes = 15;
    /// Nobody shouts at full scale without any change: so long the same claim this loud is not believed any more.
    static constexpr base::Duration kConstantClaim = std::chrono::milliseconds(400);
    static constexpr std::uint8_t kImplausible = 6;       ///< -dBov

    /// A forwarded packet of the track `key`.
    void observe(std::uint64_t key, base::LevelDbov level, base::ByteView payload);
    void remove(std::uint64_t key);
    /// Every kInterval: those who speak, loudest first. Levels are smoothed over about two intervals.
    std::vector<ActiveSpeaker> tick();
    bool empty() const { return m_tracks.empty(); }

  private:
    struct Track {
        base::Duration active{0};
        std::uint8_t loudest = 127;
        float smoothed = 0.0f;
        std::uint8_t claim = 127;          // last level
        base::Duration constant{0};        // so long it has been the same
        bool heard = false;                // since the last tick
        bool lying = false;                // claims what cannot be
    };
    std::map<std::uint64_t, Track> m_tracks;
};

}  // namespace parlour::sfu
