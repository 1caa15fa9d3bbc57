// SPDX-License-Identifier: Apache-2.0
// What a LiveKit server tells and is told, as values: people of a room and webhook events read from protojson (camelCase or
// snake_case, numbers as strings), permissions written. Pure.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/server/media_engine.h"

namespace parlour::server {

struct LiveKitTrack {
    std::string sid;
    bool audio = true;
    bool muted = false;
};

struct LiveKitPerson {
    base::Identity identity;
    std::string sid;
    std::string name;
    std::string state;   ///< "JOINING", "JOINED", "ACTIVE", "DISCONNECTED"
    bool canPublish = false;
    bool canSubscribe = false;
    bool canPublishData = false;
    bool canUpdateMetadata = false;
    std::map<std::string, std::string> attributes;
    std::vector<LiveKitTrack> tracks;
};

struct LiveKitRoomInfo {
    std::string name;
    std::string metadata;
};

/// One webhook.
struct LiveKitEvent {
    std::string id;
    std::string kind;              ///< "participant_joined", …
    std::int64_t createdAt = 0;    ///< seconds since the epoch
    std::string room;              ///< LiveKit's name of it; may be empty
    std::optional<LiveKitPerson> person;
    bool doubtful = false;         ///< from before this process began: it may have been taken then, so it is only a reason to look
};

std::optional<LiveKitPerson> readPerson(const nlohmann::json& json);
std::vector<LiveKitPerson> readPeople(const std::string& listParticipantsAnswer);
std::vector<LiveKitRoomInfo> readRooms(const std::string& listRoomsAnswer);
std::optional<LiveKitEvent> readEvent(std::string_view body);

/// Every field each time: an absent one is a right taken away. Microphones only; attributes and data are the house's alone.
nlohmann::json permissionOf(const MediaRights& rights);
/// What the rights say is in force.
bool fits(const LiveKitPerson& person, const MediaRights& rights);

}  // namespace parlour::server
