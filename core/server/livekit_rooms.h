// SPDX-License-Identifier: Apache-2.0
// The live rooms of a house as they have to be on a LiveKit server: whom the house lets in, with which rights and attributes.
// Every change goes out at once by the RoomService; what got lost on the way (a call, a webhook, the LiveKit server itself)
// is found by comparing what LiveKit lists with what has to be. An identity that the house does not let in is removed
// whenever it appears, whatever token it came with. Thread: net.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/doors/clock.h"
#include "core/base/doors/executor.h"
#include "core/server/endpoint_house.h"
#include "core/server/house_events.h"
#include "core/server/livekit_types.h"
#include "core/server/room_service_client.h"

namespace parlour::server {

struct LiveKitPace {
    base::Duration list = std::chrono::seconds(10);          ///< who is in a room: after missed webhooks
    base::Duration listEach = std::chrono::milliseconds(5);  ///< and so much more for each person: 5000 are looked at every 35 s
    base::Duration listMuted = std::chrono::seconds(1);      ///< while somebody was muted: there is no webhook for unmuting
    base::Duration beat = std::chrono::seconds(1);           ///< is LiveKit there, and does it still have our rooms?
    base::Duration beatAway = std::chrono::milliseconds(100);///< people's clients come back at once; their room has to be there
    base::Duration heal = std::chrono::milliseconds(500);    ///< after a call that failed
    base::Duration probe = std::chrono::milliseconds(500);   ///< a lost room is asked so often whether it lives,
    int probes = 4;                                          ///< so many times; once only where LiveKit had been gone itself
    base::Duration move = std::chrono::seconds(20);          ///< people of a forgotten room are asked over for so long, then it ends
    base::Duration renew = std::chrono::milliseconds(500);   ///< the house is asked again for another name of such a room,
    base::Duration renewMost = std::chrono::seconds(4);      ///< each time twice as late, at most so late
};

struct LiveKitRoomsStats {
    std::size_t rooms = 0;
    std::size_t people = 0;              ///< in LiveKit's rooms now
    std::uint64_t removedAgain = 0;      ///< came back without being let in
    std::uint64_t healed = 0;            ///< differences found by looking
    std::uint64_t remade = 0;            ///< rooms that LiveKit had lost
    std::uint64_t moved = 0;             ///< rooms that LiveKit had forgotten while they went on
    bool reachable = true;
};

class LiveKitRooms : public std::enable_shared_from_this<LiveKitRooms> {
  public:
    using Done = MediaEngine::Acknowledge;

    LiveKitRooms(base::Executor& net, const base::Clock& clock, RoomServiceClient& service, LiveKitPace pace = LiveKitPace());
    ~LiveKitRooms();
    /// Whom to tell of people who come and go.
    void attach(EndpointHouse house) { m_house = std::move(house); }
    /// LiveKit has forgotten a room that goes on (its redis came back empty): no order reaches its people any more. Answered by renew();
    /// until then it is asked again and again, as the house may be unable to write a name down, and orders for the room are answered
    /// unavailable "media_moving" and carried out in the new one.
    std::function<void(const base::RoomId& room, const std::string& name)> onForgotten;
    /// The session goes on in a room of another name, into which its people are asked.
    void renew(const base::RoomId& room, const std::string& old, const std::string& name);

    // Orders of the house, in its order. `name`: LiveKit's name of the live session; `fresh`: nobody was in it before now.
    void setRights(const base::RoomId& room, const std::string& name, bool fresh, const base::Identity& who, const MediaRights& rights, Done done);
    void mute(const base::RoomId& room, const base::Identity& who, Done done);
    void remove(const base::RoomId& room, const base::Identity& who, Done done);
    /// User data goes out under its own topic, and a newer one in the place of one that waits; everything else as it is, inside
    /// signal::kTopicRelayed.
    void relay(const base::RoomId& room, const std::vector<base::Bytes>& packets);
    /// `name`: also when this process has never heard of the room. Tried until LiveKit has done it.
    void endRoom(const base::RoomId& room, const std::string& name, Done done);

    // News of the house.
    void tell(const PersonChanged& change);
    void tell(const RoomChanged& change);
    /// The person gets a token with these attributes, and may be in the room from now on. LiveKit's name of the room.
    std::optional<std::string> expect(const Admission& admission);

    /// A webhook.
    void handle(const LiveKitEvent& event);

    LiveKitRoomsStats stats() const;

  private:
    struct Person {
        MediaRights rights;
        std::optional<std::map<std::string, std::string>> attributes;   ///< not told yet: LiveKit's stay as they are
        std::string name;
        bool expected = false;                        ///< has a token, or may have one from before this process began
        std::map<std::string, base::TimePoint> here;  ///< LiveKit's sids of the person, and since when we know
        bool pushQueued = false;
        bool muteWhenMet = false;                     ///< muted while the room waited for its name: in the new one they come unmuted
        std::vector<Done> waiting;                    ///< for the push that is queued
        bool muted() const;
    };
    struct Room {
        base::RoomId id;
        std::string name;
        bool complete = false;      ///< all whom the house lets in are known: others are strangers
        bool made = false;
        bool making = false;
        base::TimePoint madeAt{};
        std::vector<Done> whenMade;
        std::string metadata;       ///< as it has to be
        bool metadataQueued = false;
        std::map<std::string, base::Bytes> newest{};   ///< user data by topic, as long as it waits for its turn
        std::map<base::Identity, Person> people;
        bool listing = false;
        base::Timer listTimer{};
        int probes = 0;             ///< left; while LiveKit knows nothing of the room and nobody knows yet whether it lives
        base::Timer probeTimer{};
        bool nameless = false;      ///< it lives, forgotten, and waits for another name
        base::Duration renewIn{};
        base::Timer renewTimer{};
        bool unlisted() const { return probes > 0 || nameless; }   ///< what LiveKit lists says nothing of its people
    };
    /// A room that LiveKit has forgotten, and whose people are asked over into the new one of `id`.
    struct Forgotten {
        base::RoomId id;
        std::optional<base::TimePoint> until{};   ///< once the new one is there
    };

    Room* find(const base::RoomId& id, const std::string& name);
    Room* byName(const std::string& name);
    void call(const Room& room, const char* method, RoomServiceGrant grant, std::function<std::optional<std::string>()> body,
              std::function<void(base::Result<std::string>)> answer);
    void make(Room& room, Done done);
    void push(Room& room, const base::Identity& who, Done done);
    void pushMetadata(Room& room);
    void destroy(const std::string& name, Done done);
    /// Before destroy(): LiveKit deletes only what it knows.
    void makeKnown(const std::string& name);
    void watch();
    void expel(Room& room, const base::Identity& who, Done done);
    void muteTracks(Room& room, const base::Identity& who, const std::string& getParticipantAnswer, Done done);
    void sendData(Room& room, const std::string& topic, base::ByteView payload, const std::vector<base::Identity>& to);
    void sendNewest(Room& room, const std::string& topic, base::Bytes payload);
    void forget(Room& room, const base::Identity& who);
    void meet(Room& room, const LiveKitPerson& person, bool listed);
    void part(Room& room, const base::Identity& who, const std::string& sid);
    void empty(Room& room);
    void list(Room& room);
    void listed(Room& room, const std::vector<LiveKitPerson>& people, base::TimePoint asked);
    void listIn(Room& room, base::Duration delay);
    void beat();
    void roomsListed(const std::vector<LiveKitRoomInfo>& rooms, base::TimePoint asked);
    void reached(bool answers);
    void probe(Room& room);
    void askName(Room& room);
    void remake(Room& room);
    void askOver(base::TimePoint now);

    base::Executor& m_net;
    const base::Clock& m_clock;
    RoomServiceClient& m_service;
    const LiveKitPace m_pace;
    EndpointHouse m_house;
    std::map<base::RoomId, Room> m_rooms;
    std::set<std::string> m_ended;   ///< their people must not go on among themselves
    std::map<std::string, Forgotten> m_forgotten;
    LiveKitRoomsStats m_stats;
    base::Timer m_beatTimer;
    bool m_beating = false;
    bool m_gone = false;             ///< when it last did not answer nobody was there at all
};

}  // namespace parlour::server
