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

#include "core/api/stage.h"
#include "core/base/doors/clock.h"
#include "core/base/doors/executor.h"
#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/server/media_engine.h"

namespace parlour::house {
class Store;
}

namespace parlour::server {

/// Asked by livekit_endpoint for every WebSocket that wants in.
struct AdmitRequest {
    std::string token;          ///< JWT as given; join or refresh token
    bool resume = false;        ///< reconnect=1
};

/// Leave to join, with what the join response needs.
struct Admission {
    base::RoomId room;
    std::string roomTitle;
    base::Identity identity;
    std::string name;
    std::map<std::string, std::string> attributes;  ///< parlour.*
    MediaRights rights;
    std::string refreshToken;
};

/// The visible stage state of one person changed (or the person's rights): broadcast it.
struct PersonChanged {
    base::RoomId room;
    base::Identity identity;
    std::string name;
    std::map<std::string, std::string> attributes;
    MediaRights rights;
    bool softMuted = false;     ///< tell the client to mute (MuteTrackRequest)
    bool askedToUnmute = false; ///< send the prompt
};
enum class Departure { removed, banned, roomEnded, duplicateIdentity };
struct PersonGone {
    base::RoomId room;
    base::Identity identity;
    Departure why;
};
struct RoomChanged {
    base::RoomId room;
    std::string title;
    std::string metadata;       ///< JSON: {"hands_locked":bool,"waiting_for_host":bool,"started_at":ms}
};

/// Broadcasts, on the net thread, after commit and media acknowledgement.
struct HouseEvents {
    std::function<void(const PersonChanged&)> onPerson;
    std::function<void(const PersonGone&)> onGone;
    std::function<void(const RoomChanged&)> onRoom;
};

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
};

class HouseService {
  public:
    template <class T>
    using Answer = std::function<void(base::Result<T>)>;

    HouseService(base::Executor& net, base::Executor& house, const base::Clock& clock, house::Store& store,
                 MediaEngine& media);
    ~HouseService();

    void setEvents(HouseEvents events);

    // For livekit_endpoint.
    void admit(const AdmitRequest& request, Answer<Admission> answer);
    /// Token check without spending it (the validate probes).
    void validate(const std::string& token, Answer<void> answer);
    /// The transport is up / gone for good; seat and hand are kept for 60 s of grace by the house.
    void connected(const base::RoomId& room, const base::Identity& who);
    void disconnected(const base::RoomId& room, const base::Identity& who);
    /// A client wrote parlour.want.
    void want(const base::RoomId& room, const base::Identity& who, const std::string& value);
    /// Fresh refresh token for a present participant (every 5 minutes).
    void refreshToken(const base::RoomId& room, const base::Identity& who, Answer<std::string> answer);

    // For http_api.
    void stage(const StageRequest& request, Answer<std::uint64_t> answer);  ///< answers the new version
    // Rooms, invitations, redeeming and the admin commands are declared in house_service_api.h's part below by their owner.

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace parlour::server
