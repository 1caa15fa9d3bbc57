// SPDX-License-Identifier: Apache-2.0
// All sound work of the client without thread and clock: somebody calls pass(now) often enough (the pump when the last one said, a
// test in virtual time), and it moves what is in the device rings and track queues. Threads: control functions on one
// control thread (net); pass() on one pump thread; the reading ones on any.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "audio/audio_engine.h"
#include "audio/capture_chain.h"
#include "audio/device_callback.h"
#include "audio/look_ahead.h"
#include "audio/playout_chain.h"
#include "audio/published.h"
#include "audio/recorder.h"
#include "audio/refill.h"
#include "audio/sound_check.h"
#include "core/base/queue.h"

namespace parlour::audio {

class EngineCore {
  public:
    using Sink = std::function<void(const base::OpusFrame&)>;

    /// `recorder` may be null.
    explicit EngineCore(DeviceCallback& device, Recorder* recorder = nullptr);
    ~EngineCore();

    // Control thread.
    void apply(const CaptureSettings& settings);
    void setGate(bool open);
    bool gateOpen() const { return (m_gate.load(std::memory_order_acquire) & 1u) != 0; }
    /// Once this returns, the former sink is not called any more.
    void onEncoded(Sink sink);
    void setFeedback(const base::Feedback& feedback);
    /// Of the way on which we hear: what would come too late is not asked for again.
    void setRoundTrip(base::Duration roundTrip);
    void addTrack(TrackId id);
    void removeTrack(TrackId id);
    void insert(TrackId id, const base::OpusFrame& frame);
    void setGain(TrackId id, float gain);
    void setDeafened(bool deafened);
    void setPerson(TrackId id, std::uint64_t person);
    void apply(const ListeningSettings& settings);
    void changeNetwork(std::optional<base::Duration> needed);
    std::optional<base::Duration> neededDelay() const;
    void record(std::chrono::milliseconds length, std::function<void()> recorded);
    void play(std::function<void()> played);
    /// Recording, replay and tone end; what was to be called then is not.
    void stopTests();
    void tone(std::chrono::milliseconds length);
    /// What the devices add to the way of a block, both together; for the echo canceller. Any thread.
    void setDeviceLatency(base::Duration latency) { m_deviceLatency.store(latency.count(), std::memory_order_relaxed); }
    void setBlockFrames(int frames) { m_blockFrames.store(frames, std::memory_order_relaxed); }
    /// The bell rings in the mix. Any thread.
    void ring() { m_bellWanted.store(true, std::memory_order_release); }
    /// What the decoders may do beyond the standard; it outlives this. Any thread, once.
    void useExtras(const OpusExtras& extras) { m_extras.store(&extras, std::memory_order_release); }
    /// Frees what the pump is done with; any control call does it too.
    void collect();

    // Pump thread.
    /// When the next one should be.
    base::TimePoint pass(base::TimePoint now);
    /// Capture was closed: its level is nothing.
    void captureStopped() { m_captureStopped.store(true, std::memory_order_release); }

    // Any thread.
    float microphoneLevel() const { return m_capture.meter().level(); }
    float noiseFloor() const { return m_capture.activity().noiseFloor(); }
    bool microphoneSpeaking() const { return m_capture.activity().speaking(); }
    std::uint64_t invalidSamples() const { return m_invalidSamples.load(std::memory_order_relaxed); }
    std::uint64_t processorFailures() const { return m_processorFailures.load(std::memory_order_relaxed); }
    float trackLevel(TrackId id) const;
    TrackStats trackStats(TrackId id) const;
    base::Feedback feedbackFor(TrackId id) const;
    std::uint64_t framesEncoded() const { return m_framesEncoded.load(std::memory_order_relaxed); }
    std::uint64_t framesDroppedIn() const { return m_framesDroppedIn.load(std::memory_order_relaxed); }
    SendPlan sendPlan() const { return m_sendPlan.read(); }
    std::string concealment() const;
    /// From record() until it is full or stopped.
    bool recording() const {
        return m_recordingAsked.load(std::memory_order_relaxed) != m_recordingEnded.load(std::memory_order_relaxed);
    }

  private:
    struct AddTrack { std::shared_ptr<Track> track; };
    struct RemoveTrack { TrackId id; };
    struct SetGain {
        TrackId id;
        float gain;
    };
    struct SetDeafened { bool deafened; };
    struct SetPerson {
        TrackId id;
        std::uint64_t person;
    };
    struct ChangeNetwork {
        std::optional<base::Duration> needed;
        std::uint32_t number;
    };
    struct Listen {
        ListeningSettings settings;
    };
    struct Apply {
        CaptureSettings settings;
        std::unique_ptr<AudioProcessor> made;  // the first time: not on the pump
    };
    struct SetFeedback {
        base::Feedback feedback;
    };
    struct SetRoundTrip { base::Duration roundTrip; };
    struct NewUplink {};
    struct Record {
        std::shared_ptr<Recording> recording;
    };
    struct StopTests {
        std::uint32_t recording;  // and all before it
    };
    struct Play {
        std::function<void()> played;
    };
    struct Tone {
        std::size_t samples;
    };
    using Command = std::variant<std::monostate, AddTrack, RemoveTrack, SetGain, SetDeafened, Apply, SetFeedback,
                                 Record, Play, Tone, SetPerson, Listen, ChangeNetwork, SetRoundTrip, NewUplink, StopTests>;
    struct Known {
        std::shared_ptr<Track> track;
        TrackView* view;
    };

    void post(Command command);
    void execute(Command& command);
    void emit(const base::OpusFrame& frame);
    void passCapture(base::TimePoint now);
    void passPlayout(base::TimePoint now);
    void showPlayed(std::span<const float> block, std::size_t before);
    const TrackView* find(TrackId id) const;

    DeviceCallback& m_device;
    Recorder* const m_recorder;
    base::SpscQueue<Command> m_commands;
    std::vector<Command> m_overflow;                     // control thread: kept in order while the queue is full
    base::SpscQueue<std::shared_ptr<void>> m_garbage;   // pump -> control
    std::vector<std::shared_ptr<void>> m_removedLater;  // pump: when m_garbage is full
    std::unique_ptr<std::array<TrackView, PlayoutChain::kMostTracks>> m_views;
    std::map<TrackId, Known> m_known;  // control thread
    bool m_processorMade = false;      // control thread
    std::uint32_t m_network = 0;       // control thread: number of the network we are in

    std::atomic<std::uint32_t> m_gate{0};  // bit 0: open; the rest counts moves
    std::atomic<int> m_blockFrames{480};
    std::atomic<bool> m_captureStopped{false};
    std::atomic<bool> m_bellWanted{false};
    std::atomic<std::uint32_t> m_recordingAsked{0};  // number of the newest test recording; the control thread writes it,
    std::atomic<std::uint32_t> m_recordingEnded{0};  // of the newest that is over: the pump
    std::atomic<std::uint64_t> m_framesEncoded{0};
    std::atomic<std::uint64_t> m_framesDroppedIn{0};
    std::atomic<std::uint64_t> m_needed{0};  // number of the network << 32 | µs; 0 µs = not known
    std::atomic<std::uint64_t> m_invalidSamples{0};
    std::atomic<std::uint64_t> m_processorFailures{0};
    std::atomic<std::int64_t> m_deviceLatency{0};  // µs
    std::atomic<Sink*> m_sink{nullptr};
    std::atomic<bool> m_inSink{false};
    std::atomic<const OpusExtras*> m_extras{nullptr};
    std::atomic<int> m_complexity{0};
    Published<SendPlan> m_sendPlan;
    std::unique_ptr<Sink> m_sinkOwner;  // control thread

    // Pump thread.
    CaptureChain m_capture;
    SendPlan m_toldPlan;
    PlayoutChain m_playout;
    bool m_extrasInUse = false;
    std::uint32_t m_heardNetwork = 0;
    SoundCheck m_check;
    std::uint32_t m_seenGate = 0;
    base::TimePoint m_now{};
    int m_referenceFor = 0;       // blocks played until the echo canceller is told no more: nothing was captured since
    std::int64_t m_playAhead = 0;  // samples that the newest played block waits behind; below 0: of it went out before
    std::array<float, base::kBlockSamples> m_reference{};  // two halves for the echo canceller
    std::size_t m_half = 0;        // samples of it
    Refill m_refill;
    bool m_low = false;           // the person wants the shortest delay
    LookAhead m_lookAhead;
};

}  // namespace parlour::audio
