// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/ended_rooms.h"

#include <set>

#include "core/house/store/store_impl.h"

namespace parlour::house {

using soci::into;
using soci::use;

std::size_t forgetEndedRooms(Store& store, base::WallTime endedBefore, int limit) {
    auto& impl = store.impl();
    auto& sql = impl.rows();
    const long long before = base::toUnixMs(endedBefore);
    std::vector<std::string> rooms;
    {
        std::string id;
        soci::statement st = (sql.prepare << "SELECT id FROM rooms WHERE ended_ms < :t ORDER BY ended_ms, id LIMIT :l", use(before, "t"), use(limit, "l"),
                              into(id));
        st.execute();
        while (st.fetch()) rooms.push_back(id);
    }
    if (rooms.empty()) return 0;
    // Whatever refers to rooms does so by a column of that name.
    std::set<std::string> children;
    for (const auto& [from, to] : impl.connection.references())
        if (to == "rooms") children.insert(from);
    for (const auto& room : rooms) {
        const auto run = [&](const std::string& text) { sql << text, use(room, "r"); };
        run("DELETE FROM redeems WHERE invitation IN (SELECT id FROM invitations WHERE room = :r)");
        run("DELETE FROM applications WHERE room = :r");
        run("DELETE FROM invitations WHERE room = :r");
        run("DELETE FROM waves WHERE room = :r");
        run("DELETE FROM notices WHERE object = :r");
        // A talk that is still to come keeps its place in the calendar, without a room.
        sql << "UPDATE events SET room = '' WHERE room = :r AND cancelled = 0 AND (ends_ms IS NULL OR ends_ms >= :t)", use(room, "r"), use(before, "t");
        for (const char* answers : {"rsvps", "date_votes"})
            run(std::string("DELETE FROM ") + answers + " WHERE event IN (SELECT id FROM events WHERE room = :r)");
        run("DELETE FROM guest_shows WHERE event IN (SELECT id FROM events WHERE room = :r)");
        run("DELETE FROM reminders WHERE object IN (SELECT id FROM events WHERE room = :r)");
        run("DELETE FROM reminders WHERE object IN (SELECT id FROM events WHERE room = :r)");
        run("UPDATE guest_shows SET event = '' WHERE event IN (SELECT id FROM events WHERE room = :r)");
        run("DELETE FROM events WHERE room = :r");
        run("UPDATE guests SET room = '' WHERE room = :r");
        run("UPDATE guests SET green_room = '' WHERE green_room = :r");
        for (const auto& table : children) run("DELETE FROM " + table + " WHERE room = :r");
        run("DELETE FROM rooms WHERE id = :r");
    }
    return rooms.size();
}

}  // namespace parlour::house
