// SPDX-License-Identifier: Apache-2.0
// The one door of the net thread to the house: posts to the house thread, commits, moves the media engine, then answers
// and broadcasts, in this order. http_api and livekit_endpoint both speak to it; neither knows the store or the rules.
// Thread: called on the net thread; answers and events come back on the net thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/api/house_types.h"
#include "core/api/stage.h"
#include "core/base/doors/clock.h"
#include "core/base/doors/executor.h"
#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/server/chat_collector.h"
#include "core/server/house_events.h"
#include "core/server/media_engine.h"

namespace parlour::house {
class Store;
struct Policy;
}  // namespace parlour::house

namespace parlour::server {

/// Asked by livekit_endpoint for every WebSocket that wants in.
struct AdmitRequest {
    std::string token;          ///< JWT as given; join or refresh token
    bool resume = false;        ///< reconnect=1
};

/// Leave to join, with what the join response needs.
struct Admission {
    base::RoomId room;
    base::RoomSid roomSid;      ///< of this live session
    std::string roomTitle;
    std::string roomMetadata;   ///< as RoomChanged::metadata
    base::Identity identity;
    std::string name;
    std::map<std::string, std::string> attributes;  ///< parlour.*
    MediaRights rights;
    std::string refreshToken;
    int overflow = 0;           ///< the overflow room (house/overflow.h); 0 = the main room
};

/// A stage command of an identity already known by its transport.
struct StageRequest {
    base::RoomId room;
    base::Identity actor;
    api::StageVerb verb;
    base::Identity target;
    std::string note;
    std::optional<int> minutes;
    bool on = true;
    bool closeLink = false;
    std::optional<std::uint64_t> ifVersion;  ///< compare-and-set against the room's version
    std::optional<int> place{};
    std::optional<int> seconds{};
    base::InvitationId link{};
    std::optional<int> sinceMinutes{};
};

/// A chat message of somebody in the room, as it came over the data channel.
struct ChatPost {
    base::RoomId room;
    base::Identity author;
    base::ParticipantSid sid;
    ChatText text;
};

/// Who asks through the API: a bearer session, or the administrator (admin socket, embedding program).
struct Caller {
    std::string session;
    bool admin = false;
};

/// A request of the topics' table (house_routes.h): members, guests, calendar, moderation, chat.
struct ApiRequest {
    std::string method;                        ///< GET or POST
    std::string path;                          ///< decoded, from the first '/'
    std::map<std::string, std::string> query;
    std::string body;
    Caller caller;
};
struct ApiReply {
    std::string body;
    std::string type = "application/json";
    std::map<std::string, std::string> headers{};  ///< beyond those that every answer has
};

/// How the house is reached; known once the listener is bound. Links, grants and challenges are made from it.
struct HouseAddress {
    std::string linkBase;               ///< "https://host[:port]" or "http://127.0.0.1:port"
    std::string wsUrl;                  ///< "wss://host[:port]"
    std::vector<std::string> origins;   ///< every origin under which people may dial; linkBase is one of them
    std::string pin;                    ///< SPKI hash for `p=` of links; empty = no pin
    std::string houseName;
    bool assumed = false;               ///< nothing listens yet: an address remembered from before is better
};

class HouseService {
  public:
    template <class T>
    using Answer = std::function<void(base::Result<T>)>;

    HouseService(base::Executor& net, base::Executor& house, const base::Clock& clock, house::Store& store,
                 MediaEngine& media);
    HouseService(base::Executor& net, base::Executor& house, const base::Clock& clock, house::Store& store,
                 MediaEngine& media, const house::Policy& policy);
    ~HouseService();

    void setEvents(HouseEvents events);
    void setAddress(HouseAddress address);
    /// Reads the store, takes up live sessions where they were (everybody present before has 60 s to return). Answers the
    /// number of rooms. Calls made earlier wait for it.
    void open(Answer<std::size_t> answer);
    /// Gives the engine the rights of everybody in a live session, and the listeners every person and room, as they are now: for
    /// an engine that ran on while this process did not. After open().
    void retell();

    // For livekit_endpoint.
    /// Refusals: untrusted (bad or spent token: HTTP 401), refused (removed, banned: 403), notFound (room: 404; resume of
    /// somebody unknown: code "resume_unknown"), exhausted (room full: 503).
    void admit(const AdmitRequest& request, Answer<Admission> answer);
    /// Token check without spending it (the validate probes).
    void validate(const std::string& token, Answer<void> answer);
    /// A transport of this identity is up / gone; every connected() has one disconnected(), also when a newer transport took
    /// over (the house counts). Seat and hand are kept for 60 s of grace by the house.
    void connected(const base::RoomId& room, const base::Identity& who);
    void disconnected(const base::RoomId& room, const base::Identity& who);
    /// A client wrote parlour.want: "hand", "hand:NOTE", "stage" (accept the offer), "" (lower). Consumed here; the endpoint
    /// reflects the value to its writer alone and clears it 500 ms later or more. Refusals come through `answer`, if given.
    void want(const base::RoomId& room, const base::Identity& who, const std::string& value,
              Answer<std::uint64_t> answer = {});
    /// The person opened the microphone by an own act: clears parlour.muted_by.
    void unmuted(const base::RoomId& room, const base::Identity& who);
    /// Has been speaking for 5 s: a raised hand lowers itself.
    void spoke(const base::RoomId& room, const base::Identity& who);
    /// Fresh refresh token for a present participant (every 5 minutes).
    void refreshToken(const base::RoomId& room, const base::Identity& who, Answer<std::string> answer);
    /// Kept, then passed on to everybody else; answers the number in the room's history. Refusals: "not_in_room", "bad_chat",
    /// "chat_too_fast", "slow_mode", and those of the store.
    void chat(const ChatPost& post, Answer<std::uint64_t> answer);
    static base::Error chatTooFast();
    /// The moderator's rules for a command from the signalling connection.
    void stage(const StageRequest& request, Answer<std::uint64_t> answer);  ///< answers the new version

    // For http_api: the requests of core/api/house_types.h.
    void challenge(const api::ChallengeRequest& request, Answer<api::Challenge> answer);
    void preview(const api::PreviewRequest& request, Answer<api::Preview> answer);
    void redeem(const api::RedeemRequest& request, Answer<api::Redeemed> answer);
    void login(const api::LoginRequest& request, Answer<api::LoginAnswer> answer);
    void rooms(const Caller& caller, Answer<api::RoomList> answer);
    void token(const Caller& caller, const base::RoomId& room, const api::TokenRequest& request, Answer<api::JoinGrant> answer);
    void command(const Caller& caller, const base::RoomId& room, const api::StageCommand& command,
                 Answer<api::StageAnswer> answer);
    void hands(const Caller& caller, const base::RoomId& room, Answer<api::Hands> answer);
    void leave(const Caller& caller, const base::RoomId& room, Answer<api::Nothing> answer);
    void createInvitation(const Caller& caller, const base::RoomId& room, const api::InvitationWish& wish,
                          Answer<api::InvitationMade> answer);
    /// An empty room means all rooms; administrator only.
    void invitations(const Caller& caller, const base::RoomId& room, Answer<api::InvitationList> answer);
    void revokeInvitation(const Caller& caller, const base::RoomId& room, const base::InvitationId& id,
                          api::RevokeScope scope, Answer<api::Nothing> answer);

    /// Everything of the topics' table. notFound "no_such_path" where it has no line; "bad_method" where it has another one.
    void request(const ApiRequest& request, Answer<ApiReply> answer);
    /// The table has this path for some method. Any thread.
    bool hasPath(std::string_view path) const;

    // Administrator only.
    void createRoom(const api::RoomWish& wish, Answer<api::RoomMade> answer);
    void listRooms(Answer<std::vector<api::AdminRoom>> answer);
    /// The room, its live session and its links are over for good.
    void endRoom(const base::RoomId& room, Answer<api::Nothing> answer);
    /// A commit of nothing: for /readyz.
    void probe(Answer<void> answer);

    struct Impl;

  private:
    friend class ApiKeyHouse;  // the same house thread, for programs (api_key_house.h)
    std::shared_ptr<Impl> m_impl;
};

}  // namespace parlour::server
