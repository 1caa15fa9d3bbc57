// SPDX-License-Identifier: Apache-2.0
// What the house broadcasts to the people of its live rooms. Plain values; net thread.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "core/base/ids.h"
#include "core/server/media_engine.h"

namespace parlour::server {

/// The visible stage state of one person changed (or the person's rights): broadcast it.
struct PersonChanged {
    base::RoomId room;
    base::Identity identity;
    std::string name;
    std::map<std::string, std::string> attributes;
    MediaRights rights;
    int overflow = 0;           ///< the overflow room of the person; another one than before: moved there, or to the main room
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
    std::string metadata;       ///< JSON: {"hands_locked":bool,"waiting_for_host":bool,"started_at":ms,…}
};

/// The live session is over, with people in it or without.
struct RoomEnded {
    base::RoomId room;
};

/// Broadcasts, on the net thread, after commit and media acknowledgement, in the same order for every room.
struct HouseEvents {
    std::function<void(const PersonChanged&)> onPerson;
    std::function<void(const PersonGone&)> onGone;
    std::function<void(const RoomChanged&)> onRoom;
    std::function<void(const RoomEnded&)> onEnded{};
};

}  // namespace parlour::server
