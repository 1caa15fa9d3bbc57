// SPDX-License-Identifier: Apache-2.0
// What moderators set and look up beside the stage's commands: settings of a room, bans, the line in front of the door.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"

namespace parlour::api {

// GET /api/v1/rooms/ROOM/settings (bearer, moderators) -> RoomSettings
struct RoomSettings {
    std::string preset;      ///< "open", "interview", "panel", "quiet"
    std::string hands;       ///< "off", "members", "invited", "everyone"
    int slotSeconds = 0;     ///< of whoever is invited to the stage; 0 = no limit
    int turnSeconds = 0;     ///< of whoever "next" calls up; 0 = slotSeconds
    bool slotIsSign = false; ///< at the end only a sign
    bool waitingRoom = false;
    bool stageOnly = false;
    int joinsPerMinute = 0;  ///< 0 = no limit
    int cap = 0;             ///< 0 = the house's
    int overflow = 0;        ///< so many in line open an overflow room; 0 = never
    std::uint64_t version = 0;      ///< of the whole room: hands and seats count, too
    std::int64_t changedMs = 0;     ///< when the settings were changed last; 0 = not within a day
    std::string changedByName;
};
// POST /api/v1/rooms/ROOM/settings (bearer, moderators) : RoomSettingsWish -> RoomSettings. First the template, then the rest.
struct RoomSettingsWish {
    std::string preset;  ///< empty = as it is
    std::optional<std::string> hands;
    std::optional<int> slotSeconds, turnSeconds;
    std::optional<bool> slotIsSign, waitingRoom, stageOnly;
    std::optional<int> joinsPerMinute, cap, overflow;
    std::optional<std::uint64_t> ifVersion;
};

// POST /api/v1/rooms/ROOM/line (bearer) : {} -> Line. Keeps the place in line; to be asked again after `retryAfterSeconds`.
struct Line {
    std::string state;   ///< "inside": a token leads into the room; "waiting"
    int place = 0;       ///< in line, 1 = next; 0 = inside
    int waiting = 0;     ///< people in line
    int inside = 0;      ///< people in the room
    bool moderated = false;     ///< a moderator lets people in
    std::string awaits;         ///< "guest": it starts when the guest is ready
    int retryAfterSeconds = 0;
    int overflow = 0;           ///< inside: the overflow room one is let into, 0 = the main room
};

// GET /api/v1/rooms/ROOM/waiting (bearer, moderators) -> WaitingList, the longest first
struct WaitingPerson {
    base::Identity identity;
    std::string name;
    std::int64_t pictureMs = 0;   ///< as Profile::pictureMs
};
struct WaitingList { std::vector<WaitingPerson> waiting; };

// GET /api/v1/rooms/ROOM/load (bearer, moderators) -> RoomLoad. What is coming, before it is too much.
struct RoomLoad {
    int people = 0;             ///< in the main room
    int cap = 0;                ///< of it
    int waitingCount = 0;
    int arrivalsLastMinute = 0;
    std::vector<int> overflow;  ///< people in each open overflow room
    bool doorLocked = false;
    bool moderated = false;     ///< listeners wait until a moderator lets them in
    int busyPercent = 0;        ///< of its time that the media thread worked
    int packetsPerSecond = 0;
    int capacity = 0;           ///< packets a second at full time, as measured; an assumption while it is idle
    int roomFor = 0;            ///< about so many more people
    std::string words;          ///< the same as a sentence
    std::vector<WaitingPerson> waiting;  ///< the first kLoadNames in line
};
inline constexpr std::size_t kLoadNames = 50;

// GET /api/v1/rooms/ROOM/bans (bearer, moderators) -> BanList, newest first
struct BanInfo {
    base::Identity identity;  ///< either a person
    base::InvitationId link;  ///< or everybody who came by a link
    std::string name;
    std::optional<std::int64_t> untilMs;  ///< absent = for good
};
struct BanList { std::vector<BanInfo> bans; };
// POST /api/v1/rooms/ROOM/bans/lift (bearer, moderators) : BanLift -> Nothing
struct BanLift {
    base::Identity identity;
    base::InvitationId link;
};

}  // namespace parlour::api
