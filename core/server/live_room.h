// SPDX-License-Identifier: Apache-2.0
// One live room as clients see it: its people, who speaks, what is broadcast to whom. A talk that overflows has several, all
// over one media room: who is on stage or asks to be is in the roster of each, other listeners only in that of their own.
// Thread: net.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/server/builtin_engine.h"
#include "core/server/endpoint_house.h"
#include "core/server/news_pace.h"
#include "core/server/relays.h"
#include "core/server/room_news.h"
#include "core/signal/signal_response.h"

namespace parlour::server {

class LiveRoom;
class ParticipantConnection;

/// What rooms and connections need of the outside. Net thread.
struct EndpointContext {
    base::Executor& net;
    const base::Clock& clock;
    BuiltinEngine& engine;
    EndpointHouse house;
    std::uint64_t malformed = 0;
    std::uint64_t limited = 0;
    std::function<void(const LiveRoom&)> roomEmpty;
    std::function<std::vector<LiveRoom*>(const LiveRoom&)> sisters;   ///< the other rooms of the talk
    std::function<void(RoomNews)> news{};
    std::vector<base::SocketAddress> tcpAddresses{};   ///< offered to clients whose path by UDP does not come up
    Relays relays{};
};

/// How soon the others are told.
enum class Haste {
    crowd,     ///< with the next news
    stage,     ///< at once, if this second has news left
    arrival,   ///< at once in any case: stock clients drop the sound of somebody whom they have not been told of
};

class LiveRoom {
  public:
    LiveRoom(EndpointContext& context, const Admission& first);
    /// Another room of the same talk.
    LiveRoom(const LiveRoom& sister, int overflow);
    ~LiveRoom();

    const base::RoomId& id() const { return m_info.name; }   ///< of the talk
    int overflow() const { return m_overflow; }              ///< 0 = the main room
    signal::RoomInfo info() const;
    std::shared_ptr<ParticipantConnection> find(const base::Identity& who) const;
    std::shared_ptr<ParticipantConnection> find(SessionId session) const;
    const std::map<base::Identity, std::shared_ptr<ParticipantConnection>>& people() const { return m_people; }
    /// Everybody whose transport is up, but for one.
    std::vector<signal::ParticipantInfo> roster(const ParticipantConnection* except) const;
    /// The same, encoded; to be read before anything else happens.
    std::vector<base::ByteView> encodedRoster(const ParticipantConnection* except) const;
    /// Somebody of the talk publishes it.
    bool hasTrack(const base::TrackSid& track) const;

    void add(std::shared_ptr<ParticipantConnection> person);
    /// Takes the connection out; tells the others if they knew it.
    void take(ParticipantConnection& person, signal::DisconnectReason reason);
    /// Signalling, transports and sound go on: only the roster changes.
    void moveTo(LiveRoom& other, ParticipantConnection& person);

    // Broadcasts.
    /// The person's info changed. She herself is told at once, the others as news_pace.h has it; who is on stage is `stage`.
    void changed(ParticipantConnection& person, Haste haste = Haste::crowd);
    /// The others are still to be told news of this person.
    bool owesNewsOf(const ParticipantConnection& person) const;
    void update(const RoomChanged& change);
    void speakers(const std::vector<SpeakerLevel>& levels);
    void quality(const std::vector<SessionQuality>& list);
    void drain();

  private:
    std::vector<const ParticipantConnection*> others(const ParticipantConnection* except) const;
    /// Out of every list; nullptr when this connection is none of ours (any more).
    std::shared_ptr<ParticipantConnection> detach(ParticipantConnection& person);
    /// Tells what has gathered, now or as soon as the pace allows it. True: now.
    bool tell(Haste haste, const base::Identity& who);
    void flush(const base::Identity& by);
    void send(const signal::SignalResponse& message);
    void sendEncoded(base::ByteView bytes);
    void depart(signal::ParticipantInfo gone, Haste haste);
    /// Somebody of a sister's is seen here too.
    void show(const signal::ParticipantInfo& guest, Haste haste);
    void showAbroad(const ParticipantConnection& person, Haste haste);
    void countChanged();
    std::string metadata() const;

    EndpointContext& m_context;
    const int m_overflow;
    std::string m_title;
    std::string m_metadata;      // as the house gave it
    signal::RoomInfo m_info;
    std::set<base::Identity> m_abroad;   // of our people: those whom the sisters' people see
    std::map<base::Identity, std::shared_ptr<ParticipantConnection>> m_people;
    std::map<SessionId, ParticipantConnection*> m_bySession;
    // What the people here are not told yet.
    std::set<base::Identity> m_dirty;
    std::vector<signal::ParticipantInfo> m_departed;
    std::map<base::Identity, signal::ParticipantInfo> m_shown;   // of the sisters
    NewsPace m_pace;
    base::TimePoint m_flushAt = base::kNever;
    base::Timer m_flushTimer;
    base::Timer m_countTimer;
    bool m_countPending = false;
    struct Speaking {
        float level = 0;
        int ticks = 0;      // of 400 ms without a pause
        bool told = false;  // the house knows
    };
    std::map<base::ParticipantSid, Speaking> m_speaking;
    std::vector<signal::QualityInfo> m_quality;   // of those who publish, as told last
    std::uint32_t m_qualityVersion = 0;
};

}  // namespace parlour::server
