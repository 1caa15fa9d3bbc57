// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/schedule_store.h"

#include <sstream>

#include "core/house/store/store_impl.h"

namespace parlour::house {

using base::UtcTime;
using soci::into;
using soci::use;

namespace {

constexpr const char* kColumns =
    "SELECT id, uid, title, details, host, cohosts, zone, start_ms, wall, minutes, repeats, colour, room, sequence, cancelled, late_minutes, "
    "late_for_ms, dates, created_ms, changed_ms FROM events ";

long long ms(UtcTime time) { return base::toUnixMs(base::toWallTime(time)); }
UtcTime utc(long long ms) { return base::toUtcTime(base::fromUnixMs(ms)); }

std::string joined(const std::vector<UtcTime>& dates) {
    std::string out;
    for (const auto at : dates) out += (out.empty() ? "" : " ") + std::to_string(ms(at));
    return out;
}
std::vector<UtcTime> split(const std::string& text) {
    std::vector<UtcTime> out;
    std::istringstream words(text);
    for (long long at = 0; words >> at;) out.push_back(utc(at));
    return out;
}

std::string joined(const std::vector<base::Identity>& people) {
    std::string out;
    for (const auto& who : people) out += (out.empty() ? "" : " ") + who.str();
    return out;
}
std::vector<base::Identity> people(const std::string& text) {
    std::vector<base::Identity> out;
    std::istringstream words(text);
    for (std::string who; words >> who;) out.emplace_back(who);
    return out;
}

struct Fields {
    std::string id, uid, title, details, host, cohosts, zone, wall, repeats, colour, room, dates;
    long long start = 0, lateFor = 0, created = 0, changed = 0;
    int minutes = 0, sequence = 0, cancelled = 0, late = 0;

    Event row() const {
        Event e;
        e.id = id;
        e.uid = uid;
        e.title = title;
        e.details = details;
        e.host = base::Identity(host);
        e.cohosts = people(cohosts);
        e.zone = zone;
        e.start.at = utc(start);
        if (const auto time = base::parseIsoTime(wall)) e.start.wall = time->local;
        e.minutes = minutes;
        if (!repeats.empty())
            if (auto rule = parseRecurrence(repeats)) e.every = *rule;
        e.colour = colour;
        e.room = base::RoomId(room);
        e.sequence = sequence;
        e.cancelled = cancelled != 0;
        e.lateMinutes = late;
        e.lateFor = utc(lateFor);
        e.dates = split(dates);
        e.created = base::fromUnixMs(created);
        e.changed = base::fromUnixMs(changed);
        return e;
    }
};

template <class Prepared>
std::vector<Event> eventsOf(Prepared&& prepared, Fields& f) {
    std::vector<Event> out;
    soci::statement st = (prepared, into(f.id), into(f.uid), into(f.title), into(f.details), into(f.host), into(f.cohosts), into(f.zone), into(f.start),
                          into(f.wall), into(f.minutes), into(f.repeats), into(f.colour), into(f.room), into(f.sequence),
                          into(f.cancelled), into(f.late), into(f.lateFor), into(f.dates), into(f.created),
                          into(f.changed));
    st.execute();
    while (st.fetch()) out.push_back(f.row());
    return out;
}

template <class T, class Prepared>
std::vector<T> listOf(Prepared&& prepared) {
    std::conditional_t<std::is_same_v<T, UtcTime>, long long, std::string> value{};
    std::vector<T> out;
    soci::statement st = (prepared, into(value));
    st.execute();
    while (st.fetch()) {
        if constexpr (std::is_same_v<T, UtcTime>)
            out.push_back(utc(value));
        else
            out.push_back(T(value));
    }
    return out;
}

}  // namespace

std::string_view toString(Rsvp answer) {
    switch (answer) {
        case Rsvp::yes: return "yes";
        case Rsvp::maybe: return "maybe";
        case Rsvp::no: return "no";
    }
    return {};
}
std::optional<Rsvp> parseRsvp(std::string_view text) {
    for (const auto one : {Rsvp::yes, Rsvp::maybe, Rsvp::no})
        if (text == toString(one)) return one;
    return std::nullopt;
}

void ScheduleStore::put(const Event& e, std::optional<UtcTime> end) {
    const long long start = ms(e.start.at), lateFor = ms(e.lateFor), created = base::toUnixMs(e.created), changed = base::toUnixMs(e.changed);
    const std::string wall = base::formatIso(e.start.wall), repeats = e.every ? toString(*e.every) : std::string(), dates = joined(e.dates), cohosts = joined(e.cohosts);
    const int cancelled = e.cancelled ? 1 : 0;
    MaybeNumber ends(end ? std::optional(base::toWallTime(*end)) : std::nullopt);
    m_store.impl().rows()
        << "INSERT INTO events(id, uid, title, details, host, cohosts, zone, start_ms, wall, minutes, repeats, ends_ms, colour, room, sequence, "
           "cancelled, late_minutes, late_for_ms, dates, created_ms, changed_ms) VALUES(:i, :u, :t, :d, :h, :b, :z, :s, :w, :m, "
           ":r, :e, :c, :o, :q, :x, :l, :f, :a, :y, :g) ON CONFLICT(id) DO UPDATE SET title = excluded.title, "
           "details = excluded.details, host = excluded.host, cohosts = excluded.cohosts, zone = excluded.zone, start_ms = excluded.start_ms, wall = excluded.wall, "
           "minutes = excluded.minutes, repeats = excluded.repeats, ends_ms = excluded.ends_ms, colour = excluded.colour, "
           "sequence = excluded.sequence, cancelled = excluded.cancelled, late_minutes = excluded.late_minutes, "
           "late_for_ms = excluded.late_for_ms, dates = excluded.dates, changed_ms = excluded.changed_ms",
        use(e.id, "i"), use(e.uid, "u"), use(e.title, "t"), use(e.details, "d"), use(e.host.str(), "h"), use(cohosts, "b"), use(e.zone, "z"), use(start, "s"),
        use(wall, "w"), use(e.minutes, "m"), use(repeats, "r"), use(ends.value, ends.present, "e"), use(e.colour, "c"),
        use(e.room.str(), "o"), use(e.sequence, "q"), use(cancelled, "x"), use(e.lateMinutes, "l"), use(lateFor, "f"), use(dates, "a"),
        use(created, "y"), use(changed, "g");
}

std::optional<Event> ScheduleStore::find(const std::string& id) {
    Fields f;
    const auto rows = eventsOf((m_store.impl().rows().prepare << std::string(kColumns) + "WHERE id = :i", use(id, "i")), f);
    return rows.empty() ? std::nullopt : std::optional(rows.front());
}

std::optional<Event> ScheduleStore::ofRoom(const base::RoomId& room) {
    Fields f;
    const auto rows = eventsOf((m_store.impl().rows().prepare << std::string(kColumns) + "WHERE room = :i", use(room.str(), "i")), f);
    return rows.empty() ? std::nullopt : std::optional(rows.front());
}

std::vector<Event> ScheduleStore::between(UtcTime from, UtcTime to, const EventPlace& after, int limit) {
    Fields f;
    const long long first = ms(from), last = ms(to), start = ms(after.start);
    return eventsOf((m_store.impl().rows().prepare << std::string(kColumns) +
                                                         "WHERE start_ms < :t AND (ends_ms IS NULL OR ends_ms > :f) AND "
                                                         "(start_ms > :s OR (start_ms = :p AND id > :i)) ORDER BY start_ms, id LIMIT :l",
                     use(last, "t"), use(first, "f"), use(start, "s"), use(start, "p"), use(after.id, "i"), use(limit, "l")),
                    f);
}

std::vector<base::RoomId> ScheduleStore::roomsLeft(UtcTime before, int limit) {
    const long long at = ms(before);
    return listOf<base::RoomId>((m_store.impl().rows().prepare << "SELECT r.id FROM events e JOIN rooms r ON r.id = e.room "
                                                                  "WHERE r.ended_ms IS NULL AND e.ends_ms < :t AND NOT EXISTS (SELECT 1 FROM events f "
                                                                  "WHERE f.room = r.id AND f.cancelled = 0 AND (f.ends_ms IS NULL OR f.ends_ms >= :u)) "
                                                                  "AND NOT (e.cancelled = 1 AND EXISTS (SELECT 1 FROM guests g WHERE g.room = r.id "
                                                                  "AND g.state NOT IN ('declined', 'expired', 'revoked'))) ORDER BY e.ends_ms LIMIT :l",
                                 use(at, "t"), use(at, "u"), use(limit, "l")));
}

int ScheduleStore::countUpcoming(const base::Identity& host, UtcTime now) {
    int count = 0;
    const long long at = ms(now);
    m_store.impl().rows() << "SELECT COUNT(*) FROM events WHERE host = :h AND cancelled = 0 AND (ends_ms IS NULL OR ends_ms > :t)",
        use(host.str(), "h"), use(at, "t"), into(count);
    return count;
}

void ScheduleStore::setRsvp(const std::string& event, const base::Identity& who, Rsvp answer, base::WallTime at) {
    const long long when = base::toUnixMs(at);
    const std::string word(toString(answer));
    m_store.impl().rows() << "INSERT INTO rsvps(event, identity, answer, at_ms, reminded_ms) VALUES(:e, :i, :a, :t, 0) "
                             "ON CONFLICT(event, identity) DO UPDATE SET answer = excluded.answer, at_ms = excluded.at_ms",
        use(event, "e"), use(who.str(), "i"), use(word, "a"), use(when, "t");
}

std::optional<Rsvp> ScheduleStore::rsvp(const std::string& event, const base::Identity& who) {
    auto& sql = m_store.impl().rows();
    std::string answer;
    sql << "SELECT answer FROM rsvps WHERE event = :e AND identity = :i", use(event, "e"), use(who.str(), "i"), into(answer);
    return sql.got_data() ? parseRsvp(answer) : std::nullopt;
}

RsvpCount ScheduleStore::rsvps(const std::string& event) {
    RsvpCount out;
    auto& sql = m_store.impl().rows();
    sql << "SELECT COUNT(*) FROM rsvps WHERE event = :e AND answer = 'yes'", use(event, "e"), into(out.yes);
    sql << "SELECT COUNT(*) FROM rsvps WHERE event = :e AND answer = 'maybe'", use(event, "e"), into(out.maybe);
    return out;
}

std::vector<base::Identity> ScheduleStore::coming(const std::string& event) {
    return listOf<base::Identity>((m_store.impl().rows().prepare << "SELECT identity FROM rsvps WHERE event = :e AND answer <> 'no' ORDER BY identity",
                                   use(event, "e")));
}

void ScheduleStore::vote(const std::string& event, const base::Identity& who, const std::vector<UtcTime>& dates) {
    auto& sql = m_store.impl().rows();
    sql << "DELETE FROM date_votes WHERE event = :e AND identity = :i", use(event, "e"), use(who.str(), "i");
    for (const auto date : dates) {
        const long long at = ms(date);
        sql << "INSERT INTO date_votes(event, identity, date_ms) VALUES(:e, :i, :t) ON CONFLICT(event, identity, date_ms) DO NOTHING",
            use(event, "e"), use(who.str(), "i"), use(at, "t");
    }
}

std::map<UtcTime, int> ScheduleStore::votes(const std::string& event) {
    std::map<UtcTime, int> out;
    for (const auto at : listOf<UtcTime>((m_store.impl().rows().prepare << "SELECT date_ms FROM date_votes WHERE event = :e", use(event, "e"))))
        ++out[at];
    return out;
}

std::vector<UtcTime> ScheduleStore::votesOf(const std::string& event, const base::Identity& who) {
    return listOf<UtcTime>((m_store.impl().rows().prepare << "SELECT date_ms FROM date_votes WHERE event = :e AND identity = :i ORDER BY date_ms",
                            use(event, "e"), use(who.str(), "i")));
}

void ScheduleStore::clearVotes(const std::string& event) {
    m_store.impl().rows() << "DELETE FROM date_votes WHERE event = :e", use(event, "e");
}

void ScheduleStore::setFeed(const base::Identity& who, const std::string& tokenHash, base::WallTime at) {
    const long long when = base::toUnixMs(at);
    m_store.impl().rows() << "INSERT INTO feeds(identity, token_hash, at_ms) VALUES(:i, :h, :t) "
                             "ON CONFLICT(identity) DO UPDATE SET token_hash = excluded.token_hash, at_ms = excluded.at_ms",
        use(who.str(), "i"), use(tokenHash, "h"), use(when, "t");
}

std::optional<base::Identity> ScheduleStore::feedOf(const std::string& tokenHash) {
    auto& sql = m_store.impl().rows();
    std::string who;
    sql << "SELECT identity FROM feeds WHERE token_hash = :h", use(tokenHash, "h"), into(who);
    return sql.got_data() ? std::optional(base::Identity(who)) : std::nullopt;
}

void ScheduleStore::forget(const base::Identity& who) {
    auto& sql = m_store.impl().rows();
    for (const char* table : {"rsvps", "date_votes", "feeds", "reminders"})
        sql << std::string("DELETE FROM ") + table + " WHERE identity = :i", use(who.str(), "i");
    sql << "UPDATE events SET host = '' WHERE host = :i", use(who.str(), "i");
    Fields f;
    const std::string part = "%" + who.str() + "%";
    for (const auto& event : eventsOf((sql.prepare << std::string(kColumns) + "WHERE cohosts LIKE :i", use(part, "i")), f)) {
        auto rest = event.cohosts;
        std::erase(rest, who);
        const std::string text = joined(rest);
        sql << "UPDATE events SET cohosts = :c WHERE id = :i", use(text, "c"), use(event.id, "i");
    }
}

}  // namespace parlour::house
