// SPDX-License-Identifier: Apache-2.0
#include "audio/engine_core.h"

#include <algorithm>
#include <cmath>
#include <thread>

#include "audio/pump_pace.h"
#include "audio/sound_length.h"

namespace parlour::audio {
namespace {

constexpr std::size_t kCommands = 255;
constexpr std::size_t kBlock = base::kBlockSamples;
constexpr int kReferenceAfterCapture = 50;  // blocks, half a second of those that a canceller gets

template <class... F>
struct Visitor : F... {
    using F::operator()...;
};
template <class... F>
Visitor(F...) -> Visitor<F...>;

}  // namespace

EngineCore::EngineCore(DeviceCallback& device, Recorder* recorder)
    : m_device(device),
      m_recorder(recorder),
      m_commands(kCommands),
      m_garbage(kCommands),
      m_views(std::make_unique<std::array<TrackView, PlayoutChain::kMostTracks>>()),
      m_capture([this](const base::OpusFrame& frame) { emit(frame); },
                [this](std::span<const float> block) { m_check.captured(block); }),
      m_check([this](std::shared_ptr<Recording> gone) { m_removedLater.push_back(std::move(gone)); }) {
    m_removedLater.reserve(PlayoutChain::kMostTracks + kCommands);
    if (m_recorder)
        m_capture.onGated([this](std::span<const float> block) {
            m_recorder->add(block, m_device.captureRing.size(), m_now);
        });
}
EngineCore::~EngineCore() = default;

void EngineCore::collect() {
    std::shared_ptr<void> gone;
    while (m_garbage.pop(gone)) gone.reset();
    while (!m_overflow.empty() && m_commands.push(std::move(m_overflow.front()))) m_overflow.erase(m_overflow.begin());
}

void EngineCore::post(Command command) {
    collect();
    if (!m_overflow.empty() || m_commands.sizeApprox() + 8 > kCommands)
        m_overflow.push_back(std::move(command));
    else
        m_commands.push(std::move(command));
}

void EngineCore::apply(const CaptureSettings& settings) {
    Apply command{settings, nullptr};
    if (needsProcessor(settings) && !settings.music && !m_processorMade) {
        command.made = std::make_unique<AudioProcessor>();
        m_processorMade = true;
    }
    post(std::move(command));
}
void EngineCore::setFeedback(const base::Feedback& feedback) { post(SetFeedback{feedback}); }
void EngineCore::setDeafened(bool deafened) { post(SetDeafened{deafened}); }
void EngineCore::setPerson(TrackId id, std::uint64_t person) { post(SetPerson{id, person}); }
void EngineCore::apply(const ListeningSettings& settings) { post(Listen{settings}); }
void EngineCore::changeNetwork(std::optional<base::Duration> needed) { post(ChangeNetwork{needed, ++m_network}); }
std::optional<base::Duration> EngineCore::neededDelay() const {
    const auto needed = m_needed.load(std::memory_order_relaxed);
    const auto micros = static_cast<std::uint32_t>(needed);
    if (needed >> 32 != m_network || micros == 0) return std::nullopt;  // the pump still speaks of another one
    return base::Duration(micros);
}
void EngineCore::play(std::function<void()> played) { post(Play{std::move(played)}); }
void EngineCore::tone(std::chrono::milliseconds length) {
    post(Tone{static_cast<std::size_t>(std::clamp<std::int64_t>(length.count(), 0, 60'000)) * 48});
}

void EngineCore::record(std::chrono::milliseconds length, std::function<void()> recorded) {
    auto recording = std::make_shared<Recording>();
    recording->samples.reserve(static_cast<std::size_t>(std::clamp<std::int64_t>(length.count(), 10, 60'000)) * 48);
    const auto number = m_recordingAsked.load(std::memory_order_relaxed) + 1;
    recording->done = [this, number, recorded = std::move(recorded)] {
        m_recordingEnded.store(number, std::memory_order_relaxed);
        if (recorded) recorded();
    };
    m_recordingAsked.store(number, std::memory_order_relaxed);
    post(Record{std::move(recording)});
}

void EngineCore::stopTests() { post(StopTests{m_recordingAsked.load(std::memory_order_relaxed)}); }
void EngineCore::setRoundTrip(base::Duration roundTrip) { post(SetRoundTrip{roundTrip}); }

void EngineCore::setGate(bool open) {
    const auto was = m_gate.load(std::memory_order_relaxed);
    if (((was & 1u) != 0) == open) return;
    m_gate.store(((was & ~1u) + 2u) | (open ? 1u : 0u), std::memory_order_release);
}

void EngineCore::onEncoded(Sink sink) {
    auto next = sink ? std::make_unique<Sink>(std::move(sink)) : nullptr;
    m_sink.store(next.get());
    while (m_inSink.load()) std::this_thread::yield();  // at most one short call
    m_sinkOwner = std::move(next);
    // Another room, perhaps another continent: what the reports of the last one said holds no longer.
    if (m_sinkOwner) post(NewUplink{});
}

void EngineCore::emit(const base::OpusFrame& frame) {
    // Looked at again at the last moment: the person may have closed the gate while this frame was being encoded.
    const auto gate = m_gate.load(std::memory_order_acquire);
    if (gate != m_seenGate && (gate & 1u) == 0 && frame.level.value != 127) return;
    m_inSink.store(true);
    if (auto* sink = m_sink.load()) (*sink)(frame);
    m_inSink.store(false);
}

void EngineCore::addTrack(TrackId id) {
    if (m_known.count(id)) return;
    for (auto& view : *m_views) {
        if (view.key.load(std::memory_order_relaxed) != 0) continue;
        auto track = std::make_shared<Track>(id, view);
        m_known[id] = {track, &view};
        view.key.store(std::uint64_t{id.value} + 1, std::memory_order_release);
        post(AddTrack{std::move(track)});
        return;
    }
}

void EngineCore::removeTrack(TrackId id) {
    const auto it = m_known.find(id);
    if (it == m_known.end()) return;
    it->second.view->key.store(0, std::memory_order_release);
    m_known.erase(it);
    post(RemoveTrack{id});
}

void EngineCore::insert(TrackId id, const base::OpusFrame& frame) {
    const auto it = m_known.find(id);
    if (it == m_known.end() || !it->second.track->inbox.push(frame))
        m_framesDroppedIn.fetch_add(1, std::memory_order_relaxed);
}

void EngineCore::setGain(TrackId id, float gain) { post(SetGain{id, gain}); }

const TrackView* EngineCore::find(TrackId id) const {
    for (const auto& view : *m_views)
        if (view.key.load(std::memory_order_acquire) == std::uint64_t{id.value} + 1) return &view;
    return nullptr;
}
float EngineCore::trackLevel(TrackId id) const {
    const auto* view = find(id);
    return view ? view->meter.level() : 0.0f;
}
TrackStats EngineCore::trackStats(TrackId id) const {
    const auto* view = find(id);
    return view ? view->stats.read() : TrackStats{};
}
base::Feedback EngineCore::feedbackFor(TrackId id) const {
    const auto* view = find(id);
    return view ? view->feedback.read() : base::Feedback{};
}

std::string EngineCore::concealment() const {
    const auto* extras = m_extras.load(std::memory_order_acquire);
    return concealmentWord(extras ? *extras : OpusExtras{}, m_complexity.load(std::memory_order_relaxed));
}

void EngineCore::execute(Command& command) {
    std::visit(Visitor{
                   [](std::monostate) {},
                   [this](AddTrack& c) { m_playout.add(std::move(c.track)); },
                   [this](RemoveTrack& c) {
                       if (auto track = m_playout.remove(c.id)) m_removedLater.push_back(std::move(track));
                   },
                   [this](SetGain& c) { m_playout.setGain(c.id, c.gain); },
                   [this](SetDeafened& c) { m_playout.setDeafened(c.deafened); },
                   [this](Apply& c) {
                       m_low = c.settings.delay == DelayMode::low;
                       m_capture.apply(c.settings, std::move(c.made));
                   },
                   [this](SetFeedback& c) { m_capture.setFeedback(c.feedback); },
                   [this](SetRoundTrip& c) { m_playout.setRoundTrip(c.roundTrip); },
                   [this](NewUplink&) { m_capture.forgetUplink(); },
                   [this](StopTests& c) {
                       m_check.stop();
                       m_recordingEnded.store(c.recording, std::memory_order_relaxed);
                   },
                   [this](Record& c) { m_check.record(std::move(c.recording)); },
                   [this](Play& c) { m_check.play(std::move(c.played)); },
                   [this](Tone& c) { m_check.tone(c.samples); },
                   [this](SetPerson& c) { m_playout.setPerson(c.id, c.person); },
                   [this](Listen& c) { m_playout.apply(c.settings); },
                   [this](ChangeNetwork& c) {
                       m_playout.changeNetwork(c.needed);
                       m_capture.forgetUplink();
                       m_heardNetwork = c.number;
                   },
               },
               command);
}

base::TimePoint EngineCore::pass(base::TimePoint now) {
    const auto captured = m_device.lastCaptured(), wanted = m_device.lastWanted();  // later ones may be missed below
    Command command;
    while (m_commands.pop(command)) execute(command);
    while (!m_removedLater.empty() && m_garbage.push(m_removedLater.back())) m_removedLater.pop_back();
    if (const auto* extras = m_extras.load(std::memory_order_acquire); extras != nullptr && !m_extrasInUse) {
        m_playout.useExtras(*extras);
        m_extrasInUse = true;
    }
    m_playout.takePackets();
    m_now = now;
    passCapture(now);
    if (m_recorder) m_recorder->pass(now);
    passPlayout(now);
    return nextPass(now, captured, wanted, m_low);
}

void EngineCore::passCapture(base::TimePoint now) {
    const auto gate = m_gate.load(std::memory_order_acquire);
    if (gate != m_seenGate) {
        // Sound from before the person opened the microphone is not theirs to send.
        if (const auto waiting = m_device.captureRing.size(); (gate & 1u) != 0) {
            m_device.captureSideRing.discard(waiting);
            m_device.captureRing.discard(waiting);
        }
        m_capture.setGate((gate & 1u) != 0, gate);
        m_seenGate = gate;
    }
    const bool stopped = m_captureStopped.exchange(false, std::memory_order_acquire);
    m_capture.setTapped(m_check.recording());
    std::array<float, kBlock> whole{};
    std::array<float, kBlock> wholeSide{};
    for (std::size_t waiting; (waiting = m_device.captureRing.size()) >= m_capture.block();) {
        const auto block = std::span(whole).first(m_capture.block());
        const auto side = std::span(wholeSide).first(block.size());
        m_device.captureSideRing.read(side);  // written before the middle, freed before it
        m_device.captureRing.read(block);
        // What was handed in at the last mix leaves the ring after `m_playAhead` samples, goes through both devices, and
        // its echo has waited here since then.
        const auto between = m_playAhead + static_cast<std::int64_t>(waiting);
        const auto echoDelay = base::Duration(m_deviceLatency.load(std::memory_order_relaxed)) + soundLength(between);
        m_capture.process(block, side, now, echoDelay);
        m_referenceFor = kReferenceAfterCapture;
    }
    if (stopped) m_capture.silenceMeter();  // after its last blocks
    if (m_capture.plan() != m_toldPlan) m_sendPlan.publish(m_toldPlan = m_capture.plan());
    m_invalidSamples.store(m_capture.invalidSamples(), std::memory_order_relaxed);
    m_processorFailures.store(m_capture.processorFailures(), std::memory_order_relaxed);
    m_framesEncoded.store(m_capture.framesEncoded(), std::memory_order_relaxed);
}

/// `block` has been put into the ring behind `before` samples. The canceller takes 10 ms at a time: halves are joined.
void EngineCore::showPlayed(std::span<const float> block, std::size_t before) {
    auto ahead = static_cast<std::int64_t>(before);
    if (block.size() == kBlock || !m_capture.comparesEcho()) {
        m_half = 0;
    } else {
        std::copy(block.begin(), block.end(), m_reference.begin() + static_cast<std::ptrdiff_t>(m_half));
        if (m_half == 0) {
            m_half = block.size();
            return;
        }
        ahead -= static_cast<std::int64_t>(m_half);  // the first half leaves before the second
        m_half = 0;
        block = m_reference;
    }
    m_playAhead = ahead;
    --m_referenceFor;
    m_capture.played(block);
}

void EngineCore::passPlayout(base::TimePoint now) {
    if (m_bellWanted.exchange(false, std::memory_order_acquire)) m_check.ring();
    // A device that could not keep up has longer blocks by now (device_supervisor).
    const auto asked = std::min<std::size_t>(m_device.block(), 4800);
    const auto block = static_cast<std::size_t>(m_blockFrames.load(std::memory_order_relaxed));
    const auto takes = asked > 0 ? asked : block;  // nothing yet
    const auto ready = m_refill.wanted(now, {m_device.playoutRing.size(), asked, block, m_device.underruns()}, m_low);
    JitterBuffer::Turn turn;
    turn.looked = now;  // takePackets(): whatever is made in this pass is made of what had come by now
    turn.ahead = soundLength(m_device.playoutRing.size());
    std::array<float, kBlock> wholes[4];
    std::size_t made = 0;  // since packets were looked for
    while (m_device.playoutRing.size() < ready) {
        const auto piece = takes <= kBlock / 2 ? kBlock / 2 : kBlock;
        turn.period = std::max(piece, (takes + piece - 1) / piece * piece);
        const auto left = std::span(wholes[0]).first(piece), right = std::span(wholes[1]).first(piece);
        const auto middle = std::span(wholes[2]).first(piece), side = std::span(wholes[3]).first(piece);
        // Sound written now is heard after what is in the ring already.
        const auto before = m_device.playoutRing.size();
        turn.heard = now + soundLength(before);
        // (The device goes on taking meanwhile.)
        m_lookAhead.add(before - std::min({before, made, turn.period - piece}));
        turn.lead = soundLength(m_lookAhead.lead());
        made += piece;
        m_playout.mix(left, right, m_device.stereo(), m_check, turn);
        for (std::size_t i = 0; i < piece; ++i) {  // one channel: what the echo canceller and a mono device get
            middle[i] = 0.5f * (left[i] + right[i]);
            side[i] = 0.5f * (left[i] - right[i]);
        }
        m_device.sideRing.write(side);
        if (m_device.playoutRing.write(middle) < piece) break;
        if (m_referenceFor > 0)
            showPlayed(middle, before);
        else
            m_half = 0;
    }
    m_refill.left(m_device.playoutRing.size());
    m_complexity.store(m_playout.complexity(), std::memory_order_relaxed);
    const auto needed = static_cast<std::uint64_t>(m_playout.neededDelay().value_or(base::Duration(0)).count());
    m_needed.store(std::uint64_t{m_heardNetwork} << 32 | needed, std::memory_order_relaxed);
}

}  // namespace parlour::audio
