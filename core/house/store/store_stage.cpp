// SPDX-License-Identifier: Apache-2.0
// The live session: what comes back after a restart. Monotonic times do not survive a process; Restart sets them anew.
#include "core/house/store/desk_store.h"
#include "core/house/store/store_impl.h"

namespace parlour::house {

using soci::into;
using soci::use;

namespace {

void saveSession(soci::session& sql, const std::string& room, const Session& s) {
    const int live = s.live, handsLocked = s.handsLocked, everPresent = s.everPresent, hadHost = s.hadHost;
    const int lock = s.lockSince != base::kNever;
    const auto number = [](std::uint64_t n) { return static_cast<long long>(n); };
    const long long version = number(s.version), started = base::toUnixMs(s.startedAt), order = number(s.nextOrder),
                    key = number(s.nextKey), front = number(s.frontKey), pin = number(s.pinKey), door = base::toUnixMs(s.doorSince);
    const int locked = s.doorLocked, given = s.chair.given;
    sql << "DELETE FROM sessions WHERE room = :r", use(room, "r");
    sql << "INSERT INTO sessions(room, live, sid, version, started_ms, hands_locked, ever_present, had_host, host, on_turn, "
           "listener_lock, next_order, next_key, front_key, pin_key, door_locked, door_ms, chair, chair_next, chair_given, overflow_rooms) "
           "VALUES(:r, :l, :s, :v, :t, :h, :e, :a, :o, :n, :k, :x, :y, :z, :p, :d, :m, :c, :f, :g, :w)",
        use(room, "r"), use(live, "l"), use(s.sid.str(), "s"), use(version, "v"), use(started, "t"), use(handsLocked, "h"),
        use(everPresent, "e"), use(hadHost, "a"), use(s.host.str(), "o"), use(s.onTurn.str(), "n"), use(lock, "k"),
        use(order, "x"), use(key, "y"), use(front, "z"), use(pin, "p"), use(locked, "d"), use(door, "m"),
        use(s.chair.holder.str(), "c"), use(s.chair.next.str(), "f"), use(given, "g"), use(s.overflowRooms, "w");
}

void savePerson(soci::session& sql, const std::string& room, const Person& p) {
    const std::string role = textOf(p.role), power = textOf(p.power), seat = textOf(p.seat);
    const int held = p.held;
    // A queued person who was invited has the hand inside the offer; both go to the same columns.
    const std::optional<Hand>& hand = p.offer ? p.offer->hand : p.hand;
    const std::string key = hand ? hand->key : "", note = hand ? hand->note : "";
    const long long raised = hand ? base::toUnixMs(hand->raisedAt) : 0;
    const int missed = hand && hand->missed;
    const long long until = p.offer ? base::toUnixMs(p.offer->untilWall) : 0;
    const std::string by = p.offer ? p.offer->by.str() : "";
    const int onTurn = p.offer && p.offer->onTurn;
    const long long stageOrder = static_cast<long long>(p.stageOrder), powerOrder = static_cast<long long>(p.powerOrder),
                    waitOrder = static_cast<long long>(p.waitOrder), slot = base::toUnixMs(p.slotUntilWall),
                    arrived = base::toUnixMs(p.arrivedAt);
    const std::string pinnedFrom = hand ? hand->pinnedFrom : "";
    sql << "INSERT INTO seats(room, identity, name, role, power, seat, held, muted_by, hand_key, hand_note, hand_ms, "
           "hand_missed, offer_until_ms, offer_by, offer_on_turn, stage_order, power_order, wait_order, slot_ms, arrived_ms, "
           "came_by, hand_pinned, overflow) VALUES(:r, :w, :n, :o, :p, :s, :h, :m, :k, :t, :a, :i, :u, :b, :c, :x, :y, :d, :e, :f, :g, :j, :v)",
        use(room, "r"), use(p.identity.str(), "w"), use(p.name, "n"), use(role, "o"), use(power, "p"), use(seat, "s"),
        use(held, "h"), use(p.mutedBy.str(), "m"), use(key, "k"), use(note, "t"), use(raised, "a"), use(missed, "i"),
        use(until, "u"), use(by, "b"), use(onTurn, "c"), use(stageOrder, "x"), use(powerOrder, "y"),
        use(waitOrder, "d"), use(slot, "e"), use(arrived, "f"), use(p.cameBy.str(), "g"), use(pinnedFrom, "j"), use(p.overflow, "v");
}

}  // namespace

void Store::saveChange(const base::RoomId& room, const Change& change) {
    auto& sql = m_impl->rows();
    saveSession(sql, room.str(), change.session);
    if (change.settingsChanged) DeskStore(*this).saveSettings(room, change.settings);
    for (const auto& [who, person] : change.people) {
        sql << "DELETE FROM seats WHERE room = :r AND identity = :w", use(room.str(), "r"), use(who.str(), "w");
        if (person) savePerson(sql, room.str(), *person);
    }
    for (const auto& [who, mark] : change.marks) {
        sql << "DELETE FROM marks WHERE room = :r AND identity = :w", use(room.str(), "r"), use(who.str(), "w");
        if (mark == Mark::none) continue;
        const std::string text = mark == Mark::removed ? "removed" : "lowered";
        sql << "INSERT INTO marks(room, identity, mark) VALUES(:r, :w, :m)", use(room.str(), "r"), use(who.str(), "w"),
            use(text, "m");
    }
}

Stage Store::loadStage(const base::RoomId& room) {
    Stage stage;
    auto& sql = m_impl->rows();
    stage.settings = DeskStore(*this).settings(room);
    {
        Session& s = stage.session;
        int live = 0, handsLocked = 0, everPresent = 0, hadHost = 0, lock = 0;
        int locked = 0, given = 0;
        long long version = 0, started = 0, order = 1, key = 1, front = 1, pin = 1, door = 0;
        std::string sid, host, onTurn, chair, chairNext;
        sql << "SELECT live, sid, version, started_ms, hands_locked, ever_present, had_host, host, on_turn, listener_lock, "
               "next_order, next_key, front_key, pin_key, door_locked, door_ms, chair, chair_next, chair_given, overflow_rooms FROM sessions WHERE room = :r",
            use(room.str(), "r"), into(live), into(sid), into(version), into(started), into(handsLocked), into(everPresent),
            into(hadHost), into(host), into(onTurn), into(lock), into(order), into(key), into(front),
            into(pin), into(locked), into(door), into(chair), into(chairNext), into(given), into(s.overflowRooms);
        if (!sql.got_data()) return stage;
        s.live = live != 0;
        s.sid = base::RoomSid(sid);
        s.version = static_cast<std::uint64_t>(version);
        s.startedAt = base::fromUnixMs(started);
        s.handsLocked = handsLocked != 0;
        s.everPresent = everPresent != 0;
        s.hadHost = hadHost != 0;
        s.host = base::Identity(host);
        s.onTurn = base::Identity(onTurn);
        s.lockSince = lock ? base::TimePoint{} : base::kNever;
        s.nextOrder = static_cast<std::uint64_t>(order);
        s.nextKey = static_cast<std::uint64_t>(key);
        s.frontKey = static_cast<std::uint64_t>(front);
        s.pinKey = static_cast<std::uint64_t>(pin);
        s.chair = {base::Identity(chair), base::Identity(chairNext), given != 0};
        s.doorLocked = locked != 0;
        s.doorSince = base::fromUnixMs(door);
    }
    std::string who, name, role, power, seat, mutedBy, key, note, by, cameBy, pinned;
    int held = 0, missed = 0, onTurn = 0, overflow = 0;
    long long raised = 0, until = 0, stageOrder = 0, powerOrder = 0, waitOrder = 0, slot = 0, arrived = 0;
    soci::statement st =
        (sql.prepare << "SELECT identity, name, role, power, seat, held, muted_by, hand_key, hand_note, hand_ms, hand_missed, "
                        "offer_until_ms, offer_by, offer_on_turn, stage_order, power_order, wait_order, slot_ms, arrived_ms, came_by, hand_pinned, overflow "
                        "FROM seats WHERE room = :r",
         use(room.str(), "r"), into(who), into(name), into(role), into(power), into(seat), into(held), into(mutedBy), into(key),
         into(note), into(raised), into(missed), into(until), into(by), into(onTurn), into(stageOrder), into(powerOrder),
         into(waitOrder), into(slot), into(arrived), into(cameBy), into(pinned), into(overflow));
    st.execute();
    while (st.fetch()) {
        Person p;
        p.identity = base::Identity(who);
        p.name = name;
        p.role = roleOf(role);
        p.power = powerOf(power);
        p.seat = api::parseSeat(seat).value_or(api::Seat::audience);
        p.held = held != 0;
        p.mutedBy = base::Identity(mutedBy);
        std::optional<Hand> hand;
        if (!key.empty()) hand = Hand{key, note, base::fromUnixMs(raised), missed != 0, pinned};
        if (until != 0)
            p.offer = Offer{{}, base::fromUnixMs(until), base::Identity(by), std::move(hand), onTurn != 0};
        else
            p.hand = std::move(hand);
        p.overflow = overflow;
        p.waitOrder = static_cast<std::uint64_t>(waitOrder);
        p.slotUntilWall = base::fromUnixMs(slot);
        p.arrivedAt = base::fromUnixMs(arrived);
        p.cameBy = base::InvitationId(cameBy);
        p.stageOrder = static_cast<std::uint64_t>(stageOrder);
        p.powerOrder = static_cast<std::uint64_t>(powerOrder);
        stage.people.emplace(p.identity, std::move(p));
    }
    std::string marked, mark;
    soci::statement marks = (sql.prepare << "SELECT identity, mark FROM marks WHERE room = :r", use(room.str(), "r"), into(marked), into(mark));
    marks.execute();
    while (marks.fetch()) stage.marks.emplace(base::Identity(marked), mark == "removed" ? Mark::removed : Mark::lowered);
    return stage;
}

}  // namespace parlour::house
