// SPDX-License-Identifier: Apache-2.0
#include "core/house/overflow.h"

#include <algorithm>

namespace parlour::house {

int overflowFor(const Places& places) {
    if (places.openAt == 0 || places.line == 0) return 0;
    for (std::size_t i = 0; i < places.overflow.size(); ++i)
        if (places.overflow[i] < places.cap) return static_cast<int>(i) + 1;
    const int open = static_cast<int>(places.overflow.size());
    return open < kMaxOverflowRooms && places.line >= places.openAt ? open + 1 : 0;
}

int freePlaces(const Places& places) {
    int there = 0;
    for (const int people : places.overflow) there += people;
    return std::clamp(places.cap - places.inside, 0, there);
}

bool lastIsIdle(const Places& places) {
    return !places.overflow.empty() && places.overflow.back() == 0 && places.inside < places.cap;
}

int capOf(const RoomSettings& settings, const Policy& policy) {
    if (settings.cap > 0 || settings.overflow == 0) return settings.cap;
    return static_cast<int>(policy.maxPeople);
}

std::size_t peopleLimit(const RoomSettings& settings, const Policy& policy) {
    return policy.maxPeople * (settings.overflow > 0 ? 1 + kMaxOverflowRooms : 1);
}

}  // namespace parlour::house
