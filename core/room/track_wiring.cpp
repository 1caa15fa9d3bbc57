// SPDX-License-Identifier: Apache-2.0
#include "core/room/track_wiring.h"

#include <utility>

namespace parlour::room {
namespace {

constexpr std::size_t kFrameQueue = 64;   // 1.3 s at 20 ms; older ones are worth nothing
constexpr base::Duration kAskAgain = std::chrono::milliseconds(60);

}  // namespace

TrackWiring::TrackWiring(net::EventLoop& loop, audio::AudioEngine& audio)
    : m_loop(loop), m_audio(audio), m_frames(std::make_shared<base::SpscQueue<base::OpusFrame>>(kFrameQueue)) {
    m_audio.onEncoded([this, &loop = m_loop, frames = m_frames, alive = m_alive](const base::OpusFrame& frame) {
        if (!frames->push(frame)) return;
        loop.post([this, alive] {
            if (*alive) drain();
        });
    });
}

TrackWiring::~TrackWiring() {
    m_audio.onEncoded({});
    *m_alive = false;
    removeAll();
}

void TrackWiring::publish(MediaLink* link, rtc::SenderId sender) {
    m_publisher = link;
    m_sender = sender;
}

void TrackWiring::unpublish() { m_publisher = nullptr; }

void TrackWiring::drain() {
    base::OpusFrame frame;
    bool sent = false;
    while (m_frames->pop(frame)) {
        if (m_publisher == nullptr || !m_live) continue;
        m_publisher->connection().sendFrame(m_sender, frame, m_publisher->now());
        sent = true;
    }
    if (sent) m_publisher->flush();
}

std::uint32_t TrackWiring::add(const std::string& mid, const base::TrackSid& sid) {
    remove(mid);
    const audio::TrackId id{m_nextTrack++};
    m_tracks[mid] = Track{id, sid, 0, {}};
    m_audio.addTrack(id);
    return id.value;
}

void TrackWiring::remove(const std::string& mid) {
    const auto found = m_tracks.find(mid);
    if (found == m_tracks.end()) return;
    m_audio.removeTrack(found->second.id);
    m_tracks.erase(found);
}

void TrackWiring::removeAll() {
    for (const auto& [mid, track] : m_tracks) m_audio.removeTrack(track.id);
    m_tracks.clear();
}

void TrackWiring::received(const rtc::RemoteFrame& frame) {
    if (const auto found = m_tracks.find(frame.mid); found != m_tracks.end()) m_audio.insert(found->second.id, frame.frame);
}

void TrackWiring::setGain(const base::TrackSid& sid, float gain) {
    for (const auto& [mid, track] : m_tracks)
        if (track.sid == sid) m_audio.setGain(track.id, gain);
}

void TrackWiring::setPerson(const base::TrackSid& sid, const base::Identity& who) {
    const auto person = audio::personKey(who.str());
    for (auto& [mid, track] : m_tracks)
        if (track.sid == sid && std::exchange(track.person, person) != person) m_audio.setPerson(track.id, person);
}

void TrackWiring::requestMissing(MediaLink& subscriber) {
    const auto now = subscriber.now();
    for (auto& [mid, track] : m_tracks) {
        const auto feedback = m_audio.feedbackFor(track.id);
        std::vector<std::int64_t> wanted;
        for (std::size_t i = 0; i < feedback.missingCount; ++i) {
            const auto sequence = feedback.missing[i];
            const auto asked = track.asked.find(sequence);
            if (asked != track.asked.end() && now - asked->second < kAskAgain) continue;
            track.asked[sequence] = now;
            wanted.push_back(sequence);
        }
        while (track.asked.size() > 64) track.asked.erase(track.asked.begin());
        if (wanted.empty()) continue;
        subscriber.connection().requestRetransmission(mid, wanted, now);
        subscriber.flush();
    }
}

void TrackWiring::fill(RemoteTrackStats& stats, const std::string& mid) const {
    const auto found = m_tracks.find(mid);
    if (found == m_tracks.end()) return;
    const auto s = m_audio.trackStats(found->second.id);
    stats.totalSamplesReceived = s.totalSamplesReceived;
    stats.concealedSamples = s.concealedSamples;
    stats.silentConcealedSamples = s.silentConcealedSamples;
    stats.concealmentEvents = s.concealmentEvents;
    stats.insertedSamplesForDeceleration = s.insertedSamplesForDeceleration;
    stats.removedSamplesForAcceleration = s.removedSamplesForAcceleration;
    stats.interruptionCount = s.interruptionCount;
    stats.totalInterruptionDuration = s.totalInterruptionDuration;
    stats.packetsDiscarded = s.packetsDiscarded;
    stats.packetsLate = s.packetsLate;
    stats.fecPacketsReceived = s.fecPacketsReceived;
    stats.jitterBufferDelay = s.jitterBufferDelay;
    stats.jitterBufferTargetDelay = s.jitterBufferTargetDelay;
    stats.jitterBufferMinimumDelay = s.jitterBufferMinimumDelay;
    stats.jitterBufferEmittedCount = s.jitterBufferEmittedCount;
}

const base::TrackSid* TrackWiring::sidOf(const std::string& mid) const {
    const auto found = m_tracks.find(mid);
    return found == m_tracks.end() ? nullptr : &found->second.sid;
}

}  // namespace parlour::room
