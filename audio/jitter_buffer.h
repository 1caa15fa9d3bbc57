// SPDX-License-Identifier: Apache-2.0
// One remote microphone: packets in as the network brings them, 10 ms of sound out whenever the loudspeaker wants it.
// Two verbs, insert and pull, and statistics; nothing else may leak out, so that the inside can be replaced.
// Thread: the pump. Time is handed in. No allocation after construction.
//
// Inside: packets wait by sequence number; the delay estimator says how long. The playout delay is measured, not the
// fill level: how much later than the fastest packet the sound leaves. It is corrected in silence at once, in speech by
// whole pitch periods; holes are filled by a full copy (RED), else from the next packet's low-rate one (LBRR), else by
// Opus concealment, which gives way to comfort noise within 120 ms.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "audio/audio_engine.h"
#include "audio/comfort_noise.h"
#include "audio/delay_estimator.h"
#include "audio/opus_decoder.h"
#include "core/base/media.h"

namespace parlour::audio {

class JitterBuffer {
  public:
    enum class Inserted { taken, duplicate, late, malformed, stale };

    static constexpr std::size_t kSlots = 128;  ///< packets; 2.5 s at 20 ms

    explicit JitterBuffer(DelayEstimator::Config config = {});

    /// `frame.received` is its arrival. A newer stream epoch starts afresh, an older one is refused.
    Inserted insert(const base::OpusFrame& frame);
    /// Fills `out` (480 samples; at most 960) with what is to be heard from `now` on: the middle of what has two channels, whose
    /// side goes into `side`, as long as `out`; left = middle + side, right = middle - side.
    void pull(std::span<float> out, base::TimePoint now) { pull(out, {}, now); }
    void pull(std::span<float> out, std::span<float> side, base::TimePoint now);
    /// The stream has two channels.
    bool stereo() const { return m_decoder.stereo(); }

    /// What another stream over this network needed: no guess is needed at the start. Before the first packet.
    void startFrom(base::Duration target) { m_delays.startFrom(target); }
    /// What this stream needs, once it is known.
    std::optional<base::Duration> learnedTarget() const;

    const TrackStats& stats() const { return m_stats; }
    /// Sequence numbers that would still come in time if asked for now; stays listed until arrived or too late.
    base::Feedback missing(base::TimePoint now, base::Duration roundTrip) const;
    base::Duration target() const;
    /// How much later than with the fastest packet the next sample leaves if it leaves `now`.
    base::Duration playoutDelay(base::TimePoint now) const;

  private:
    static constexpr std::size_t kGiveUp =
        48'000;  // invented in a row: the sender is gone, start anew with its next packet

    enum class State { empty, waiting, playing };
    struct Slot {
        base::OpusFrame frame;
        std::int64_t timestamp = 0;  // unwrapped, 48 kHz
        int samples = 0;
        bool used = false;
    };

    Slot* slot(std::int64_t sequence);
    const Slot* slot(std::int64_t sequence) const;
    Slot* firstSlot();
    void restartAt(const Slot& first);
    void clearSlots();
    std::int64_t unwrap(std::uint32_t timestamp);

    void produce(base::TimePoint now);
    void play(Slot& s, base::TimePoint now);
    void fillHole(Slot& next, base::TimePoint now);
    void hold(bool pause);
    void catchUp(base::TimePoint now);
    void correct(std::size_t from, bool quiet, base::TimePoint now);
    void shorten(std::size_t from, std::size_t lag, std::size_t join);
    void lengthen(std::size_t from, std::size_t lag, std::size_t join);
    void stretched(double samples);
    double excess(base::TimePoint now, base::Duration margin) const;
    void conceal(std::size_t samples, bool counted);
    void resume(std::size_t from, std::size_t samples);
    void noteLoss(std::int64_t packets);
    bool isQuiet(std::size_t from, std::size_t samples);
    std::span<float> freeSpace() { return std::span(m_sound).subspan(m_soundEnd); }
    std::span<float> freeSide() { return std::span(m_side).subspan(m_soundEnd); }
    std::size_t ready() const { return m_soundEnd - m_soundBegin; }
    void makeRoom();
    std::size_t hand(std::span<float> out, std::span<float> side, std::size_t wanted);

    DelayEstimator m_delays;
    OpusDecoder m_decoder;
    std::unique_ptr<std::array<Slot, kSlots>> m_slots;
    std::array<float, 4 * OpusDecoder::kMaxSamples> m_sound{};  // decoded, not yet pulled
    std::array<float, 4 * OpusDecoder::kMaxSamples> m_side{};   // in step with it; zeros of one channel
    std::size_t m_soundBegin = 0;
    std::size_t m_soundEnd = 0;

    State m_state = State::empty;
    std::int64_t m_expected = 0;  // sequence number to decode next
    std::int64_t m_highest = 0;
    std::int64_t m_playTime = 0;       // RTP time of the next sample to decode
    std::int64_t m_lastTimestamp = 0;  // for unwrapping
    bool m_haveTimestamp = false;
    std::uint32_t m_epoch = 0;
    base::TimePoint m_waitingSince{};
    base::TimePoint m_lastArrival{};
    std::size_t m_held = 0;  // samples invented while nothing was there; they may stand for lost packets
    std::size_t m_inventedInARow = 0;
    std::size_t m_quietSamples = 0;
    bool m_inPause = false;    // the sender said (DTX) or showed that it is silent
    bool m_announced = false;  // it said so: what is invented meanwhile conceals nothing
    std::size_t m_concealedInARow = 0;
    ComfortNoise m_noise;
    float m_noiseFloor = 1e-4f;  // RMS
    double m_excess = 0.0;       // smoothed, µs above the delay needed
    double m_shortage = 0.0;     // smoothed, µs below it
    int m_pullsSinceStretch = 0;
    int m_pullsAboveTarget = 0;
    int m_pullsSinceLoss = 100;
    int m_frameSamples = 960;
    double m_lossRate = 0.0;
    bool m_lossy = false;
    int m_copyDistance = 0;  // farthest packet that lately carried a copy of an earlier one
    std::int64_t m_copySeen = 0;
    TrackStats m_stats;
};

}  // namespace parlour::audio
