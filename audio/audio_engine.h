// SPDX-License-Identifier: Apache-2.0
// The sound of one client: microphone -> capture chain -> Opus frames, Opus frames -> jitter buffers -> mixer ->
// loudspeaker. Owns the pump thread and the backend (door AudioBackend). Frames cross to the net thread by bounded
// queues. Thread: control calls from the net thread only; meters and statistics from any thread; PCM work on the pump.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audio/audio_backend.h"
#include "audio/listening.h"
#include "audio/realtime.h"
#include "core/base/doors/clock.h"
#include "core/base/error.h"
#include "core/base/media.h"

namespace parlour::audio {

/// One remote microphone in the mix; chosen by the caller, unique while in use.
struct TrackId {
    std::uint32_t value = 0;
    auto operator<=>(const TrackId&) const = default;
};

struct CaptureSettings {
    int frameMs = 0;       ///< 10, 20 or 40 (Opus frame); 0 = as network and delay mode allow. Where that is starved 40 all the same
    DelayMode delay = DelayMode::automatic;  ///< the engine fills in that of its devices
    int bitRate = 0;       ///< bit/s, 16,000 to 64,000; 0 = as the network allows. Less where that has no room
    bool dtx = true;
    bool forwardErrorCorrection = true;
    bool echoCancelling = true;
    bool noiseSuppression = true;
    bool highPass = true;
    bool voiceGate = false;
    bool music = false;    ///< two channels, 128 kbit/s of the whole band, no pauses left out, no processing
    bool automaticGain = false;  ///< brings the own voice to a usual level
};

struct EngineSettings {
    AudioDeviceSettings devices;  ///< audio_backend.h: backend kind, device names, block size
    CaptureSettings capture;
    ListeningSettings listening;
};

/// Counters of one received track, W3C webrtc-stats definitions (samples at 48 kHz, delays in seconds summed per
/// sample).
struct TrackStats {
    std::uint64_t totalSamplesReceived = 0;
    std::uint64_t concealedSamples = 0;
    std::uint64_t silentConcealedSamples = 0;
    std::uint64_t concealmentEvents = 0;
    std::uint64_t insertedSamplesForDeceleration = 0;
    std::uint64_t removedSamplesForAcceleration = 0;
    double jitterBufferDelay = 0.0;
    double jitterBufferTargetDelay = 0.0;
    double jitterBufferMinimumDelay = 0.0;  ///< what jitter alone asks for
    std::uint64_t jitterBufferEmittedCount = 0;
    std::uint64_t fecPacketsReceived = 0;
    std::uint64_t packetsDiscarded = 0;
    std::uint64_t packetsLate = 0;
    std::uint64_t interruptionCount = 0;    ///< concealment of 150 ms and more at a stretch
    double totalInterruptionDuration = 0.0;  ///< seconds
};

struct EngineStats {
    std::uint64_t captureOverruns = 0;
    std::uint64_t playoutUnderruns = 0;
    std::uint64_t deviceRestarts = 0;  ///< times the watchdog re-opened a device
    std::uint64_t framesEncoded = 0;
    std::uint64_t framesDroppedIn = 0;
    int sendFrameMs = 0;       ///< what the send policy has decided: milliseconds per packet,
    int sendBitRate = 0;       ///< bit/s of the frames themselves,
    int sendRedundancy = 0;    ///< earlier frames that ride along with each (RED),
    int sendExpectedLoss = 0;  ///< percent that in-band FEC prepares for
    std::string concealment = "opus";  ///< what fills holes: concealmentWord() of opus_extras.h
    std::uint64_t invalidSamples = 0;     ///< from the microphone: no numbers, heard as silence
    std::uint64_t processorFailures = 0;  ///< 10 ms blocks that the echo or noise library refused or spoiled
    bool captureRunning = false;
    bool playoutRunning = false;
    std::string captureDevice;  ///< in use now; "" = none
    std::string playoutDevice;
    int blockFrames = 0;          ///< of one call of the loudspeaker now
    std::uint64_t xruns = 0;      ///< times a device ran dry or over
    Realtime priority = Realtime::refused;  ///< of the pump, now
};

/// The safety track (recorder.h).
struct RecordingState {
    bool wanted = false;   ///< between start and stop, as long as nothing went wrong
    bool running = false;  ///< the file is open
    std::string path;
    base::Duration length{};  ///< written
    std::optional<base::Error> problem;
};

/// Other parts than the real ones, for tests.
struct EngineParts {
    std::unique_ptr<AudioBackend> devices;  ///< for SourceKind::device; null = PortAudio
    bool ownThreads = true;                 ///< false: nothing happens but in step(), on the clock given
    std::unique_ptr<AudioBackend> bells = {};  ///< as `devices`, for the bell
};

class AudioEngine {
  public:
    /// PortAudio and own threads. Build it early in main(): it prepares the environment of the sound libraries.
    explicit AudioEngine(const base::Clock& clock);
    AudioEngine(const base::Clock& clock, EngineParts parts);
    /// Stops the pump and closes devices.
    ~AudioEngine();

    /// Opens playout (and capture only once the gate is first opened or `testMicrophone` asks). Never fails hard:
    /// a missing device leaves a clocked silence running and is reported by `deviceState`.
    void start(const EngineSettings& settings);
    void stop();
    /// Live change of devices or processing; keeps tracks and gate.
    void apply(const EngineSettings& settings);

    // Microphone. The gate is the one place that decides whether sound may leave: closed = the encoder sees zeros and,
    // within 40 ms, no packet with energy is handed out (security T32, I12). Starts closed.
    void setGate(bool open);
    bool gateOpen() const;
    /// What leaves is music in two channels; the last settings say so. Any thread.
    bool sendsMusic() const;
    /// Encoded frames; called on the pump thread, must not block (push into a queue). Once this returns the former sink
    /// is not called any more; {} takes it away. `received` of a frame is its capture time, sequence starts at 0 per
    /// engine.
    void onEncoded(std::function<void(const base::OpusFrame&)> sink);
    void setFeedback(const base::Feedback& feedback);
    void setRoundTrip(base::Duration roundTrip);  ///< of the way on which we hear: what would come too late is not asked for again

    // Tracks.
    void addTrack(TrackId track);
    void removeTrack(TrackId track);
    /// From the net thread for every received frame. Bounded: 63 frames wait per track when the pump stands still,
    /// newer ones are dropped and counted (framesDroppedIn). `received` must be set: the delay estimate rests on it.
    void insert(TrackId track, const base::OpusFrame& frame);
    void setGain(TrackId track, float gain);  ///< 0.0 .. 2.0, ramped
    /// Who speaks there (personKey): their loudness is remembered while the engine lives, and they keep their seat.
    void setPerson(TrackId track, std::uint64_t person);
    /// Packets come over this network from now on. `needed`: how long they had to be waited for when we were there last, if
    /// that is known: the wait for each voice begins with it (5 to 400 ms), and is learned anew.
    void changeNetwork(std::optional<base::Duration> needed);
    /// How long it is in this network, once a voice was heard for 20 s.
    std::optional<base::Duration> neededDelay() const;
    /// Nothing is heard, everything keeps running.
    void setDeafened(bool deafened);
    /// `missing`: sequence numbers worth a NACK now. They stay listed until they arrived or are too late, so ask for
    /// each at most once per round trip. `loss`: our estimate for this track. Any thread.
    base::Feedback feedbackFor(TrackId track) const;

    // Meters: linear peak 0..1 of the last 50 ms; any thread, wait-free.
    float microphoneLevel() const;  ///< before the gate, only while capture runs
    float noiseFloor() const;       ///< RMS while nobody speaks, before automatic gain; 0 = not known, or capture does not run
    /// Somebody speaks into the microphone, muted or not; false while capture does not run. Any thread, wait-free.
    bool microphoneSpeaking() const;
    float trackLevel(TrackId track) const;
    TrackStats trackStats(TrackId track) const;
    EngineStats stats() const;

    // Sound check.
    void testMicrophone(bool on);  ///< runs capture and meter, sends nothing
    /// Through the real chain, kept in memory, at most 60 s; opens capture as needed. Callbacks come on the pump thread.
    void recordTest(std::chrono::milliseconds length, std::function<void()> recorded);
    void playTest(std::function<void()> played);
    void playTone(std::chrono::milliseconds length);
    void stopTests();  ///< all of these end, a recording that has not begun, too; what was to be called then is not
    /// The bell, where the settings say; it is heard while everybody else is not.
    void ring();

    struct DeviceState {
        bool ok = true;
        bool fallback = false;  ///< the system's default stands in for the chosen device until that returns
        base::Error problem;    ///< sentence for people when !ok or fallback
    };
    DeviceState captureState() const;
    DeviceState playoutState() const;
    /// The person allows that a microphone they opened keeps running while muted, so that they can be told that they
    /// talk: it is not given back after 10 s. Opens none. Nothing leaves.
    void keepMicrophone(bool on);

    /// The own microphone into a new FLAC file, as it is sent: silence while muted. How it goes is in recordingState().
    /// Start and stop from any one thread, at any time; neither touches the disk.
    void startRecording(const std::string& path);
    void stopRecording();
    RecordingState recordingState() const;

    /// Only without own threads: does everything that is due at the clock's time. Call it each 5 or 10 ms of virtual
    /// time.
    void step();

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace parlour::audio
