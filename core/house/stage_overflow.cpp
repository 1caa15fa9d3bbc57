// SPDX-License-Identifier: Apache-2.0
// The rules of overflow.h over a stage: free places are filled from the overflow rooms, the line goes where there is a place.
#include <algorithm>

#include "core/house/overflow.h"
#include "core/house/stage_draft.h"

namespace parlour::house {

using api::Seat;

namespace {

struct Listener {
    std::uint64_t order;
    base::Identity who;
    bool operator<(const Listener& other) const { return order < other.order; }
};

/// Listeners a minute are limited whatever door they come in by.
bool mayJoinNow(const Draft& draft) {
    const int limit = draft.change.settings.joinsPerMinute;
    return limit == 0 || draft.change.session.joins < limit;
}

}  // namespace

void Draft::settleOverflow() {
    Session& session = change.session;
    Places places;
    places.openAt = change.settings.listenersWait() ? 0 : change.settings.overflow;  // who has to be let in is let in by a person
    if (session.overflowRooms == 0 && places.openAt == 0) return;
    places.cap = capOf(change.settings, policy);
    places.overflow.resize(static_cast<std::size_t>(session.overflowRooms));
    std::vector<Listener> line, elsewhere;
    forEach([&](const Person& person) {
        if (person.overflow > session.overflowRooms) places.overflow.resize(static_cast<std::size_t>(session.overflowRooms = person.overflow));
        if (person.seat == Seat::waiting) {
            line.push_back({person.waitOrder, person.identity});
        } else if (person.overflow == 0) {
            ++places.inside;
        } else {
            ++places.overflow.at(static_cast<std::size_t>(person.overflow) - 1);
            // Who is not here would keep the place empty.
            if (person.present) elsewhere.push_back({person.waitOrder, person.identity});
        }
    });
    std::sort(elsewhere.begin(), elsewhere.end());
    const auto free = std::min(static_cast<std::size_t>(freePlaces(places)), elsewhere.size());
    for (std::size_t i = 0; i < free; ++i) {
        Person& person = *edit(elsewhere[i].who);
        --places.overflow[static_cast<std::size_t>(person.overflow) - 1];
        ++places.inside;
        person.overflow = 0;
        person.waitOrder = 0;
    }
    std::sort(line.begin(), line.end());
    places.line = static_cast<int>(line.size());
    for (const auto& next : line) {
        const int room = places.inside < places.cap || !mayJoinNow(*this) ? 0 : overflowFor(places);
        if (room == 0) break;  // comes in by the door when asked again
        if (room > session.overflowRooms) {
            session.overflowRooms = room;
            places.overflow.push_back(0);
            audit({}, "overflow_opened", {}, std::to_string(room));
        }
        Person& person = *edit(next.who);
        person.seat = Seat::audience;
        person.overflow = room;
        person.goneSince = now;  // the whole grace to come through the door
        if (change.settings.joinsPerMinute > 0) ++session.joins;
        ++places.overflow[static_cast<std::size_t>(room) - 1];
        --places.line;
    }
    if (!lastIsIdle(places)) {
        session.overflowIdleSince = base::kNever;
        return;
    }
    if (session.overflowIdleSince == base::kNever) session.overflowIdleSince = now;
    if (now - session.overflowIdleSince < kOverflowIdle) return;
    audit({}, "overflow_closed", {}, std::to_string(session.overflowRooms));
    --session.overflowRooms;
    places.overflow.pop_back();
    session.overflowIdleSince = lastIsIdle(places) ? now : base::kNever;
}

}  // namespace parlour::house
