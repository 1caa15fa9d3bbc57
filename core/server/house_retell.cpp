// SPDX-License-Identifier: Apache-2.0
// Says again what is so: for an engine that outlives this process. House thread.
#include "core/server/house_impl.h"

namespace parlour::server {

void HouseService::retell() {
    m_impl->ask<void>({}, [](Impl& impl, Answer<void>) {
        for (const auto& [id, room] : impl.rooms) {
            if (!room->stage.session.live) continue;
            std::vector<PersonChanged> people;
            for (const auto& [who, person] : room->stage.people) {
                if (person.seat == api::Seat::waiting) continue;   // has no transport
                const auto rights = Impl::rightsOf(room->stage.session, person);
                impl.media.setRights(id, who, rights, {});
                people.push_back({id, who, person.name, Impl::attributesOf(*room, person), rights, person.overflow});
            }
            impl.net.post([self = impl.shared_from_this(), people = std::move(people),
                           change = RoomChanged{id, room->row.title, Impl::metadataOf(*room)}] {
                const HouseEvents listeners = self->events;
                if (listeners.onPerson)
                    for (const auto& one : people) listeners.onPerson(one);
                if (listeners.onRoom) listeners.onRoom(change);
            });
        }
    });
}

}  // namespace parlour::server
