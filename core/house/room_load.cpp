// SPDX-License-Identifier: Apache-2.0
#include "core/house/room_load.h"

#include <algorithm>
#include <cmath>

namespace parlour::house {

namespace {
constexpr double kVoicePackets = 50;  // a second, of one speaker to one listener

/// Two leading digits: nobody is promised a number.
int roughly(int n) {
    int unit = 1;
    while (n / unit >= 100) unit *= 10;
    return n / unit * unit;
}
}  // namespace

double capacityOf(const MediaLoad& load) {
    if (load.busy < kMeasuredFrom || load.packetsPerSecond <= 0) return kAssumedCapacity;
    return load.packetsPerSecond / std::min(load.busy, 1.0);
}

Headroom headroom(const MediaLoad& load, int listeners, int placesLeft) {
    const double each = std::max(kVoicePackets, listeners > 0 ? load.packetsPerSecond / listeners : 0.0);
    // What a silent room will send once somebody speaks is spoken for.
    const double now = std::max(load.packetsPerSecond, kVoicePackets * listeners);
    const double spare = std::max(0.0, capacityOf(load) * kComfort - now);
    const int byServer = static_cast<int>(std::min(1e6, std::floor(spare / each)));
    return {std::max(0, std::min(byServer, placesLeft)), byServer < placesLeft};
}

std::string wordsOf(const Headroom& room) {
    if (room.people <= 0)
        return room.byServer ? "The server has no room for more people." : "The room is full; who comes now waits in line.";
    const std::string many = room.people < 20 ? std::to_string(room.people) : "about " + std::to_string(roughly(room.people));
    return "Room for " + many + " more" + (room.byServer ? ", then the server is at its limit." : ".");
}

}  // namespace parlour::house
