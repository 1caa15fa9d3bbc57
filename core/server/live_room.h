// SPDX-License-Identifier: Apache-2.0
// One live room as clients see it: its people, who speaks, what is broadcast to whom. Thread: net.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/server/builtin_engine.h"
#include "core/server/endpoint_house.h"
#include "core/signal/signal_response.h"

namespace parlour::server {

class ParticipantConnection;

/// What rooms and connections need of the outside. Net thread.
struct EndpointContext {
    base::Executor& net;
    const base::Clock& clock;
    BuiltinEngine& engine;
    EndpointHouse house;
    std::uint64_t malformed = 0;
    std::uint64_t limited = 0;
    std::function<void(const base::RoomId&)> roomEmpty;
};

class LiveRoom {
  public:
    LiveRoom(EndpointContext& context, const Admission& first);
    ~LiveRoom();

    const base::RoomId& id() const { return m_info.name; }
    signal::RoomInfo info() const;
    std::shared_ptr<ParticipantConnection> find(const base::Identity& who) const;
    std::shared_ptr<ParticipantConnection> find(SessionId session) const;
    const std::map<base::Identity, std::shared_ptr<ParticipantConnection>>& people() const { return m_people; }
    /// Everybody whose transport is up, but for one.
    std::vector<signal::ParticipantInfo> roster(const ParticipantConnection* except) const;

    void add(std::shared_ptr<ParticipantConnection> person);
    /// Takes the connection out; tells the others if they knew it.
    void take(ParticipantConnection& person, signal::DisconnectReason reason);

    // Broadcasts.
    /// The person's info changed. At once in a small room and for who comes on stage (urgent). In a large one everybody gets
    /// at most four updates a second, whatever happens: news of the stage at once if the last ones are 250 ms old.
    void changed(ParticipantConnection& person, bool urgent = false);
    void update(const RoomChanged& change);
    void speakers(const std::vector<SpeakerLevel>& levels);
    void quality(const std::vector<SessionQuality>& list);
    void drain();

  private:
    void flush();
    /// Large room: now, or as soon as the last update is old enough.
    void flushSoon(bool atOnce);
    void send(const signal::SignalResponse& message);
    void countChanged();

    EndpointContext& m_context;
    signal::RoomInfo m_info;
    std::map<base::Identity, std::shared_ptr<ParticipantConnection>> m_people;
    std::map<SessionId, ParticipantConnection*> m_bySession;
    std::set<base::Identity> m_dirty;
    std::vector<signal::ParticipantInfo> m_departed;   // not told yet
    base::TimePoint m_flushed = base::TimePoint::min();
    base::Timer m_flushTimer;
    base::Timer m_countTimer;
    bool m_countPending = false;
    bool m_flushArmed = false;
    struct Speaking {
        float level = 0;
        int ticks = 0;      // of 400 ms without a pause
        bool told = false;  // the house knows
    };
    std::map<base::ParticipantSid, Speaking> m_speaking;
};

}  // namespace parlour::server
