// SPDX-License-Identifier: Apache-2.0
// One remote microphone: packets in as the network brings them, sound out in pieces of any length as the device takes it.
// Two verbs, insert and pull, and statistics; nothing else may leak out, so that the inside can be replaced.
// Thread: the pump. Time is handed in. No allocation after construction.
//
// Inside: packets wait by sequence number; the delay estimator says how long. The playout delay is measured, not the
// fill level: how much later than the fastest packet the sound leaves. It is corrected in silence at once, in speech by
// whole pitch periods, which are sought across packets; holes are filled by a full copy (RED), else from the next packet's
// low-rate one (LBRR), else by Opus concealment, which gives way to comfort noise within 120 ms. Where packets stop coming
// on a network that is known to stall, the sound at hand is first stretched by two periods at most.
#pragma once

#include <algorithm>
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

    /// One call of pull(). Packets are looked for each `period`, and so much sound is made then in one or more calls.
    struct Turn {
        base::TimePoint heard{};   ///< when the first sample of it leaves the device
        base::TimePoint looked{};  ///< when packets were last taken
        base::Duration ahead{};    ///< sound that the device had ready then
        std::size_t period = 0;    ///< samples
        base::Duration lead{};     ///< sound that is ready where most is, lately (look_ahead.h); less than `ahead` counts as that
    };

    explicit JitterBuffer(DelayEstimator::Config config = {});

    /// `frame.received` is its arrival. A newer stream epoch starts afresh, an older one is refused.
    Inserted insert(const base::OpusFrame& frame);
    /// Fills `out` (1 to 960 samples) with what is to be heard next: the middle of what has two channels, whose side goes into
    /// `side`, as long as `out` or empty; left = middle + side, right = middle - side.
    void pull(std::span<float> out, std::span<float> side, const Turn& turn);
    /// The same where nothing waits behind: packets are looked for in each call, which gives what is heard from `now` on.
    void pull(std::span<float> out, std::span<float> side, base::TimePoint now) { pull(out, side, Turn{now, now, {}, out.size()}); }
    void pull(std::span<float> out, base::TimePoint now) { pull(out, {}, now); }
    void pull(std::span<float> out, const Turn& turn) { pull(out, {}, turn); }
    /// Of the decoder (opus_extras.h).
    void setComplexity(int complexity) { m_decoder.setComplexity(complexity); }
    /// Sound of it is wanted now.
    bool playing() const { return m_state == State::playing; }
    /// The stream has two channels.
    bool stereo() const { return m_decoder.stereo(); }

    /// What another stream over this network needed: no guess is needed at the start. Before the first packet.
    void startFrom(base::Duration target) { m_delays.startFrom(target); }
    /// The network under us is another one; what it needed when we were there last, if that is known.
    void changeNetwork(std::optional<base::Duration> target) { m_delays.learnAnew(target.value_or(m_delays.target())); }
    /// What this stream needs, once it is known.
    std::optional<base::Duration> learnedTarget() const;
    /// The same, once it has been heard for long enough to be remembered as this network's.
    std::optional<base::Duration> settledTarget() const;

    const TrackStats& stats() const { return m_stats; }
    /// Sequence numbers that would still come in time if asked for now; stays listed until arrived or too late.
    base::Feedback missing(base::TimePoint now, base::Duration roundTrip) const;
    base::Duration target() const;
    /// How much later than with the fastest packet the next sample leaves if it leaves `now`.
    base::Duration playoutDelay(base::TimePoint now) const;

  private:
    static constexpr std::size_t kGiveUp =
        48'000;  // invented in a row: the sender is gone, start anew with its next packet

    static constexpr std::size_t kPast = 1'440;  // looked at, of what was heard
    static constexpr std::size_t kBack = 1'680;  // what goBack() may take before it is heard again: one stretch and two bridges
    static constexpr std::size_t kStep = 480;  // the codec invents no less well

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

    void produce(std::size_t needed);
    void play(Slot& s);
    void fillHole(Slot& next, std::size_t piece);
    void hold(bool pause, std::size_t piece);
    void catchUp();
    void pullRest(std::span<float> out, std::span<float> side);

    /// How far ahead of being heard packets are looked for when that is farthest: so early they have to be here.
    base::Duration lead() const { return std::max(m_turn.lead, m_turn.ahead); }
    /// How long a packet that is as fast as the fastest has been here, at such a look.
    base::Duration waited(std::int64_t timestamp) const;
    double excess(base::Duration margin) const;
    base::Duration band() const;
    base::Duration shortfall() const;
    void observe(std::size_t wanted);
    void steer(std::size_t wanted);
    bool hurry();
    void bridge(std::size_t wanted);
    void decodeAhead(std::size_t samples);
    void correctSilence(std::size_t from);
    void shorten(std::size_t from, std::size_t lag, std::size_t join);
    void lengthen(std::size_t from, std::size_t lag, std::size_t join);
    void goBack(std::size_t lag, std::size_t join);
    void stretched(double samples);
    void conceal(std::size_t samples, bool counted);
    void invent(std::span<float> out, std::span<float> side);
    void resume(std::size_t from, std::size_t samples);
    void noteLoss(std::int64_t packets);
    bool isQuiet(std::size_t from, std::size_t samples);
    std::span<const float> aroundPlayhead() const;
    std::span<float> freeSpace() { return std::span(m_sound).subspan(m_soundEnd); }
    std::span<float> freeSide() { return std::span(m_side).subspan(m_soundEnd); }
    std::size_t ready() const { return m_soundEnd - m_soundBegin; }
    void makeRoom();

    DelayEstimator m_delays;
    OpusDecoder m_decoder;
    std::unique_ptr<std::array<Slot, kSlots>> m_slots;
    std::array<float, 5 * OpusDecoder::kMaxSamples> m_sound{};  // at least kPast samples that were heard, then those not yet pulled
    std::array<float, 5 * OpusDecoder::kMaxSamples> m_side{};   // in step with it; zeros of one channel
    std::size_t m_soundBegin = kPast + kBack;
    std::size_t m_soundEnd = kPast + kBack;
    std::array<float, kStep> m_spare{};  // invented beyond what was needed; sound that comes is joined to it
    std::array<float, kStep> m_spareSide{};
    std::size_t m_spareBegin = kStep;

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
    Turn m_turn;
    double m_excess = 0.0;    // smoothed, µs above the delay needed
    double m_shortage = 0.0;  // smoothed, µs below it
    bool m_hurrying = false;  // far behind after a stall
    std::size_t m_sinceStretch = 0;  // samples pulled
    std::size_t m_aboveNeed = 0;
    std::size_t m_sinceLoss = 48'000;
    int m_bridges = 0;           // periods repeated since sound last came in
    std::size_t m_bridged = 0;   // samples of them
    int m_frameSamples = 960;
    double m_lossRate = 0.0;
    bool m_lossy = false;
    int m_copyDistance = 0;  // farthest packet that lately carried a copy of an earlier one
    std::int64_t m_copySeen = 0;
    TrackStats m_stats;
};

}  // namespace parlour::audio
