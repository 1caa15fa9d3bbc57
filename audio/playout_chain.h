// SPDX-License-Identifier: Apache-2.0
// From packets to the loudspeaker: a queue and a jitter buffer per track, gains, the mix, the limiter.
// Threads: insert on the net thread, everything else on the pump; meters and statistics from any.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "audio/audio_engine.h"
#include "audio/gain_ramp.h"
#include "audio/jitter_buffer.h"
#include "audio/level_meter.h"
#include "audio/limiter.h"
#include "audio/published.h"
#include "audio/sound_check.h"
#include "core/base/queue.h"

namespace parlour::audio {

/// What other threads see of a track. Lives as long as the engine, so that a reader never meets freed memory.
struct TrackView {
    std::atomic<std::uint64_t> key{0};  ///< TrackId + 1; 0 = free. Written by the control thread
    LevelMeter meter;
    Published<TrackStats> stats;
    Published<base::Feedback> feedback;
};

struct Track {
    static constexpr std::size_t kInbox = 63;  ///< frames; a standing pump loses the newest ones above that

    Track(TrackId trackId, TrackView& trackView) : id(trackId), view(trackView), inbox(kInbox) {}

    const TrackId id;
    TrackView& view;
    base::SpscQueue<base::OpusFrame> inbox;  // net -> pump
    JitterBuffer buffer;
    GainRamp gain{1.0f};
};

class PlayoutChain {
  public:
    PlayoutChain() { m_tracks.reserve(kMostTracks); }
    static constexpr std::size_t kMostTracks = 256;

    bool add(std::shared_ptr<Track> track);
    /// The removed one, so that it is not freed on the pump.
    std::shared_ptr<Track> remove(TrackId id);
    void setGain(TrackId id, float gain);
    void setDeafened(bool deafened) { m_master.set(deafened ? 0.0f : 1.0f); }
    void setRoundTrip(base::Duration roundTrip) { m_roundTrip = roundTrip; }

    /// Takes what the net thread has put into the queues.
    void takePackets();
    /// Next 480 samples.
    void mix(std::span<float> out, SoundCheck& check, base::TimePoint now);
    std::size_t tracks() const { return m_tracks.size(); }

  private:
    std::vector<std::shared_ptr<Track>> m_tracks;
    GainRamp m_master{1.0f};
    Limiter m_limiter;
    base::OpusFrame m_frame;  // scratch: 1.5 KB
    base::Duration m_roundTrip{100'000};
    std::optional<base::Duration> m_needed;  // by the newest stream that knows: they share our network
};

}  // namespace parlour::audio
