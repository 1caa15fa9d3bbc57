// SPDX-License-Identifier: Apache-2.0
// How much more a room and its server take: a pure estimate and the sentence that hosts read before it is too much.
#pragma once

#include <string>

namespace parlour::house {

/// What the media thread says of itself.
struct MediaLoad {
    double busy = 0;              ///< share of its time that it worked, 0 to 1
    double packetsPerSecond = 0;  ///< forwarded
};

/// Packets a second at full time: what it does now over the time it needs for it. While it is idle that ratio is noise; then
/// it is kAssumedCapacity.
double capacityOf(const MediaLoad& load);
inline constexpr double kAssumedCapacity = 150'000;  ///< one core of a small server
inline constexpr double kMeasuredFrom = 0.05;        ///< busy share from which the ratio is believed
inline constexpr double kComfort = 0.7;              ///< of the capacity; beyond it packets begin to wait

struct Headroom {
    int people = 0;        ///< about so many more
    bool byServer = false; ///< the machine is the limit, not the number of places
};
/// `listeners`: of the whole server, who get those packets. A room where nobody speaks yet is counted as one voice.
Headroom headroom(const MediaLoad& load, int listeners, int placesLeft);

/// "Room for about 400 more."
std::string wordsOf(const Headroom& room);

}  // namespace parlour::house
