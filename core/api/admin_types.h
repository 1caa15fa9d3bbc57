// SPDX-License-Identifier: Apache-2.0
// What the administrator of a house asks for and gets: over the admin socket, or from the embedding program. Plain values.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/ids.h"

namespace parlour::api {

// Admin socket only (and the embedded server): RoomWish -> RoomMade; {} -> AdminRoomList.
struct RoomWish {
    std::string title;  ///< 1 to 256 bytes
    bool forMembers = false;  ///< every member of the house may come and listen
};
struct RoomLinks {
    std::string moderator;  ///< one use
    std::string speaker;
    std::string listener;
};
struct RoomMade {
    base::RoomId room;
    RoomLinks links;
};
struct AdminRoom {
    base::RoomId room;
    std::string title;
    bool live = false;
    int present = 0;
    int onStage = 0;
    int members = 0;
    std::int64_t createdMs = 0;
};

}  // namespace parlour::api
