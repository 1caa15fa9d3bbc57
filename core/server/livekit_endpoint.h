// SPDX-License-Identifier: Apache-2.0
// LiveKit's signalling for stock clients and ours, protocol 17: WebSocket /rtc (two peer connections), /rtc/v1 (one, its offer
// in the request), and what clients ask when an upgrade failed: GET /rtc/validate, /rtc/v1/validate with CORS. Rosters come from live transports: who
// has none is in no list (security T2). Knows neither store nor rules; asks the house. Thread: net.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/doors/channel.h"
#include "core/base/doors/clock.h"
#include "core/base/doors/executor.h"
#include "core/net/http_server.h"
#include "core/server/builtin_engine.h"
#include "core/server/endpoint_house.h"
#include "core/server/relays.h"
#include "core/server/room_news.h"
#include "core/signal/join_request.h"

namespace parlour::server {

class LiveRoom;
class ParticipantConnection;

/// One attempt to get in, already cut out of HTTP.
struct SignalConnect {
    std::string token;
    bool resume = false;          ///< reconnect=1
    bool autoSubscribe = true;
    int protocol = 17;
    int clientProtocol = 0;
    std::optional<signal::JoinRequest> request{};   ///< /rtc/v1: one peer connection
};
/// How the attempt is answered; exactly one of the two is called.
struct SignalDoor {
    std::function<std::shared_ptr<base::Channel>()> accept;
    std::function<void(int status, std::string body)> refuse;
    /// 503 with Retry-After; where it is missing, refuse() is called.
    std::function<void(int seconds, std::string body)> later{};
};

struct EndpointStats {
    std::size_t rooms = 0;
    std::size_t participants = 0;     ///< with a transport that is up
    std::size_t connections = 0;      ///< sessions, joining and resuming ones included
    std::uint64_t malformed = 0;      ///< messages that could not be read: connection closed
    std::uint64_t limited = 0;        ///< requests over a rate limit
};

class LiveKitEndpoint {
  public:
    LiveKitEndpoint(base::Executor& net, const base::Clock& clock, BuiltinEngine& engine, EndpointHouse house);
    ~LiveKitEndpoint();

    /// For HttpServer: true when the path is one of ours (it will be answered).
    bool handleRequest(const net::HttpRequest& request, const net::Respond& respond);
    bool handleUpgrade(const net::HttpRequest& request, const net::Upgrade& upgrade);
    /// The same without HTTP.
    void connect(const SignalConnect& request, SignalDoor door);

    /// For HouseService::setEvents.
    HouseEvents houseEvents();
    /// Everybody is told to reconnect (SIGTERM); nobody is let in any more.
    void drain();
    EndpointStats stats() const;

    /// Where clients without UDP may send to (ice_tcp.h).
    void setTcpAddresses(std::vector<base::SocketAddress> addresses);
    /// Told to whoever joins or resumes from now on.
    void setRelays(Relays relays);

    // For programs with an API key (room_service.h).
    /// Called as it happens; set before the first connection.
    void setNews(std::function<void(RoomNews)> news);
    std::optional<signal::RoomInfo> roomInfo(const base::RoomId& talk) const;
    /// Whose transport is up, in all rooms of the talk.
    std::vector<signal::ParticipantInfo> participants(const base::RoomId& talk) const;
    std::optional<signal::ParticipantInfo> participant(const base::RoomId& talk, const base::Identity& who) const;
    void describe(const base::RoomId& talk, const base::Identity& who, const std::string& metadata,
                  const std::map<std::string, std::string>& attributes);
    /// To those named, by identity or sid; both empty = to everybody.
    void sendData(const base::RoomId& talk, const std::vector<base::Identity>& who, const std::vector<base::ParticipantSid>& sids,
                  bool lossy, const base::Bytes& packet);

    struct Context;

  private:
    void validate(const net::HttpRequest& request, const net::Respond& respond);
    void admitted(const SignalConnect& request, const Admission& admission, const SignalDoor& door);
    /// All rooms of a talk, the main one first; `overflow`: one of them.
    std::vector<LiveRoom*> roomsOf(const base::RoomId& talk) const;
    LiveRoom* findRoom(const base::RoomId& talk, int overflow) const;
    /// The connection of this person in whichever room of the talk, and that room.
    std::pair<LiveRoom*, std::shared_ptr<ParticipantConnection>> findPerson(const base::RoomId& talk, const base::Identity& who) const;

    std::unique_ptr<Context> m_context;
    std::map<std::pair<base::RoomId, int>, std::unique_ptr<LiveRoom>> m_rooms;   // by talk and overflow room
    std::map<base::RoomId, signal::RoomInfo> m_started;   // of which roomStarted was told
    std::function<void(RoomNews)> m_news;
    bool m_draining = false;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

}  // namespace parlour::server
