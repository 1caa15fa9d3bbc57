// SPDX-License-Identifier: Apache-2.0
// Section 1 of rooms-and-invitations.md told again in the simplest way, without a look at core/house: what one room looks like
// after each step. Time goes by in whole seconds and everything that runs out is looked for every second.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace parlour::tests::stagewalk {

struct Rules {
    std::size_t seats = 4, hands = 3;
    std::string policy = "everyone";
    int slot = 0, turn = 0, perMinute = 0, cap = 0;
    bool sign = false, waitingRoom = false, stageOnly = false;
};

/// What a person holds in the room, inside or not.
struct Place {
    int role = 0, power = 0;  ///< 0 listener 1 speaker 2 moderator; 0 none 1 moderator 2 host
    bool oneUse = false;
    int link = 0;
    long long redeemed = 0;
    long long bannedUntil = 0;  ///< -1 for good
};

struct Hand {
    int pin = 0;         ///< 0 = not pinned; the smaller stands in front
    long long home = 0;  ///< the place without a pin
    auto key() const { return std::pair(pin == 0 ? 1'000'000'000 : pin, home); }
};
struct Offer {
    long long until = 0;
    std::optional<Hand> hand;
    bool turn = false;
};
enum class Seat { audience, stage, waiting };
struct Guest {
    Seat seat = Seat::audience;
    int power = 0;
    bool held = false, present = false;
    std::string mutedBy;
    std::optional<Hand> hand;
    std::optional<Offer> offer;
    long long gone = 0, slotEnds = 0, arrived = 0, noHandBefore = 0;  // noHandBefore in ms
    long long sinceStage = 0, sincePower = 0, sinceWaiting = 0;
};

/// The names sort as the identities do: what happens at one moment happens in this order.
class Room {
  public:
    Rules rules;
    std::map<std::string, Place> places;
    std::map<std::string, Guest> inside;
    std::map<int, long long> linkBans;  ///< until; -1 for good
    long long now = 1;
    bool live = false, handsLocked = false, doorLocked = false;

    bool barred(const std::string& who) const {
        const auto& p = places.at(who);
        const auto runs = [&](long long until) { return until < 0 || until > now; };
        const auto link = linkBans.find(p.link);
        return runs(p.bannedUntil) || (p.power == 0 && link != linkBans.end() && runs(link->second));
    }
    bool waitsForHost() const {
        return live && std::none_of(inside.begin(), inside.end(), [](const auto& one) { return one.second.power > 0; });
    }
    bool maySpeak(const Guest& g) const { return g.seat == Seat::stage && (m_lock < 0 || g.power > 0); }
    std::vector<std::string> queue() const {
        std::vector<std::string> out;
        for (const auto& [who, g] : inside)
            if (g.hand) out.push_back(who);
        std::sort(out.begin(), out.end(), [&](const auto& a, const auto& b) { return inside.at(a).hand->key() < inside.at(b).hand->key(); });
        return out;
    }

    /// "ok", "waiting" or why not.
    std::string enter(const std::string& who);
    void connect(const std::string& who) {
        if (!inside.contains(who)) return;
        inside[who].present = m_everPresent = true;
        settle();
    }
    void disconnect(const std::string& who) {
        if (!inside.contains(who) || !inside[who].present) return;
        inside[who].present = false;
        inside[who].gone = now;
        settle();
    }
    void leave(const std::string& who) {
        drop(who);
        settle();
    }
    void spoke(const std::string& who) {
        if (inside.contains(who) && inside[who].seat == Seat::stage && !inside[who].held) inside[who].hand.reset();
    }
    void unmuted(const std::string& who) {
        if (inside.contains(who)) inside[who].mutedBy.clear();
    }
    void pass(int seconds) {
        for (; seconds > 0; --seconds) ++now, tick();
    }
    void restart() {
        if (!live) return;
        for (auto& [who, g] : inside) {
            g.present = false;
            g.gone = now;
            g.noHandBefore = 0;
        }
        m_hostGone = -1;
        m_joins = 0;
        m_minute = now;
        if (m_lock >= 0) m_lock = now;
        if (m_empty >= 0) m_empty = now;
        settle();
    }

    struct Order {
        std::string verb, actor, target;  ///< target empty: the actor
        bool on = true;
        int number = 0;                   ///< place, seconds, or minutes: 0 = for good
        int link = -1;                    ///< of the many
    };
    /// "ok" or why not; nothing changes then.
    std::string order(const Order& o) {
        if (!live) return "not_live";
        if (!inside.contains(o.actor)) return "not_in_room";
        const Room before = *this;
        const auto said = carryOut(o);
        if (said != "ok") *this = before;
        if (live) settle();
        return said;
    }

  private:
    std::string carryOut(const Order& o);
    std::string many(const Order& o);
    std::string queueOrder(const Order& o, Guest* target);
    std::string mayRaise(const std::string& who, const Guest& me) const;
    void tick();
    void settle();
    void findHost();

    std::size_t seatsTaken() const {
        return static_cast<std::size_t>(
            std::count_if(inside.begin(), inside.end(), [](const auto& one) { return one.second.seat == Seat::stage || one.second.offer; }));
    }
    bool full() const { return seatsTaken() >= rules.seats; }
    void drop(const std::string& who) {
        inside.erase(who);
        if (m_turn == who) m_turn.clear();
    }
    void up(const std::string& who) {
        Guest& g = inside[who];
        g = {Seat::stage, g.power, false, g.present, "", {}, {}, g.gone, 0, g.arrived, g.noHandBefore, ++m_order, g.sincePower, 0};
        m_cameDown.erase(who);
    }
    void down(const std::string& who) {
        Guest& g = inside[who];
        g = {Seat::audience, g.power, false, g.present, "", {}, {}, g.gone, 0, g.arrived, g.noHandBefore, 0, g.sincePower, 0};
        m_cameDown.insert(who);
        if (m_turn == who) m_turn.clear();
    }
    void give(const std::string& who, int power) {
        places[who].power = power;
        if (!inside.contains(who)) return;
        Guest& g = inside[who];
        if (g.power == 0 && power > 0) g.sincePower = ++m_order;
        g.power = power;
    }
    void crown(const std::string& who) {
        if (!m_host.empty() && m_host != who) give(m_host, 1);
        m_host = who;
        m_hadHost = true;
        m_hostGone = m_lock = -1;
        give(who, 2);
    }
    void finish() {
        inside.clear();
        m_cameDown.clear();
        m_removed.clear();
        live = handsLocked = doorLocked = m_hadHost = m_everPresent = false;
        m_host.clear();
        m_turn.clear();
        m_hostGone = m_lock = m_empty = -1;
    }
    bool mustWait(const std::string& who);

    std::string m_host, m_turn;
    std::set<std::string> m_cameDown, m_removed;
    bool m_hadHost = false, m_everPresent = false;
    long long m_hostGone = -1, m_lock = -1, m_empty = -1, m_minute = 0, m_doorSince = 0;
    int m_joins = 0, m_pins = 0;
    long long m_order = 0, m_key = 0, m_front = 0;
};

}  // namespace parlour::tests::stagewalk
