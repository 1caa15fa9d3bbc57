// SPDX-License-Identifier: Apache-2.0
// Frames between the sound and the packets: microphone frames out of the pump into the publisher's connection, received
// frames into the mixer's tracks, losses and round trips both ways. Only OpusFrame and Feedback cross.
// Thread: net; the encoder's sink runs on the pump and only pushes into a bounded queue.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "audio/audio_engine.h"
#include "core/base/ids.h"
#include "core/base/queue.h"
#include "core/net/event_loop.h"
#include "core/room/media_link.h"
#include "core/room/session_stats.h"

namespace parlour::room {

class TrackWiring {
  public:
    TrackWiring(net::EventLoop& loop, audio::AudioEngine& audio);
    /// Takes the sink and all tracks away.
    ~TrackWiring();

    /// Frames of the microphone go to this sender while `live`; nothing leaves otherwise.
    void publish(MediaLink* link, rtc::SenderId sender);
    void unpublish();
    void setLive(bool live) { m_live = live; }

    /// A received section. Answers the track id under which it is mixed.
    std::uint32_t add(const std::string& mid, const base::TrackSid& sid);
    void remove(const std::string& mid);
    void removeAll();
    void received(const rtc::RemoteFrame& frame);
    void setGain(const base::TrackSid& sid, float gain);
    /// Who speaks there; told to the sound once.
    void setPerson(const base::TrackSid& sid, const base::Identity& who);

    /// How many people hear us; told with the next report.
    void setAudience(std::size_t people) { m_audience = static_cast<std::uint32_t>(people); }
    void reported(base::Feedback feedback) {
        feedback.audience = m_audience;
        m_audio.setFeedback(feedback);
    }
    /// Of the connection on which we hear.
    void setRoundTrip(base::Duration roundTrip) { m_audio.setRoundTrip(roundTrip); }
    /// Asks for what the jitter buffers miss; call some ten times a second.
    void requestMissing(MediaLink& subscriber);
    /// Fills the counters of the sound for this track.
    void fill(RemoteTrackStats& stats, const std::string& mid) const;
    const base::TrackSid* sidOf(const std::string& mid) const;
    /// `visit(audio track id, track sid)` for everything that is mixed.
    template <class Visit>
    void forEach(Visit visit) const {
        for (const auto& [mid, track] : m_tracks) visit(track.id.value, track.sid);
    }

  private:
    struct Track {
        audio::TrackId id;
        base::TrackSid sid;
        std::uint64_t person = 0;
        std::map<std::int64_t, base::TimePoint> asked;   // sequence -> when
    };
    void drain();

    net::EventLoop& m_loop;
    audio::AudioEngine& m_audio;
    std::shared_ptr<base::SpscQueue<base::OpusFrame>> m_frames;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
    MediaLink* m_publisher = nullptr;
    rtc::SenderId m_sender;
    bool m_live = false;
    std::uint32_t m_audience = 0;
    std::map<std::string, Track> m_tracks;   // by mid
    std::uint32_t m_nextTrack = 1;
};

}  // namespace parlour::room
