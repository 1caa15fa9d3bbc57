// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/desk_store.h"

#include "core/house/store/store_impl.h"

namespace parlour::house {

using soci::into;
using soci::use;

RoomSettings DeskStore::settings(const base::RoomId& room) {
    RoomSettings s;
    std::string hands;
    int sign = 0, waiting = 0, stageOnly = 0, held = 0;
    auto& sql = m_store.impl().rows();
    sql << "SELECT preset, hands, slot_s, turn_s, slot_sign, waiting, stage_only, joins, cap, overflow, held FROM room_settings WHERE room = :r",
        use(room.str(), "r"), into(s.preset), into(hands), into(s.slotSeconds), into(s.turnSeconds), into(sign), into(waiting),
        into(stageOnly), into(s.joinsPerMinute), into(s.cap), into(s.overflow), into(held);
    if (!sql.got_data()) return RoomSettings{};
    s.hands = parseHandPolicy(hands).value_or(HandPolicy::everyone);
    s.slotIsSign = sign != 0;
    s.waitingRoom = waiting != 0;
    s.stageOnly = stageOnly != 0;
    s.audienceHeld = held != 0;
    return s;
}

void DeskStore::saveSettings(const base::RoomId& room, const RoomSettings& s) {
    auto& sql = m_store.impl().rows();
    const std::string hands(toString(s.hands));
    const int sign = s.slotIsSign, waiting = s.waitingRoom, stageOnly = s.stageOnly, held = s.audienceHeld;
    sql << "DELETE FROM room_settings WHERE room = :r", use(room.str(), "r");
    sql << "INSERT INTO room_settings(room, preset, hands, slot_s, turn_s, slot_sign, waiting, stage_only, joins, cap, overflow, held) "
           "VALUES(:r, :p, :h, :s, :t, :g, :w, :o, :j, :c, :v, :d)",
        use(room.str(), "r"), use(s.preset, "p"), use(hands, "h"), use(s.slotSeconds, "s"), use(s.turnSeconds, "t"),
        use(sign, "g"), use(waiting, "w"), use(stageOnly, "o"), use(s.joinsPerMinute, "j"), use(s.cap, "c"), use(s.overflow, "v"), use(held, "d");
}

std::optional<AuditRow> DeskStore::lastChange(const base::RoomId& room, base::WallTime since) {
    auto& sql = m_store.impl().rows();
    const long long from = base::toUnixMs(since);
    long long at = 0;
    std::string actor;
    sql << "SELECT at_ms, actor FROM audit WHERE room = :r AND action = 'settings' AND at_ms >= :s ORDER BY n DESC LIMIT 1",
        use(room.str(), "r"), use(from, "s"), into(at), into(actor);
    if (!sql.got_data()) return std::nullopt;
    return AuditRow{base::fromUnixMs(at), room, base::Identity(actor), "settings", {}, {}};
}

std::vector<NamedPower> DeskStore::powers(const base::RoomId& room) {
    auto& sql = m_store.impl().rows();
    std::vector<NamedPower> out;
    std::string who, name, power;
    soci::statement st = (sql.prepare << "SELECT m.identity, p.name, m.power FROM members m JOIN persons p ON p.identity = m.identity "
                                         "WHERE m.room = :r AND m.active = 1 AND m.power IN ('host', 'moderator')",
                          use(room.str(), "r"), into(who), into(name), into(power));
    st.execute();
    while (st.fetch()) out.push_back({base::Identity(who), name, powerOf(power)});
    return out;
}

void DeskStore::banLink(const base::RoomId& room, const base::InvitationId& link, std::optional<base::WallTime> until,
                        base::WallTime at) {
    auto& sql = m_store.impl().rows();
    MaybeNumber end(until);
    const long long ms = base::toUnixMs(at);
    sql << "DELETE FROM link_bans WHERE room = :r AND invitation = :i", use(room.str(), "r"), use(link.str(), "i");
    sql << "INSERT INTO link_bans(room, invitation, until_ms, at_ms) VALUES(:r, :i, :u, :a)", use(room.str(), "r"),
        use(link.str(), "i"), use(end.value, end.present, "u"), use(ms, "a");
}

std::vector<BanRow> DeskStore::bans(const base::RoomId& room, base::WallTime now) {
    auto& sql = m_store.impl().rows();
    const long long ms = base::toUnixMs(now);
    std::vector<BanRow> out;
    std::string who;
    MaybeNumber until;
    soci::statement st = (sql.prepare << "SELECT identity, until_ms FROM bans WHERE room = :r AND (until_ms IS NULL OR until_ms > :n) "
                                         "ORDER BY at_ms DESC, identity",
                          use(room.str(), "r"), use(ms, "n"), into(who), into(until.value, until.present));
    st.execute();
    while (st.fetch()) out.push_back({room, base::Identity(who), until.time()});
    return out;
}

std::vector<LinkBan> DeskStore::linkBans(const base::RoomId& room, base::WallTime now) {
    auto& sql = m_store.impl().rows();
    const long long ms = base::toUnixMs(now);
    std::vector<LinkBan> out;
    std::string link;
    MaybeNumber until;
    soci::statement st = (sql.prepare << "SELECT invitation, until_ms FROM link_bans WHERE room = :r AND (until_ms IS NULL OR until_ms > "
                                         ":n) ORDER BY at_ms DESC, invitation",
                          use(room.str(), "r"), use(ms, "n"), into(link), into(until.value, until.present));
    st.execute();
    while (st.fetch()) out.push_back({base::InvitationId(link), until.time()});
    return out;
}

bool DeskStore::unban(const base::RoomId& room, const base::Identity& who) {
    auto& sql = m_store.impl().rows();
    int there = 0;
    sql << "SELECT COUNT(*) FROM bans WHERE room = :r AND identity = :w", use(room.str(), "r"), use(who.str(), "w"), into(there);
    sql << "DELETE FROM bans WHERE room = :r AND identity = :w", use(room.str(), "r"), use(who.str(), "w");
    return there > 0;
}

bool DeskStore::unbanLink(const base::RoomId& room, const base::InvitationId& link) {
    auto& sql = m_store.impl().rows();
    int there = 0;
    sql << "SELECT COUNT(*) FROM link_bans WHERE room = :r AND invitation = :i", use(room.str(), "r"), use(link.str(), "i"), into(there);
    sql << "DELETE FROM link_bans WHERE room = :r AND invitation = :i", use(room.str(), "r"), use(link.str(), "i");
    return there > 0;
}

}  // namespace parlour::house
