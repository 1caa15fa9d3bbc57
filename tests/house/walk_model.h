// SPDX-License-Identifier: Apache-2.0
// What section 4 of rooms-and-invitations says about links, memberships, revoking and bans, told again in the simplest way
// and without a look at core/house: the other side of the random walk.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace parlour::tests::walk {

/// One step of the walk; what the numbers mean depends on the verb.
struct Step {
    std::string verb;
    int who = 0;          ///< person
    int link = 0;
    int room = 0;
    int choice = 0;       ///< kind, scope, power, code or a token, by the verb
    int uses = 0;         ///< 0 = any number
    long long from = 0;   ///< not before; 0 = at once
    long long until = 0;  ///< expiry or end of a ban; 0 = never
    bool right = true;    ///< the secret fits
    int by = 0, rank = 2; ///< who takes places in the house away, and as what: 2 admin, 3 owner
    int lock = 0, key = -1; ///< what a link demands: 1 a code, 2 somebody's yes; whom it is for
    long long now = 0;
};

class Model {
  public:
    std::string apply(const Step& s) {
        if (s.verb == "room") return m_ended.push_back(false), "ok";
        if (s.verb == "invite") return invite(s);
        if (s.verb == "redeem") return redeem(s);
        if (s.verb == "revoke") return revoke(s);
        if (s.verb == "ban") return ban(s);
        if (s.verb == "power") return power(s);
        if (s.verb == "end") return end(s);
        if (s.verb == "found") return found(s);
        if (s.verb == "offer") return offer(s);
        if (s.verb == "expel") return withdrawn(reachOf({s.who}, s.choice == 2, s.by, s.rank));
        if (s.verb == "rank") return setRank(s);
        if (s.verb == "leave") return leave(s);
        if (s.verb == "left") return left(s.who, s.now);
        if (s.verb == "apply") return waitingList(s);
        if (s.verb == "verdict") return verdict(s);
        if (s.verb == "grant") return isIn(s.who, s.now) ? (m_house[s.who].given += s.uses, houseText(s.who)) : "no";
        if (s.verb == "earn") return m_earned.insert({s.who, s.choice}).second ? "fresh" : "known";
        if (s.verb == "suspend") return suspend(s);
        if (s.verb == "restore") return restore(s);
        if (s.verb == "delete") return forget(s);
        if (s.verb == "spend") return m_spent.insert(s.choice).second ? "fresh" : "spent";
        if (s.verb == "look") return look(s.room, s.who, s.link, s.now);
        return "no such step";
    }
    int links() const { return static_cast<int>(m_links.size()); }
    int rooms() const { return static_cast<int>(m_ended.size()); }

    std::string look(int room, int who, int link, long long now) const {
        return memberText(room, who) + (isBanned(room, who, now) ? " banned" : "") + " " + linkText(link);
    }

    std::string house(int who) const { return houseText(who); }

  private:
    static constexpr int kMember = 1, kOwner = 3;  // 2 = admin
    static constexpr int kListener = 0, kModerator = 2, kNoPower = 0, kModeratorPower = 1, kHost = 2;
    struct Link {
        int room, kind, uses, used, issuer, parent;
        long long from, until;
        bool revoked;
        int lock = 0, key = -1;
        bool let = false;  ///< spent on letting somebody in: nobody has its secret
    };
    struct Member {
        int role = kListener, power = kNoPower, epoch = 1, link = -1;
        bool active = false;
    };
    using Key = std::pair<int, int>;  // room, person

    Member* find(int room, int who) {
        const auto it = m_members.find({room, who});
        return it == m_members.end() ? nullptr : &it->second;
    }
    std::string memberText(int room, int who) const {
        const auto it = m_members.find({room, who});
        if (it == m_members.end()) return "stranger";
        const Member& m = it->second;
        return std::to_string(m.role) + "/" + std::to_string(m.power) + "/" + std::to_string(m.epoch) + "/" + std::to_string(m.link) +
               (m.active ? "" : " gone");
    }
    std::string linkText(int n) const {
        if (n >= links()) return "no link";
        const Link& l = m_links[static_cast<std::size_t>(n)];
        return std::to_string(l.used) + (l.revoked ? " revoked" : "");
    }
    bool isBanned(int room, int who, long long now) const {
        const auto it = m_bans.find({room, who});
        return it != m_bans.end() && (it->second == 0 || it->second > now);
    }

    std::string invite(const Step& s) {
        if (m_ended[static_cast<std::size_t>(s.room)]) return "ended";
        const Member* issuer = find(s.room, s.who);
        m_links.push_back({s.room, s.choice, s.uses, 0, s.who, issuer ? issuer->link : -1, s.from, s.until, false, s.lock, s.key});
        return "ok";
    }

    std::string redeem(const Step& s) {
        if (s.link >= links() || !s.right || m_links[static_cast<std::size_t>(s.link)].let) return "invitation_unknown";
        Link& l = m_links[static_cast<std::size_t>(s.link)];
        if (const auto no = demand(s, l); !no.empty()) return no;
        if (l.room < 0) return join(s, l);
        if (isBanned(l.room, s.who, s.now)) return "banned";
        m_named.insert(s.who);
        Member* m = find(l.room, s.who);
        const bool inside = m && m->active;
        const std::string as = inside ? memberText(l.room, s.who) : "";
        const bool more = !inside || l.kind > m->role || (l.kind == kModerator && m->power == kNoPower);
        if (inside && (!more || m_redeemed.contains({s.link, s.who}))) return as;
        const std::string closed = whyClosed(l, s.now);
        if (!closed.empty()) return inside ? as : closed;
        ++l.used;
        m_redeemed.insert({s.link, s.who});
        if (!m) m = &m_members[{l.room, s.who}];
        m->role = inside ? std::max(m->role, l.kind) : l.kind;
        if (!inside) m->power = kNoPower;
        if (l.kind == kModerator && m->power == kNoPower) m->power = hasHost(l.room) ? kModeratorPower : kHost;
        m->link = s.link;
        m->active = true;
        return memberText(l.room, s.who);
    }
    /// What else than the secret; whoever came by this link before needs nothing more.
    std::string demand(const Step& s, const Link& l) {
        if (isSuspended(s.who, s.now)) return "suspended";
        if (m_redeemed.contains({s.link, s.who})) return "";
        if (l.key >= 0 && l.key != s.who) return "invitation_for_other";
        if (l.lock == 1 && s.choice != 1) return s.choice == 0 ? "code_needed" : "code_wrong";
        if (l.lock != 2) return "";
        if (const auto closed = whyClosed(l, s.now); !closed.empty()) return closed;
        auto& asked = m_asked[{s.who, s.link}];
        if (asked.empty()) asked = "open";
        return asked == "accepted" ? "" : asked == "declined" ? "approval_declined" : "approval_pending";
    }
    static std::string whyClosed(const Link& l, long long now) {
        if (now < l.from) return "invitation_not_yet";
        if (l.revoked) return "invitation_revoked";
        if (l.until != 0 && now >= l.until) return "invitation_expired";
        return l.uses != 0 && l.used >= l.uses ? "invitation_used" : "";
    }
    bool hasHost(int room) const {
        return std::any_of(m_members.begin(), m_members.end(),
                           [&](const auto& one) { return one.first.first == room && one.second.active && one.second.power == kHost; });
    }

    std::string revoke(const Step& s) {
        if (s.link >= links()) return "nobody";
        if (Link& l = m_links[static_cast<std::size_t>(s.link)]; l.room < 0) {
            l.revoked = true;
            std::vector<int> came;
            for (const auto& [who, m] : m_house)
                if (s.choice != 0 && m.link == s.link) came.push_back(who);
            return withdrawn(reachOf(came, s.choice == 2, s.by, s.rank));
        }
        std::set<int> hit{s.link};
        // Parents are older than their children, so one pass upwards finds the whole tree.
        for (int n = s.link + 1; s.choice == 2 && n < links(); ++n)
            if (hit.contains(m_links[static_cast<std::size_t>(n)].parent)) hit.insert(n);
        std::string lost;
        for (const int n : hit) m_links[static_cast<std::size_t>(n)].revoked = true;
        for (auto& [key, m] : m_members) {
            if (s.choice == 0 || !m.active || m.power == kHost || !hit.contains(m.link)) continue;
            m.active = false;
            m.power = kNoPower;
            ++m.epoch;
            lost += " " + std::to_string(key.second);
        }
        return lost.empty() ? "nobody" : lost;
    }

    std::string ban(const Step& s) {
        m_bans[{s.room, s.who}] = s.until;
        for (auto& l : m_links)
            if (l.room == s.room && l.issuer == s.who) l.revoked = true;
        if (Member* m = find(s.room, s.who)) ++m->epoch;
        return "ok";
    }

    std::string power(const Step& s) {
        Member* m = find(s.room, s.who);
        if (!m || !m->active) return "stranger";
        if (s.choice == kHost)
            for (auto& [key, other] : m_members)
                if (key.first == s.room && key.second != s.who && other.power == kHost) other.power = kModeratorPower;
        m->power = s.choice;
        return memberText(s.room, s.who);
    }

    std::string end(const Step& s) {
        m_ended[static_cast<std::size_t>(s.room)] = true;
        for (auto& l : m_links)
            if (l.room == s.room) l.revoked = true;
        return "ok";
    }

    // ---- the house: who belongs to it and by whom
    struct HouseMember {
        int standing = kMember, by = -1, link = -1, given = 2;
        std::string state = "active";
        long long until = 0;  ///< of a suspension; 0 = until it is lifted
    };
    std::string houseText(int who) const {
        const auto it = m_house.find(who);
        if (it == m_house.end()) return "outsider";
        const auto& m = it->second;
        return std::to_string(m.standing) + "/" + m.state + "/" + std::to_string(m.by) + "/" + std::to_string(m.link) + "/" + std::to_string(m.given);
    }
    /// Has a place in the house, suspended or not.
    bool belongs(int who) const {
        return m_house.contains(who) && (m_house.at(who).state == "active" || m_house.at(who).state == "suspended");
    }
    bool isSuspended(int who, long long now) const {
        if (!m_house.contains(who) || m_house.at(who).state != "suspended") return false;
        return m_house.at(who).until == 0 || now < m_house.at(who).until;
    }
    bool isIn(int who, long long now) const { return belongs(who) && !isSuspended(who, now); }

    std::string found(const Step& s) {
        m_house[s.who] = {kOwner, -1, -1, 0, "active", 0};
        m_named.insert(s.who);
        return houseText(s.who);
    }
    /// A newcomer has two; each link costs its uses while it is open and what was used of it afterwards.
    std::string left(int who, long long now) const {
        if (!m_house.contains(who)) return "outsider";
        if (m_house.at(who).standing > kMember) return "any";
        int n = m_house.at(who).given;
        for (const auto& one : m_earned) n += one.first == who;
        for (const auto& l : m_links)
            if (l.room < 0 && l.issuer == who) n -= whyClosed(l, std::max(now, l.from)).empty() ? l.uses : l.used;
        return std::to_string(std::max(n, 0));
    }
    std::string offer(const Step& s) {
        if (!isIn(s.who, s.now)) return "outsider";
        const auto have = left(s.who, s.now);
        if (have != "any" && std::stoi(have) < s.uses) return "no_invitations";
        m_links.push_back({-1, 0, s.uses, 0, s.who, m_house[s.who].link, s.from, s.until, false, s.lock, s.key});
        return "ok";
    }
    std::string join(const Step& s, Link& l) {
        m_named.insert(s.who);
        if (belongs(s.who)) return houseText(s.who);
        if (const auto closed = whyClosed(l, s.now); !closed.empty()) return closed;
        ++l.used;
        m_redeemed.insert({s.link, s.who});
        newMember(s.who, l.issuer, s.link);
        return houseText(s.who);
    }
    void newMember(int who, int by, int link) {
        const int given = m_house.contains(who) ? m_house[who].given : 2;
        m_house[who] = {kMember, by, link, given, "active", 0};
        m_named.insert(who);
    }
    std::set<int> reachOf(const std::vector<int>& people, bool withTheirs, int by, int rank) const {
        std::set<int> all(people.begin(), people.end());
        for (std::size_t before = 0; withTheirs && before != all.size();) {
            before = all.size();
            for (const auto& [who, m] : m_house)
                if (all.contains(m.by)) all.insert(who);
        }
        std::set<int> hit;
        for (const int who : all)
            if (who != by && (!m_house.contains(who) || m_house.at(who).standing < rank)) hit.insert(who);
        return hit;
    }
    std::string withdrawn(const std::set<int>& people, const std::string& state = "removed") {
        std::string lost;
        for (const int who : people) {
            for (auto& l : m_links)
                if (l.issuer == who) l.revoked = true;
            if (!belongs(who)) continue;
            m_house[who].state = state;
            m_house[who].standing = kMember;
            lost += " " + std::to_string(who);
            losePlaces(who);
        }
        return lost.empty() ? "nobody" : lost;
    }
    void losePlaces(int who) {
        for (auto& [key, place] : m_members)
            if (key.second == who && place.active) place = {place.role, kNoPower, place.epoch + 1, place.link, false};
    }
    std::string setRank(const Step& s) {
        if (!isIn(s.who, s.now) || m_house[s.who].standing == kOwner) return "no";
        m_house[s.who].standing = kMember + s.choice % 2;
        return houseText(s.who);
    }
    std::string leave(const Step& s) {
        if (!isIn(s.who, s.now) || m_house[s.who].standing == kOwner) return "no";
        withdrawn({s.who}, "left");
        return houseText(s.who);
    }
    std::string suspend(const Step& s) {
        if (!belongs(s.who) || m_house[s.who].standing >= s.rank) return "no";
        m_house[s.who].state = "suspended";
        m_house[s.who].until = s.until;
        for (auto& [key, place] : m_members)
            if (key.second == s.who && place.active) ++place.epoch;
        return houseText(s.who);
    }
    std::string restore(const Step& s) {
        if (!m_house.contains(s.who)) return "no";
        auto& m = m_house[s.who];
        if (m.standing >= s.rank || (m.state != "suspended" && m.state != "removed")) return "no";
        m.state = "active";
        return houseText(s.who);
    }
    /// The name goes, the place in the tree stays.
    std::string forget(const Step& s) {
        if (m_house.contains(s.who) && m_house[s.who].standing == kOwner) return "owner_stays";
        const bool asked = std::any_of(m_asked.begin(), m_asked.end(), [&](const auto& one) { return one.first.first == s.who; });
        if (!m_named.contains(s.who) && !asked) return "person_unknown";
        for (auto& l : m_links)
            if (l.issuer == s.who || l.key == s.who) l.revoked = true;
        losePlaces(s.who);
        if (m_house.contains(s.who)) m_house[s.who].standing = kMember, m_house[s.who].state = "deleted";
        std::erase_if(m_asked, [&](const auto& one) { return one.first.first == s.who; });
        std::erase_if(m_earned, [&](const auto& one) { return one.first == s.who; });
        m_named.erase(s.who);
        return "ok";
    }

    // ---- those who wait; link -1 = the waiting list of the house
    std::string waitingList(const Step& s) {
        if (isSuspended(s.who, s.now)) return "suspended";
        if (isIn(s.who, s.now)) return "member_already";
        auto& asked = m_asked[{s.who, -1}];
        if (asked != "declined") asked = "open";
        return asked;
    }
    std::string verdict(const Step& s) {
        const auto it = m_asked.find({s.who, s.link});
        if (it == m_asked.end()) return "application_unknown";
        if (s.link < 0 && !isIn(s.by, s.now)) return "members_only";
        if (s.link >= 0 && m_links[static_cast<std::size_t>(s.link)].issuer != s.by) return "application_unknown";
        if (it->second != "open") return "answered_already";
        // Letting in costs an invitation; whoever came in by another way meanwhile costs none.
        if (s.choice != 0 && s.link < 0 && !belongs(s.who)) {
            const auto have = left(s.by, s.now);
            if (have == "0") return "no_invitations";
            m_links.push_back({-1, 0, 1, 1, s.by, m_house[s.by].link, 0, 0, false, 0, s.who, true});
            m_redeemed.insert({links() - 1, s.who});
            newMember(s.who, s.by, links() - 1);
        }
        return it->second = s.choice != 0 ? "accepted" : "declined";
    }

    std::vector<bool> m_ended;
    std::vector<Link> m_links;
    std::map<Key, Member> m_members;
    std::set<std::pair<int, int>> m_redeemed;  // link, person
    std::map<Key, long long> m_bans;
    std::set<int> m_spent;
    std::map<int, HouseMember> m_house;
    std::map<std::pair<int, int>, std::string> m_asked;  // person, link
    std::set<std::pair<int, int>> m_earned;              // person, live session
    std::set<int> m_named;                               // whom the house knows by name
};

}  // namespace parlour::tests::walk
