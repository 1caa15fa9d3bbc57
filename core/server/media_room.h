// SPDX-License-Identifier: Apache-2.0
// One live room on the media thread: the rights the house gave, the sessions that run under them, who speaks, and the data
// packets between them. Rights are the only way in: an identity without an entry gets no transport (T1).
// Thread: media.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/house/rate_limit.h"
#include "core/server/media_session.h"
#include "core/server/room_reactions.h"
#include "core/sfu/speaker_ranker.h"

namespace parlour::server {

struct DataStats {
    std::uint64_t forwarded = 0;
    std::uint64_t refused = 0;     ///< no right, malformed, too big, too many
};

class MediaRoom {
  public:
    // Data packets of one participant: chat 5 per 5 s, others 50 per second and bursts of 100.
    static constexpr double kChatBurst = 5, kChatPerSecond = 1;
    static constexpr double kDataBurst = 100, kDataPerSecond = 50;
    // Of all of them together, bytes times those who get them: sound goes before.
    static constexpr double kRelayBurst = 16e6, kRelayPerSecond = 8e6;

    MediaRoom(MediaContext& context, base::RoomId id) : m_context(context), m_id(std::move(id)) {}
    /// Closes the sessions one after the other: each tells those that remain.
    ~MediaRoom();
    MediaRoom(const MediaRoom&) = delete;
    MediaRoom& operator=(const MediaRoom&) = delete;

    const base::RoomId& id() const { return m_id; }

    // House.
    void setRights(const base::Identity& who, const MediaRights& rights);
    void mute(const base::Identity& who);
    /// Ends the sessions and forgets the rights.
    void remove(const base::Identity& who);
    void end();
    void relay(const base::Identity& except, const std::vector<base::Bytes>& packets);

    // Net. nullptr when nobody gave this identity rights.
    MediaSession* open(const SessionOpen& open);
    void close(SessionId session);
    MediaSession* find(SessionId session);
    bool idle() const { return m_sessions.empty() && m_rights.empty(); }

    // Sessions of this room.
    void trackStarted(MediaSession& owner, const base::TrackSid& track, sfu::Publisher& publisher);
    void trackStopped(MediaSession& owner, const base::TrackSid& track);
    /// Nothing of this person can be heard any more: out of the ranking at once.
    void silenced(const MediaSession& speaker) { m_ranker.remove(speaker.id().value); }
    void trackHeard(const base::TrackSid& track);
    /// Reliable packets that the session's channel could not take when they came (not open yet, or full while the client was away),
    /// in order, as far as they go in now and are younger than kKept.
    void payOwed(MediaSession& to);
    void relayData(MediaSession& from, rtc::DataLabel label, base::ByteView bytes);
    void offerAllTracks(MediaSession& listener);

    // Worker.
    void observe(const MediaSession& speaker, base::LevelDbov level, base::ByteView payload) {
        m_ranker.observe(speaker.id().value, level, payload);
    }
    /// nullopt: nothing to tell.
    std::optional<std::vector<SpeakerLevel>> tickSpeakers();
    void checkAnswers();
    /// payOwed() to everybody.
    void payOwed();
    /// What is new of the reactions, and to newcomers what there was.
    void tellReactions();
    std::vector<SessionQuality> qualities();
    std::size_t sessions() const { return m_sessions.size(); }

    DataStats data;

    static constexpr base::Duration kKept = std::chrono::seconds(20);   // reliable packets, for those who still connect or come back
    static constexpr std::size_t kKeptBytes = 256 * 1024;

  private:
    struct Kept {
        base::TimePoint at;
        base::Bytes bytes;
    };
    /// To one session, after all that it is owed already.
    void deliver(MediaSession& to, base::ByteView bytes);
    void keep(Kept packet);
    bool readHere(MediaSession& from, const signal::DataPacket& packet);
    void closeSession(SessionId session, std::optional<SessionEnd> why);

    MediaContext& m_context;
    base::RoomId m_id;
    std::map<base::Identity, MediaRights> m_rights;
    std::map<SessionId, std::unique_ptr<MediaSession>> m_sessions;
    sfu::SpeakerRanker m_ranker;
    bool m_spoke = false;
    std::deque<Kept> m_kept;
    std::size_t m_keptBytes = 0;
    std::uint64_t m_firstKept = 1;   // number of the oldest of m_kept; the others follow
    house::RateLimit m_relayBudget{kRelayBurst, kRelayPerSecond};
    RoomReactions m_reactions;
};

}  // namespace parlour::server
