// SPDX-License-Identifier: Apache-2.0
// One participant on the media thread: a connection on which the client publishes (it offers) and one on which it hears
// (we offer), or a single one for both on which the client offers; the tracks it may send and the lines it receives. Everything reaches it through its MediaRoom.
// Inputs: net (descriptions, candidates, tracks, wishes), house (rights, by MediaRoom), network (by MediaWorker).
// Thread: media.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/fifo.h"
#include "core/server/media_engine.h"
#include "core/server/media_peers.h"
#include "core/server/media_types.h"
#include "core/sfu/forwarder.h"

namespace parlour::server {

class MediaRoom;

/// What all sessions of a worker share.
struct MediaContext {
    sfu::SendBatch& batch;
    sfu::Forwarder& forwarder;
    PeerTable& peers;
    std::shared_ptr<const rtc::Certificate> certificate;
    std::vector<base::SocketAddress> advertised;
    std::function<std::string()> randomName;                    ///< for CNAMEs
    std::function<void(SessionId, SessionEvent)> emit;
    base::TimePoint now{};                                      ///< of the turn in progress
    std::set<MediaSession*> toNegotiate;                        ///< at the end of the turn
};

class MediaSession {
  public:
    static constexpr std::size_t kMaxTracks = 4;
    static constexpr base::Duration kAnswerTime = std::chrono::seconds(15);
    static constexpr int kMaxAsked = 3;     ///< times a client is asked for lines in a row

    MediaSession(MediaContext& context, MediaRoom& room, SessionOpen open, MediaRights rights);
    ~MediaSession();
    MediaSession(const MediaSession&) = delete;
    MediaSession& operator=(const MediaSession&) = delete;

    SessionId id() const { return m_open.id; }
    const base::Identity& identity() const { return m_open.identity; }
    const base::ParticipantSid& sid() const { return m_open.sid; }
    const MediaRights& rights() const { return m_rights; }

    // From net.
    void acceptOffer(const std::string& sdp, std::uint32_t offerId);
    void acceptAnswer(const std::string& sdp, std::uint32_t offerId);
    void addCandidate(signal::SignalTarget target, const std::string& candidateInit);
    void openTrack(const TrackOpen& track);
    void closeTrack(const base::TrackSid& track);
    /// The person's own act; undoes a soft mute, never a hold.
    void muteTrack(const base::TrackSid& track, bool muted);
    void subscribe(const std::vector<base::TrackSid>& tracks, bool wanted);
    void setDisabled(const std::vector<base::TrackSid>& tracks, bool disabled);
    void resume();
    /// True when it was queued.
    bool sendData(rtc::DataLabel label, base::ByteView bytes);

    // From the room.
    void setRights(const MediaRights& rights);
    void muteAll();
    /// Another's track may be heard (if wanted and allowed), or is over.
    void trackStarted(MediaSession& owner, const base::TrackSid& track, sfu::Publisher& publisher);
    void trackStopped(const base::TrackSid& track);
    void offerTracksTo(MediaSession& listener);
    bool owns(const base::TrackSid& track) const { return m_tracks.count(track) != 0; }
    void noteHeard(const base::TrackSid& track);
    MediaRoom& room() const { return m_room; }

    // From the worker.
    void handlePeerEvent(Peer& peer, rtc::PeerEvent& event);
    void negotiateNow();
    /// Once a second. False: our offer stays unanswered.
    bool checkAnswer() const;
    SessionQuality quality();
    void drain(Peer& peer);
    void close();
    std::uint32_t lastDataSequence = 0;      ///< of reliable packets (resume)
    double dataTokens = 0;                   ///< rate limits, kept by MediaRoom
    double chatTokens = 0;
    ChatCollector chat;
    base::Fifo<std::uint64_t> owed;          ///< kept by MediaRoom: numbers of reliable packets that did not go into the channel
    std::uint64_t reactionsTold = 0;         ///< how many of the room this participant knows of
    base::TimePoint dataTime{};

  private:
    struct Track {
        std::string cid;
        std::string mid;
        bool ownMute = false;
        bool announcedMute = false;
        bool heard = false;
        sfu::Publisher* publisher = nullptr;  // once its section is negotiated
    };
    struct Line {
        rtc::SenderId sender;
        sfu::Subscriber* subscriber = nullptr;
        bool ready = false;
    };
    bool wants(const base::TrackSid& track) const;
    bool effectivelyMuted(const Track& track) const { return track.ownMute || m_rights.forcedMute; }
    void applyGate(const base::TrackSid& sid, Track& track);
    void dropRemoved(const std::vector<rtc::RemoteTrackAdded>& added);
    void matchTracks(const std::vector<rtc::RemoteTrackAdded>& added);
    void dropTrack(const base::TrackSid& track, bool revoked);
    void dropLine(const base::TrackSid& track);
    void requestNegotiation();
    void refreshLines();
    std::unique_ptr<Peer> makePeer(signal::SignalTarget target);
    /// The connection on which this participant is heard; made when it is first wanted, as most people in a room only listen.
    Peer& publishing();
    /// The connection on which this participant hears.
    Peer& hearing() const { return m_subscriber ? *m_subscriber : *m_publisher; }
    std::map<std::string, std::string> midToTrack() const;
    void askForSections();

    MediaContext& m_context;
    MediaRoom& m_room;
    SessionOpen m_open;
    MediaRights m_rights;
    std::unique_ptr<Peer> m_publisher;       // nullptr until publishing()
    std::unique_ptr<Peer> m_subscriber;      // nullptr on a single connection
    std::size_t m_receiving = 0;             // single: lines of the last offer on which the client would hear
    int m_asked = 0;                         // single: in a row, without the lines having come
    std::map<base::TrackSid, Track> m_tracks;
    std::map<base::TrackSid, Line> m_lines;
    std::set<base::TrackSid> m_exceptions;   // wishes that differ from autoSubscribe
    std::set<base::TrackSid> m_disabled;
    std::uint32_t m_offerId = 0;
    base::TimePoint m_offerTime = base::kNever;
    bool m_negotiate = false;                // something changed while an offer was out
    std::vector<rtc::RemoteTrackAdded> m_added;  // collected while an offer is accepted
    std::vector<std::string> m_removed;          // mids
    bool m_closed = false;
};

}  // namespace parlour::server
