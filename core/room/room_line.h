// SPDX-License-Identifier: Apache-2.0
// The line in front of a full or guarded room, from both sides of the door. Plain values, parts of RoomState.
#pragma once

#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"

namespace parlour::room {

/// While the session is waiting. Either in line (place > 0), or the server takes arrivals more slowly than they come.
struct InLine {
    int place = 0;             ///< 1 = next
    int waiting = 0;           ///< people in line
    int inside = 0;            ///< people in the room
    bool moderated = false;    ///< a moderator lets people in
    bool crowded = false;      ///< many people are arriving: nobody has a place in line yet
    base::WallTime nextTry{};  ///< when we ask again
    std::string awaits{};      ///< "guest": it starts when the guest is ready
    bool operator==(const InLine&) const = default;
};

/// What moderators see of the door: who waits, how full it is, how much more the server takes. Asked every few seconds.
struct DoorView {
    struct Waiting {
        base::Identity identity;
        std::string name;
        std::int64_t pictureMs = 0;   ///< as Participant::pictureMs
        bool operator==(const Waiting&) const = default;
    };
    std::vector<Waiting> waiting;   ///< the first in line, the longest first
    int waitingCount = 0;
    int people = 0;
    int cap = 0;
    int arrivalsLastMinute = 0;
    std::vector<int> overflow;      ///< people in each open overflow room
    bool locked = false;
    bool moderated = false;
    int busyPercent = 0;            ///< of the media thread's time
    int roomFor = 0;
    std::string words;
    bool operator==(const DoorView&) const = default;
};

}  // namespace parlour::room
