// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/guest_show_store.h"

#include <algorithm>

#include "core/house/store/store_impl.h"

namespace parlour::house {

using soci::into;
using soci::use;

namespace {

std::optional<GuestShow> showBy(soci::session& sql, const char* column, const std::string& value) {
    GuestShow out;
    MaybeNumber started, ended;
    sql << std::string("SELECT guest, event, started_ms, ended_ms FROM guest_shows WHERE ") + column + " = :v", use(value, "v"),
        into(out.guest), into(out.event), into(started.value, started.present), into(ended.value, ended.present);
    if (!sql.got_data()) return std::nullopt;
    out.started = started.time();
    out.ended = ended.time();
    return out;
}

std::vector<base::Identity> peopleOf(soci::session& sql, const std::string& query, const std::string& object, long long start) {
    std::vector<base::Identity> out;
    std::string who;
    soci::statement st = (sql.prepare << query, use(object, "o"), use(start, "t"), into(who));
    st.execute();
    while (st.fetch()) out.emplace_back(who);
    return out;
}

}  // namespace

GuestShow GuestShowStore::find(const std::string& guest) {
    return showBy(m_store.impl().rows(), "guest", guest).value_or(GuestShow{guest, {}, {}, {}});
}

std::optional<GuestShow> GuestShowStore::ofEvent(const std::string& event) {
    return event.empty() ? std::nullopt : showBy(m_store.impl().rows(), "event", event);
}

void GuestShowStore::put(const GuestShow& show) {
    MaybeNumber started(show.started), ended(show.ended);
    m_store.impl().rows() << "INSERT INTO guest_shows(guest, event, started_ms, ended_ms) VALUES(:g, :e, :s, :d) "
                             "ON CONFLICT(guest) DO UPDATE SET event = excluded.event, started_ms = excluded.started_ms, ended_ms = excluded.ended_ms",
        use(show.guest, "g"), use(show.event, "e"), use(started.value, started.present, "s"), use(ended.value, ended.present, "d");
}

void GuestShowStore::endIn(const base::RoomId& room, base::WallTime at) {
    const long long ms = base::toUnixMs(at);
    m_store.impl().rows() << "UPDATE guest_shows SET ended_ms = :t WHERE started_ms IS NOT NULL AND ended_ms IS NULL AND "
                             "guest IN (SELECT id FROM guests WHERE room = :r)",
        use(ms, "t"), use(room.str(), "r");
}

void ReminderStore::set(const std::string& object, const base::Identity& who, bool on, base::WallTime at) {
    auto& sql = m_store.impl().rows();
    const long long ms = base::toUnixMs(at);
    if (!on) {
        sql << "DELETE FROM reminders WHERE object = :o AND identity = :i", use(object, "o"), use(who.str(), "i");
        return;
    }
    sql << "INSERT INTO reminders(object, identity, at_ms, reminded_ms, started_ms) VALUES(:o, :i, :t, 0, 0) "
           "ON CONFLICT(object, identity) DO NOTHING",
        use(object, "o"), use(who.str(), "i"), use(ms, "t");
}

bool ReminderStore::has(const std::string& object, const base::Identity& who) {
    int count = 0;
    m_store.impl().rows() << "SELECT COUNT(*) FROM reminders WHERE object = :o AND identity = :i", use(object, "o"), use(who.str(), "i"), into(count);
    return count > 0;
}

std::vector<base::Identity> ReminderStore::of(const std::string& object) {
    return peopleOf(m_store.impl().rows(), "SELECT identity FROM reminders WHERE object = :o AND at_ms >= :t ORDER BY identity", object, 0);
}

void ReminderStore::pass(const std::string& from, const std::string& to) {
    auto& sql = m_store.impl().rows();
    sql << "DELETE FROM reminders WHERE object = :f AND identity IN (SELECT identity FROM reminders WHERE object = :t)", use(from, "f"), use(to, "t");
    sql << "UPDATE reminders SET object = :t, reminded_ms = 0, started_ms = 0 WHERE object = :f", use(to, "t"), use(from, "f");
}

std::vector<base::Identity> ReminderStore::take(const std::string& event, base::UtcTime start, Moment moment) {
    auto& sql = m_store.impl().rows();
    const long long at = base::toUnixMs(base::toWallTime(start));
    const std::string told = moment == Moment::before ? "reminded_ms" : "started_ms";
    auto out = peopleOf(sql, "SELECT identity FROM rsvps WHERE event = :o AND answer <> 'no' AND " + told + " <> :t", event, at);
    auto more = peopleOf(sql, "SELECT identity FROM reminders WHERE object = :o AND " + told + " <> :t", event, at);
    out.insert(out.end(), more.begin(), more.end());
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    sql << "UPDATE rsvps SET " + told + " = :t WHERE event = :o AND answer <> 'no'", use(at, "t"), use(event, "o");
    sql << "UPDATE reminders SET " + told + " = :t WHERE object = :o", use(at, "t"), use(event, "o");
    return out;
}

}  // namespace parlour::house
