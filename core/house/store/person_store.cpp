// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/person_store.h"

#include <map>

#include "core/api/house_json.h"
#include "core/api/report_types.h"
#include "core/house/store/chat_store.h"
#include "core/house/store/name_parts.h"
#include "core/house/store/people_store.h"
#include "core/house/store/question_store.h"
#include "core/house/store/report_store.h"
#include "core/house/store/schedule_store.h"
#include "core/house/store/store_impl.h"

namespace parlour::house {

using soci::into;
using soci::use;

namespace {

constexpr const char* kWasDeleted = "The person was deleted.";

/// A room that was made together with its first links belongs to whoever made those.
constexpr const char* kRoomsMade =
    "SELECT DISTINCT r.id FROM rooms r JOIN invitations i ON i.room = r.id AND i.created_ms = r.created_ms WHERE i.issuer = :w";

constexpr const char* kForget[] = {
    "DELETE FROM name_parts WHERE identity = :w",
    "DELETE FROM earned WHERE identity = :w",
    "DELETE FROM applications WHERE identity = :w",
    "DELETE FROM seats WHERE identity = :w",
    "UPDATE invitations SET for_name = '', message = '' WHERE issuer = :w",
    "UPDATE invitations SET for_name = '', message = '' WHERE for_key = :w",
    "UPDATE invitations SET for_name = '', message = '' WHERE max_uses = 1 AND id IN (SELECT invitation FROM redeems WHERE identity = :w)",
    "UPDATE chat_rules SET pinned = '', pinned_by = '' WHERE pinned_by = :w",
    "UPDATE reports SET resolution = '' WHERE :w IN (resolved_by, reported)",
    "UPDATE persons SET name = '', public_key = '' WHERE identity = :w",
};

}  // namespace

std::set<std::string> PersonStore::texts(const std::string& query, const std::string& key) {
    std::set<std::string> out;
    std::string one;
    soci::statement st = (m_store.impl().rows().prepare << query, use(key, "w"), into(one));
    st.execute();
    while (st.fetch()) out.insert(one);
    return out;
}

void PersonStore::run(const std::string& statement, const std::string& key) { m_store.impl().rows() << statement, use(key, "w"); }

bool PersonStore::knows(const base::Identity& who) {
    const auto person = m_store.person(who);
    if (person && !person->name.empty()) return true;
    return !texts("SELECT id FROM applications WHERE identity = :w", who.str()).empty();
}

void PersonStore::forgetReports(const base::Identity& who, const std::set<std::string>& rooms, base::WallTime now) {
    ReportStore reports(m_store);
    std::map<std::string, ReportRow> touched;
    for (auto& row : reports.concerning(who)) touched.emplace(row.id, row);
    for (const auto& room : rooms)
        for (const auto& id : texts("SELECT id FROM reports WHERE room = :w", room))
            if (const auto row = reports.find(id)) touched.emplace(id, *row);
    for (auto& [id, row] : touched) {
        auto read = api::fromJson<api::ReportContext>(row.context);
        // Nothing of what was said about somebody who is gone; what they said themselves goes from all others.
        api::ReportContext context = read && row.reported != who ? std::move(*read) : api::ReportContext{};
        for (auto& one : context.onStage)
            if (one.identity == who) one.name.clear();
        for (auto& line : context.chat) {
            if (line.author != who) continue;
            line.name.clear();
            line.text.clear();
            line.deleted = true;
        }
        if (rooms.contains(row.room.str())) context.roomTitle = kNamelessRoom;
        const bool words = row.reporter != who && row.reported != who;
        reports.setWords(id, words ? row.words : std::string(), api::toJson(context));
        if (row.reported == who) reports.resolve(id, {}, kWasDeleted, now);
    }
}

void PersonStore::forgetTalks(const base::Identity& who, base::WallTime now) {
    auto& sql = m_store.impl().rows();
    const long long at = base::toUnixMs(now);
    ScheduleStore schedule(m_store);
    for (const auto& id : texts("SELECT id FROM events WHERE host = :w", who.str())) {
        run("DELETE FROM notices WHERE object = :w", id);
        auto others = schedule.find(id)->cohosts;
        std::erase(others, who);
        // A talk with other hosts is the first one's from now on; without any it is off.
        const std::string host = others.empty() ? std::string() : others.front().str(), title = kNamelessTalk;
        std::string cohosts;
        for (std::size_t i = 1; i < others.size(); ++i) cohosts += (i > 1 ? " " : "") + others[i].str();
        const int off = others.empty() ? 1 : 0;
        sql << "UPDATE events SET title = :t, details = '', host = :h, cohosts = :c, sequence = sequence + 1, changed_ms = :a, "
               "cancelled = CASE WHEN ends_ms IS NULL OR ends_ms > :n THEN :o ELSE cancelled END WHERE id = :i",
            use(title, "t"), use(host, "h"), use(cohosts, "c"), use(at, "a"), use(at, "n"), use(off, "o"), use(id, "i");
    }
    schedule.forget(who);
}

/// A negotiation is the words of both sides: it ends with either. Who signed has the file.
void PersonStore::forgetGuests(const base::Identity& who, const std::string& key, base::WallTime now, std::set<std::string>& rooms) {
    auto& sql = m_store.impl().rows();
    const long long at = base::toUnixMs(now);
    auto guests = texts("SELECT id FROM guests WHERE host = :w", who.str());
    if (!key.empty()) guests.merge(texts("SELECT id FROM guests WHERE seat_key = :w", key));
    for (const auto& id : guests) {
        rooms.merge(texts("SELECT green_room FROM guests WHERE id = :w AND green_room <> ''", id));
        sql << "UPDATE invitations SET revoked_ms = COALESCE(revoked_ms, :a), for_name = '', message = '', object = '' WHERE object = :i", use(at, "a"),
            use(id, "i");
        // Its talk in the calendar names the guest.
        const std::string title = kNamelessTalk;
        sql << "UPDATE events SET title = :t, details = '', sequence = sequence + 1, changed_ms = :a, "
               "cancelled = CASE WHEN ends_ms IS NULL OR ends_ms > :n THEN 1 ELSE cancelled END "
               "WHERE id IN (SELECT event FROM guest_shows WHERE guest = :i)",
            use(title, "t"), use(at, "a"), use(at, "n"), use(id, "i");
        run("DELETE FROM notices WHERE object IN (SELECT event FROM guest_shows WHERE guest = :w)", id);
        run("DELETE FROM reminders WHERE object = :w", id);
        for (const char* table : {"guest_shows", "guest_compared", "guest_signatures", "guest_messages", "guest_versions"})
            run(std::string("DELETE FROM ") + table + " WHERE guest = :w", id);
        run("DELETE FROM guests WHERE id = :w", id);
        run("DELETE FROM notices WHERE object = :w", id);
    }
}

PersonStore::Forgotten PersonStore::forget(const base::Identity& who, base::WallTime now) {
    auto& sql = m_store.impl().rows();
    const auto person = m_store.person(who);
    const auto bytes = person ? base::fromHex(person->publicKey) : std::nullopt;
    const std::string key = bytes && !bytes->empty() ? base::toBase64Url(*bytes) : std::string();
    auto rooms = texts(kRoomsMade, who.str());
    rooms.merge(texts("SELECT room FROM waves WHERE room <> '' AND :w IN (sender, receiver)", who.str()));
    forgetGuests(who, key, now, rooms);
    if (person && !person->name.empty())  // what an admin wrote on a host's side carries no id
        sql << "UPDATE guest_messages SET name = '', words = '' WHERE party = 'host' AND name = :n", use(person->name, "n");
    for (const auto& room : rooms) {
        const std::string title = kNamelessRoom;
        sql << "UPDATE rooms SET title = :t WHERE id = :r", use(title, "t"), use(room, "r");
        run("DELETE FROM notices WHERE object = :w", room);
    }
    forgetReports(who, rooms, now);
    forgetTalks(who, now);
    const auto pinned = texts("SELECT room FROM chat_rules WHERE pinned_by = :w", who.str());
    ChatStore(m_store).forgetPerson(who);
    QuestionStore(m_store).forgetPerson(who);
    PeopleStore(m_store).forget(who);
    const long long at = base::toUnixMs(now);
    sql << "UPDATE invitations SET revoked_ms = :a WHERE for_key = :w AND revoked_ms IS NULL", use(at, "a"), use(who.str(), "w");
    for (const char* one : kForget) run(one, who.str());
    Forgotten out;
    for (const auto& room : rooms) out.renamed.emplace_back(room);
    for (const auto& room : pinned) out.unpinned.emplace_back(room);
    return out;
}

void wipeTraces(Store& store) {
    auto& impl = store.impl();
    if (impl.connection.dialect() != Dialect::sqlite) return;
    try {
        int busy = 0, pages = 0, moved = 0;
        impl.sql << "PRAGMA wal_checkpoint(TRUNCATE)", into(busy), into(pages), into(moved);
    } catch (const soci::soci_error&) {
        // Somebody reads at the moment: the journal is emptied by a later checkpoint.
    }
}

std::vector<std::string> orphans(Store& store) {
    struct Kind {
        const char* sentence;
        const char* rows;
    };
    static constexpr Kind kKinds[] = {
        {"links of rooms that are not there", "invitations x WHERE x.room <> '' AND NOT EXISTS (SELECT 1 FROM rooms r WHERE r.id = x.room)"},
        {"links whose guest is not there",
         "invitations x WHERE x.kind IN ('guest', 'delegate') AND x.object <> '' AND NOT EXISTS (SELECT 1 FROM guests g WHERE g.id = x.object)"},
        {"members invited by nobody the house knows",
         "house_members x WHERE x.invited_by <> '' AND NOT EXISTS (SELECT 1 FROM persons p WHERE p.identity = x.invited_by)"},
        {"members who came by a link that is not there",
         "house_members x WHERE x.invitation <> '' AND NOT EXISTS (SELECT 1 FROM invitations i WHERE i.id = x.invitation)"},
        // Forgetting takes the name together with the key; who comes back later, by the link of a room, brings both.
        {"deleted members who still have a name",
         "house_members x JOIN persons p ON p.identity = x.identity WHERE x.state = 'deleted' AND p.name <> '' AND p.public_key = ''"},
        {"names of people who have none", "name_parts x JOIN persons p ON p.identity = x.identity WHERE p.name = ''"},
        {"profiles of people who have no name", "profiles x JOIN persons p ON p.identity = x.identity WHERE p.name = ''"},
        {"pictures of people who have no name", "pictures x JOIN persons p ON p.identity = x.identity WHERE p.name = ''"},
        {"follows of people who have no name", "follows x JOIN persons p ON p.identity IN (x.who, x.whom) WHERE p.name = ''"},
        {"answers to talks that are not there", "rsvps x WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.id = x.event)"},
        {"votes on talks that are not there", "date_votes x WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.id = x.event)"},
        {"guests whose room is not there", "guests x WHERE x.room <> '' AND NOT EXISTS (SELECT 1 FROM rooms r WHERE r.id = x.room)"},
        {"talks whose room is not there", "events x WHERE x.room <> '' AND NOT EXISTS (SELECT 1 FROM rooms r WHERE r.id = x.room)"},
        {"seats in rooms that have ended", "seats x JOIN rooms r ON r.id = x.room WHERE r.ended_ms IS NOT NULL"},
    };
    std::vector<std::string> out;
    for (const auto& kind : kKinds) {
        int count = 0;
        store.impl().rows() << std::string("SELECT COUNT(*) FROM ") + kind.rows, into(count);
        if (count > 0) out.push_back(std::to_string(count) + " " + kind.sentence);
    }
    return out;
}

}  // namespace parlour::house
