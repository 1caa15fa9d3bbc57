// SPDX-License-Identifier: Apache-2.0
// Puts the parts together: who runs on which thread. The work itself is in engine_core and device_supervisor.
#include "audio/audio_engine.h"

#include "audio/device_news.h"
#include "audio/device_supervisor.h"
#include "audio/engine_core.h"
#include "audio/file_backend.h"
#include "audio/opus_extras.h"
#include "audio/pacer.h"
#include "audio/portaudio_backend.h"
#include "audio/recorder.h"
#include "audio/ringer.h"

namespace parlour::audio {
namespace {

constexpr base::Duration kSupervisorPeriod{50'000};
constexpr base::Duration kMicrophoneLinger{10'000'000};  // closed gate: the device is given back after that

/// Echo and noise only exist where there is air between loudspeaker and microphone.
CaptureSettings fitting(const EngineSettings& settings) {
    return settings.devices.capture.kind == SourceKind::device ? settings.capture : unprocessed(settings.capture);
}

}  // namespace

struct AudioEngine::Impl {
    const base::Clock& clock;
    const bool ownThreads;
    const bool realDevices;
    DeviceCallback callback;
    Recorder recorder;
    EngineCore core;
    std::unique_ptr<AudioBackend> devices;
    std::unique_ptr<AudioBackend> bells;
    FileBackend files;
    DeviceSupervisor supervisor;
    Ringer ringer;
    EngineSettings settings;
    bool started = false;
    std::atomic<bool> testing{false};
    std::atomic<bool> everOpened{false};
    std::atomic<bool> keepOpen{false};
    std::atomic<bool> captureIsDevice{true};
    std::atomic<bool> music{false};
    std::atomic<Realtime> priority{Realtime::refused};  // of the pump
    base::TimePoint lastNeeded{};  // supervisor's thread
    bool own = false;              // supervisor's thread: open because the person opened it, and never let go since
    bool captureWanted = false;    // supervisor's thread
    bool captureRan = false;       // supervisor's thread
    bool toldOpened = false;       // supervisor's thread
    std::optional<OpusExtras> extras;  // supervisor's thread; the pump reads it
    std::unique_ptr<Pacer> pump;
    std::unique_ptr<Pacer> watcher;
    std::unique_ptr<DeviceNews> news;  // made when a device is first wanted

    Impl(const base::Clock& c, EngineParts parts)
        : clock(c),
          ownThreads(parts.ownThreads),
          realDevices(!parts.devices && parts.ownThreads),
          callback(&c),
          recorder(c, parts.ownThreads),
          core(callback, &recorder),
          devices(parts.devices ? std::move(parts.devices) : makePortAudioBackend()),
          bells(parts.bells ? std::move(parts.bells) : makePortAudioBackend()),
          files(c, parts.ownThreads),
          supervisor(c, *devices, files, callback),
          ringer(c, *bells) {}

    /// The microphone is asked for only while the person needs it (R7: never open one unasked).
    void superviseOnce() {
        const auto now = clock.now();
        const bool needed = core.gateOpen() || testing || core.recording();
        if (needed) lastNeeded = now;
        // What was given back is opened by the person alone: to keep is not to open (T32).
        const bool lingers = keepOpen || now - lastNeeded < kMicrophoneLinger;
        if (core.gateOpen())
            own = true;
        else if (!needed && !lingers)
            own = false;
        const bool keep = everOpened && (!captureIsDevice || (own && lingers));
        const bool wanted = needed || keep;
        if (everOpened && !toldOpened) {
            toldOpened = true;
            files.microphoneOpened();
        }
        supervisor.wantCapture(wanted);
        supervisor.pass();
        // After the device is closed, so that no block of it comes behind; also when it was pulled.
        const bool runs = supervisor.report().captureRunning;
        if ((captureWanted && !wanted) || (captureRan && !runs)) core.captureStopped();
        captureWanted = wanted;
        captureRan = runs;
        core.setDeviceLatency(devices->latency());
        const auto places = supervisor.places();
        if (ringer.pass(places.ring, places.room)) core.ring();
        if (ownThreads && !extras) core.useExtras(extras.emplace(findOpusExtras()));  // not on virtual time: it measures
    }
    void listenToNews() {
        const bool wanted = settings.devices.capture.kind == SourceKind::device || settings.devices.playout.kind == SourceKind::device;
        if (!realDevices || !wanted || news) return;
        news = makeDeviceNews([this] { supervisor.devicesChanged(); });
        if (news)
            supervisor.knowBy([this](const Endpoint& endpoint, bool capture) { return news->present(endpoint.name, capture); });
    }
    void nudge() {
        core.collect();
        if (watcher) watcher->wake();
    }
};

AudioEngine::AudioEngine(const base::Clock& clock) : AudioEngine(clock, EngineParts{}) {}
AudioEngine::AudioEngine(const base::Clock& clock, EngineParts parts)
    : m_impl(std::make_unique<Impl>(clock, std::move(parts))) {}
AudioEngine::~AudioEngine() { stop(); }

void AudioEngine::start(const EngineSettings& settings) {
    auto& e = *m_impl;
    apply(settings);
    if (e.started) return;
    e.started = true;
    e.supervisor.wantPlayout(true);
    if (!e.ownThreads) return;
    e.pump = std::make_unique<Pacer>(e.clock, "audio-pump", base::ThreadPriority::realtime,
                                     [&e] { return e.core.pass(e.clock.now()); }, &e.priority);
    e.watcher = std::make_unique<Pacer>(e.clock, "audio-devices", base::ThreadPriority::normal, kSupervisorPeriod,
                                        [&e] { e.superviseOnce(); });
}

void AudioEngine::stop() {
    auto& e = *m_impl;
    if (!e.started) return;
    e.started = false;
    e.watcher.reset();
    e.own = e.captureWanted = e.captureRan = false;
    e.core.captureStopped();
    e.supervisor.knowBy({});
    e.news.reset();
    e.supervisor.wantPlayout(false);
    e.supervisor.closeAll();
    e.ringer.close();
    e.pump.reset();
}

void AudioEngine::apply(const EngineSettings& settings) {
    auto& e = *m_impl;
    e.settings = settings;
    e.captureIsDevice = settings.devices.capture.kind == SourceKind::device;
    e.core.setBlockFrames(settings.devices.playoutBlock());
    auto capture = fitting(settings);
    capture.delay = settings.devices.delay;
    e.core.apply(capture);
    e.core.apply(settings.listening);
    auto devices = settings.devices;
    devices.stereoCapture = settings.capture.music;
    e.supervisor.want(devices);
    e.music = settings.capture.music;
    e.listenToNews();
    e.nudge();
}

void AudioEngine::setGate(bool open) {
    if (open) m_impl->everOpened = true;
    m_impl->core.setGate(open);
    if (m_impl->pump) m_impl->pump->wake();  // what was captured before this is not sent, and nothing of what comes after is lost
    m_impl->nudge();
}
bool AudioEngine::sendsMusic() const { return m_impl->music; }
bool AudioEngine::gateOpen() const { return m_impl->core.gateOpen(); }
void AudioEngine::onEncoded(std::function<void(const base::OpusFrame&)> sink) {
    m_impl->core.onEncoded(std::move(sink));
}
void AudioEngine::setFeedback(const base::Feedback& feedback) { m_impl->core.setFeedback(feedback); }
void AudioEngine::setRoundTrip(base::Duration roundTrip) { m_impl->core.setRoundTrip(roundTrip); }

void AudioEngine::addTrack(TrackId track) { m_impl->core.addTrack(track); }
void AudioEngine::removeTrack(TrackId track) { m_impl->core.removeTrack(track); }
void AudioEngine::insert(TrackId track, const base::OpusFrame& frame) { m_impl->core.insert(track, frame); }
void AudioEngine::setGain(TrackId track, float gain) { m_impl->core.setGain(track, gain); }
void AudioEngine::setPerson(TrackId track, std::uint64_t person) { m_impl->core.setPerson(track, person); }
void AudioEngine::setDeafened(bool deafened) { m_impl->core.setDeafened(deafened); }
void AudioEngine::changeNetwork(std::optional<base::Duration> needed) { m_impl->core.changeNetwork(needed); }
std::optional<base::Duration> AudioEngine::neededDelay() const { return m_impl->core.neededDelay(); }
base::Feedback AudioEngine::feedbackFor(TrackId track) const { return m_impl->core.feedbackFor(track); }

float AudioEngine::microphoneLevel() const { return m_impl->core.microphoneLevel(); }
float AudioEngine::trackLevel(TrackId track) const { return m_impl->core.trackLevel(track); }
TrackStats AudioEngine::trackStats(TrackId track) const { return m_impl->core.trackStats(track); }

EngineStats AudioEngine::stats() const {
    const auto report = m_impl->supervisor.report();
    EngineStats s;
    s.captureOverruns = m_impl->callback.overruns();
    s.playoutUnderruns = m_impl->callback.underruns();
    s.deviceRestarts = report.restarts;
    s.framesEncoded = m_impl->core.framesEncoded();
    s.framesDroppedIn = m_impl->core.framesDroppedIn();
    const auto plan = m_impl->core.sendPlan();
    s.sendFrameMs = plan.frameMs;
    s.sendBitRate = plan.bitRate;
    s.sendRedundancy = plan.redundancy;
    s.sendExpectedLoss = plan.expectedLoss;
    s.concealment = m_impl->core.concealment();
    s.invalidSamples = m_impl->core.invalidSamples();
    s.processorFailures = m_impl->core.processorFailures();
    s.captureRunning = report.captureRunning;
    s.playoutRunning = report.playoutRunning;
    s.captureDevice = report.captureDevice;
    s.playoutDevice = report.playoutDevice;
    s.blockFrames = report.blockFrames;
    s.xruns = report.xruns;
    s.priority = m_impl->priority.load(std::memory_order_relaxed);
    return s;
}

void AudioEngine::testMicrophone(bool on) {
    m_impl->testing = on;
    m_impl->nudge();
}
void AudioEngine::recordTest(std::chrono::milliseconds length, std::function<void()> recorded) {
    m_impl->core.record(length, std::move(recorded));
    m_impl->nudge();
}
void AudioEngine::playTest(std::function<void()> played) { m_impl->core.play(std::move(played)); }
void AudioEngine::stopTests() {
    testMicrophone(false);
    m_impl->core.stopTests();
    m_impl->nudge();
}
void AudioEngine::playTone(std::chrono::milliseconds length) { m_impl->core.tone(length); }

void AudioEngine::ring() {
    m_impl->ringer.ring();
    m_impl->nudge();
}

float AudioEngine::noiseFloor() const { return m_impl->core.noiseFloor(); }
bool AudioEngine::microphoneSpeaking() const { return m_impl->core.microphoneSpeaking(); }
void AudioEngine::keepMicrophone(bool on) {
    m_impl->keepOpen = on;
    m_impl->nudge();
}

void AudioEngine::startRecording(const std::string& path) { m_impl->recorder.start(path); }
void AudioEngine::stopRecording() { m_impl->recorder.stop(); }
RecordingState AudioEngine::recordingState() const { return m_impl->recorder.state(); }

AudioEngine::DeviceState AudioEngine::captureState() const { return m_impl->supervisor.report().capture; }
AudioEngine::DeviceState AudioEngine::playoutState() const { return m_impl->supervisor.report().playout; }

void AudioEngine::step() {
    auto& e = *m_impl;
    if (e.ownThreads || !e.started) return;
    e.superviseOnce();
    e.core.pass(e.clock.now());
    e.files.tick();
    e.core.pass(e.clock.now());
    e.recorder.step();
}

}  // namespace parlour::audio
