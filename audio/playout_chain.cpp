// SPDX-License-Identifier: Apache-2.0
#include "audio/playout_chain.h"

#include <algorithm>

namespace parlour::audio {

bool PlayoutChain::add(std::shared_ptr<Track> track) {
    if (m_tracks.size() == kMostTracks) return false;
    track->view.meter.clear();
    track->view.stats.publish({});
    track->view.feedback.publish({});
    if (m_needed) track->buffer.startFrom(*m_needed);
    m_tracks.push_back(std::move(track));
    return true;
}

std::shared_ptr<Track> PlayoutChain::remove(TrackId id) {
    const auto it = std::find_if(m_tracks.begin(), m_tracks.end(), [id](const auto& t) { return t->id == id; });
    if (it == m_tracks.end()) return nullptr;
    auto track = std::move(*it);
    m_tracks.erase(it);
    return track;
}

void PlayoutChain::setGain(TrackId id, float gain) {
    for (auto& t : m_tracks)
        if (t->id == id) t->gain.set(gain);
}

void PlayoutChain::takePackets() {
    for (auto& t : m_tracks)
        while (t->inbox.pop(m_frame)) t->buffer.insert(m_frame);
}

void PlayoutChain::mix(std::span<float> out, SoundCheck& check, base::TimePoint now) {
    std::fill(out.begin(), out.end(), 0.0f);
    std::array<float, base::kBlockSamples> sound{};
    for (auto& t : m_tracks) {
        t->buffer.pull(sound, now);
        if (const auto needed = t->buffer.learnedTarget()) m_needed = needed;
        t->view.meter.add(sound);
        t->gain.addTo(out, sound);
        t->view.stats.publish(t->buffer.stats());
        t->view.feedback.publish(t->buffer.missing(now, m_roundTrip));
    }
    m_master.apply(out);
    check.addTo(out);  // a person who deafened the room still hears the own test
    m_limiter.process(out);
}

}  // namespace parlour::audio
