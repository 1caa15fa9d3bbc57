// SPDX-License-Identifier: Apache-2.0
// From packets to the loudspeaker: a queue and a jitter buffer per track; rumble away, one loudness, the person's own
// volume, a guard against bursts and a seat for each voice; the mix, a guard over it, the limiter.
// Threads: insert on the net thread, everything else on the pump; meters and statistics from any.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "audio/audio_engine.h"
#include "audio/jitter_buffer.h"
#include "audio/level_meter.h"
#include "audio/opus_extras.h"
#include "audio/published.h"
#include "audio/seat.h"
#include "audio/seating.h"
#include "audio/sound_check.h"
#include "audio/voice_path.h"
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

    std::uint64_t person = 0;  // personKey; 0 = not known yet
    int stereoPackets = 0;     // lately, 0..25: such a sound is music
    bool music = false;
    VoicePath path;
    Seat seat;
    int place = -1;            // of Seating
    float azimuth = 0.0f;      // now, degrees
};

class PlayoutChain {
  public:
    PlayoutChain() { m_tracks.reserve(kMostTracks); }
    static constexpr std::size_t kMostTracks = 256;

    bool add(std::shared_ptr<Track> track);
    /// The removed one, so that it is not freed on the pump.
    std::shared_ptr<Track> remove(TrackId id);
    void setGain(TrackId id, float gain);
    /// Who speaks there: a remembered loudness and place are taken up.
    void setPerson(TrackId id, std::uint64_t person);
    void apply(const ListeningSettings& settings) { m_settings = settings; }
    /// What the decoders may do beyond the standard; it outlives this.
    void useExtras(const OpusExtras& extras) { m_extras = &extras; }
    /// Of the decoders, now.
    int complexity() const { return m_complexity; }
    void setDeafened(bool deafened) { m_master.set(deafened ? 0.0f : 1.0f); }
    void setRoundTrip(base::Duration roundTrip) { m_roundTrip = roundTrip; }
    /// Packets come over this network from now on; `needed`: the wait for them when we were there last, if that is known.
    void changeNetwork(std::optional<base::Duration> needed);
    /// The wait that this network has needed, once somebody was heard for long enough.
    std::optional<base::Duration> neededDelay() const { return m_settled; }

    /// Takes what the net thread has put into the queues.
    void takePackets();
    /// Next 240 or 480 samples of both sides. On a device with one channel, and without seats, both are the same.
    void mix(std::span<float> left, std::span<float> right, bool stereoDevice, SoundCheck& check, const JitterBuffer::Turn& turn);
    std::size_t tracks() const { return m_tracks.size(); }

  private:
    void hear(Track& track, std::span<float> left, std::span<float> right, const JitterBuffer::Turn& turn);
    void place(Track& track, float blocks);
    void chooseComplexity(std::size_t samples);
    void duck(std::span<float> sound, float from, float to) const;

    std::vector<std::shared_ptr<Track>> m_tracks;
    ListeningSettings m_settings;
    Seats m_seats = Seats::off;  // in force: off on a device with one channel
    std::size_t m_stereoFor = 0;  // samples: both sides are worked on; runs on for a while after the seats went off
    float m_spread = 0.0f;       // 0: all straight ahead, 1: each at the own place
    Seating m_seating;
    GainRamp m_master{1.0f};
    float m_room = 1.0f;         // the room steps back while the person listens to a test of their own
    OutputStage m_out;
    base::OpusFrame m_frame;  // scratch: 1.5 KB
    std::array<float, base::kBlockSamples> m_louder{};  // scratch
    base::Duration m_roundTrip{100'000};
    const OpusExtras* m_extras = nullptr;
    int m_complexity = 0;
    std::size_t m_untilChosen = 0;  // samples
    std::optional<base::Duration> m_needed;   // by the newest stream that knows: they share our network
    std::optional<base::Duration> m_settled;  // the same of those that were heard for long
};

}  // namespace parlour::audio
