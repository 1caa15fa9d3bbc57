// SPDX-License-Identifier: Apache-2.0
// The rows of the state table for stage_walk_model.h.
#pragma once

#include "tests/server/stage_walk_model.h"

namespace parlour::tests::stagewalk {

inline bool Room::mustWait(const std::string& who) {
    const Guest& me = inside[who];
    if (me.power > 0 || places[who].role > 0) return false;
    if (rules.waitingRoom) return true;
    int within = 0, before = 0;
    for (const auto& [other, g] : inside) {
        if (other == who) continue;
        if (g.seat != Seat::waiting) ++within;
        else if (me.sinceWaiting == 0 || g.sinceWaiting < me.sinceWaiting) ++before;
    }
    if (rules.cap > 0 && within + before >= rules.cap) return true;
    if (rules.perMinute == 0) return false;
    if (now - m_minute >= 60) m_minute = now, m_joins = 0;
    return m_joins + before >= rules.perMinute;
}

inline std::string Room::enter(const std::string& who) {
    if (barred(who)) return "banned";
    const Place& place = places[who];
    if (live && m_removed.contains(who)) return "removed";
    if (live && doorLocked && !inside.contains(who) && place.power == 0 && !(place.oneUse && place.redeemed >= m_doorSince)) return "door_locked";
    if (!live) live = true, m_empty = m_minute = now, m_joins = 0;
    const bool known = inside.contains(who);
    Guest& me = inside[who];
    if (!known) {
        me.arrived = me.gone = now;
        me.power = place.power;
        if (me.power > 0) me.sincePower = ++m_order;
        if (me.power == 2) m_host = who, m_hadHost = true;
    }
    if (!me.present) me.gone = now;
    if (!known || me.seat == Seat::waiting) {
        if (mustWait(who)) {
            me.seat = Seat::waiting;
            if (me.sinceWaiting == 0) me.sinceWaiting = ++m_order;
        } else {
            if (rules.perMinute > 0 && me.power == 0 && place.role == 0) ++m_joins;  // slow-join is about listeners
            me.seat = Seat::audience;
            me.sinceWaiting = 0;
            if ((place.role > 0 || me.power > 0) && !m_cameDown.contains(who) && !full()) up(who);
        }
    }
    const bool waits = inside[who].seat == Seat::waiting;
    settle();
    return waits ? "waiting" : "ok";
}

inline void Room::tick() {
    if (!live) return;
    std::vector<std::string> all;
    for (const auto& [who, g] : inside) all.push_back(who);
    for (const auto& who : all)
        if (!inside[who].present && now - inside[who].gone >= 60) drop(who);
    for (auto& [who, g] : inside) {
        if (!g.offer || now < g.offer->until) continue;
        auto hand = g.offer->hand;
        g.offer.reset();
        if (hand) g.hand = Hand{0, -(++m_front)};  // missed: the front of the queue
    }
    for (const auto& who : all)
        if (!rules.sign && inside.contains(who) && inside[who].slotEnds > 0 && now >= inside[who].slotEnds) down(who);
    settle();
}

inline void Room::settle() {
    if (live) findHost();
    if (!live) return;
    if (!inside.empty()) m_empty = -1;
    else if (m_empty < 0) m_empty = now;
    if (m_empty >= 0 && now - m_empty >= (m_everPresent ? 20 : 300)) finish();
}

inline void Room::findHost() {
    if (!m_hadHost) return;
    const auto host = inside.find(m_host);
    if (host != inside.end() && host->second.present) {
        m_hostGone = m_lock = -1;
        return;
    }
    if (m_hostGone < 0) m_hostGone = host == inside.end() ? now : host->second.gone;
    if (now - m_hostGone < 60) return;
    std::string moderator, speaker;
    bool coming = false;  // somebody who would take the chair may still come back
    for (const auto& [who, g] : inside) {
        if (who == m_host) continue;
        const bool could = g.power == 1 || (g.power == 0 && g.seat == Seat::stage && m_lock < 0);
        if (!could) continue;
        if (!g.present) coming = true;
        else if (g.power == 1 && (moderator.empty() || g.sincePower < inside[moderator].sincePower)) moderator = who;
        else if (g.power == 0 && (speaker.empty() || g.sinceStage < inside[speaker].sinceStage)) speaker = who;
    }
    if (!moderator.empty()) return crown(moderator);
    if (coming) return;
    if (!speaker.empty()) return crown(speaker);
    if (m_lock < 0) m_lock = now;
    if (now - m_lock >= 300) finish();
}

inline std::string Room::mayRaise(const std::string& who, const Guest& me) const {
    if (me.hand || me.offer) return "ok";
    if (me.seat == Seat::stage && !me.held && me.power == 0) return "already_on_stage";
    if (me.power == 0 && !me.held) {
        if (handsLocked) return "hands_locked";
        if (rules.policy == "off" || rules.stageOnly) return "hands_off";
        if (rules.policy == "members") return "hands_members";  // nobody here is followed
        if (rules.policy == "invited" && places.at(who).role == 0 && !places.at(who).oneUse) return "hands_invited";
    }
    if (now * 1000 < me.noHandBefore) return "hand_too_soon";
    const auto up = std::count_if(inside.begin(), inside.end(), [](const auto& one) {  // who is invited may come back to the queue
        return one.second.hand || (one.second.offer && one.second.offer->hand);
    });
    return static_cast<std::size_t>(up) >= rules.hands ? "too_many_hands" : "raise";
}

inline std::string Room::carryOut(const Order& o) {
    const bool self = o.target.empty() || o.target == o.actor;
    const std::string who = self ? o.actor : o.target;
    Guest& me = inside[o.actor];
    Guest* target = inside.contains(who) ? &inside[who] : nullptr;
    const bool moderates = me.power > 0, above = target && me.power > target->power;
    const auto& v = o.verb;
    if (v == "raise") {
        if (me.seat == Seat::waiting) return "not_here";
        if (!self) return "not_allowed";
        const auto may = mayRaise(who, me);
        if (may != "raise") return may;
        me.hand = Hand{0, ++m_key};
        me.noHandBefore = now * 1000 + 500;
    } else if (v == "accept" || v == "decline" || v == "up") {
        if (v == "up" && me.seat == Seat::waiting) return "not_here";
        if (!self) return "not_allowed";
        if (v == "decline") return me.offer.reset(), "ok";
        if (me.seat == Seat::stage) return "ok";
        if (v == "up" && me.power == 0) return "not_allowed";
        if (v == "up" && !me.offer && full()) return "stage_full";
        if (v == "accept" && !me.offer) return "no_offer";
        const bool turn = v == "accept" && me.offer->turn;
        up(who);
        const int seconds = turn && rules.turn > 0 ? rules.turn : rules.slot;
        if (v == "accept" && me.power == 0 && seconds > 0) me.slotEnds = now + seconds;
        if (turn) m_turn = who;
    } else if (v == "lower") {
        if (!self && !moderates) return "not_allowed";
        if (!target) return "not_here";
        target->hand.reset();
    } else if (v == "down") {
        if (!target) return "not_here";
        if (!self && (!moderates || !above)) return "not_allowed";
        if (target->seat != Seat::stage) return self ? "ok" : "not_on_stage";
        down(who);
    } else if (v == "promote" || v == "demote" || v == "host" || v == "end") {
        if (me.power != 2) return "host_only";
        if (v == "end") return finish(), "ok";
        if (!target) return "not_here";
        if (v == "demote" && target->power == 2) return "host_stays";
        if (v == "promote" && target->power == 0) give(who, 1);
        if (v == "demote") give(who, 0);
        if (v == "host" && target->power != 2) crown(who);
    } else if (!moderates) {
        return "not_allowed";
    } else if (v == "invite" || v == "dismiss") {
        if (self) return "not_allowed";
        if (!target || (v == "invite" && target->seat == Seat::waiting)) return "not_here";
        if (v == "dismiss") {
            if (!target->hand && !target->offer) return "ok";
            target->hand.reset();
            target->offer.reset();
            target->noHandBefore = (now + 10) * 1000;
            return "ok";
        }
        if (target->seat == Seat::stage) return "already_on_stage";
        if (target->offer) return "ok";
        if (full()) return "stage_full";
        target->offer = Offer{now + 30, std::exchange(target->hand, std::nullopt), false};
    } else if (v == "mute" || v == "ask" || v == "hold" || v == "release") {
        if (!target) return "not_here";
        if ((v == "hold" || v == "release") && !above) return "not_allowed";
        if (target->seat != Seat::stage) return "not_on_stage";
        if (v == "mute") target->mutedBy = o.actor;
        else if (v == "ask") return target->held ? "held" : "ok";
        else if (target->held != (v == "hold")) {
            target->held = v == "hold";
            if (v == "release") target->hand.reset();
        }
    } else if (v == "remove" || v == "ban") {
        if (self) return "not_yourself";
        if (!target) return "not_here";
        if (!above) return "not_allowed";
        drop(who);
        if (v == "remove") m_removed.insert(who);
        else places[who].bannedUntil = o.number == 0 ? -1 : now + o.number * 60, places[who].power = 0;
    } else if (v == "lock_hands") {
        handsLocked = o.on;
    } else if (v == "lock_door") {
        if (doorLocked != o.on) doorLocked = o.on, m_doorSince = now;
    } else if (v == "mute_all") {
        for (auto& [name, g] : inside)
            if (g.seat == Seat::stage && g.power == 0) g.mutedBy = o.actor;
    } else if (v == "admit") {
        bool any = false;
        for (auto& [name, g] : inside) {
            if (g.seat != Seat::waiting || (!o.target.empty() && name != o.target)) continue;
            any = true;
            g.seat = Seat::audience;
            g.sinceWaiting = 0;
            g.gone = now;
        }
        if (!any && !o.target.empty()) return "not_waiting";
    } else if (v == "remove_many" || v == "ban_many") {
        return many(o);
    } else {
        return queueOrder(o, o.target.empty() && v != "slot" ? nullptr : target);
    }
    return "ok";
}

inline std::string Room::many(const Order& o) {
    std::vector<std::string> hit;
    for (const auto& [who, g] : inside)
        if (who != o.actor && inside[o.actor].power > g.power &&
            (o.link >= 0 ? places[who].link == o.link : g.arrived >= now - o.number * 60))
            hit.push_back(who);
    for (const auto& who : hit) {
        drop(who);
        if (o.verb == "remove_many") m_removed.insert(who);
        else places[who].bannedUntil = now + 60, places[who].power = 0;
    }
    if (o.verb == "ban_many" && o.link >= 0) linkBans[o.link] = now + 60;
    return "ok";
}

inline std::string Room::queueOrder(const Order& o, Guest* target) {
    const auto line = queue();
    if (o.verb == "clear_hands") {
        for (const auto& who : line) inside[who].hand.reset();
    } else if (o.verb == "next") {
        const auto first = std::find_if(line.begin(), line.end(), [&](const auto& who) { return inside[who].seat == Seat::audience; });
        if (first == line.end()) return "queue_empty";
        if (inside.contains(m_turn) && inside[m_turn].power == 0 && inside[m_turn].seat == Seat::stage) down(m_turn);
        if (full()) return "stage_full";
        inside[*first].offer = Offer{now + 30, std::exchange(inside[*first].hand, std::nullopt), true};
    } else if (o.verb == "slot") {
        if (!target) return "not_here";
        if (target != &inside[o.actor] && inside[o.actor].power <= target->power) return "not_allowed";
        if (target->seat != Seat::stage) return "not_on_stage";
        target->slotEnds = o.number > 0 ? now + o.number : 0;
    } else if (!target) {
        return "not_here";
    } else if (!target->hand) {
        return "no_hand";
    } else if (o.verb == "pin") {
        if (o.on && target->hand->pin == 0) target->hand->pin = ++m_pins;
        if (!o.on) target->hand->pin = 0;
    } else if (o.verb == "move") {
        if (o.number < 1) return "bad_place";
        std::vector<Hand> spots;
        for (const auto& who : line) spots.push_back(*inside[who].hand);
        auto moved = line;
        moved.erase(std::find(moved.begin(), moved.end(), o.target));
        moved.insert(moved.begin() + std::min<std::ptrdiff_t>(o.number - 1, std::ssize(moved)), o.target);
        for (std::size_t i = 0; i < moved.size(); ++i) inside[moved[i]].hand = spots[i];
    } else {
        return "no such order";
    }
    return "ok";
}

}  // namespace parlour::tests::stagewalk
