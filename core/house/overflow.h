// SPDX-License-Identifier: Apache-2.0
// Overflow rooms: where listeners go while the main room is full. Pure rules over numbers; stage_overflow.cpp applies them
// after every input. An overflow room is a part of the audience of one stage: it hears the same stage, its hands stand in
// the one queue, and whoever speaks or gets a free place moves to the main room.
#pragma once

#include <cstddef>
#include <vector>

#include "core/base/time.h"
#include "core/house/policy.h"
#include "core/house/room_settings.h"

namespace parlour::house {

inline constexpr int kMaxOverflowRooms = 8;
inline constexpr base::Duration kOverflowIdle = std::chrono::seconds(60);  ///< the last one stays open so long after it could close

/// How full a talk is.
struct Places {
    int cap = 0;                ///< of the main room, and of each overflow room
    int inside = 0;             ///< in the main room
    std::vector<int> overflow;  ///< in each open overflow room
    int line = 0;               ///< in front of the door
    int openAt = 0;             ///< so many in line open the next overflow room; 0 = none is opened and nobody is let into one
};

/// Where the first in line goes: an open overflow room with a place, else the next one (it opens), 1 = the first; 0: stays.
int overflowFor(const Places& places);
/// So many people of the overflow rooms move to the main room now.
int freePlaces(const Places& places);
/// The last overflow room could close: nobody is in it and the main room has a place.
bool lastIsIdle(const Places& places);

/// The cap of a room; 0 = none but the house's limit, where nobody is turned away before it.
int capOf(const RoomSettings& settings, const Policy& policy);
/// People of one talk: inside, in overflow rooms and in line.
std::size_t peopleLimit(const RoomSettings& settings, const Policy& policy);

}  // namespace parlour::house
