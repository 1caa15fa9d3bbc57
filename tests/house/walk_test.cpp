// SPDX-License-Identifier: Apache-2.0
// A random walk over section 4: every step runs on the real store, in one or two processes that are killed now and then,
// and notes what it saw in its own transaction. Afterwards the notes are told to the model, in their order.
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <map>
#include <random>
#include <sstream>

#include "core/crypto/hash.h"
#include "core/house/invitation.h"
#include "core/house/membership.h"
#include "core/house/person.h"
#include "tests/house/walk_model.h"
#include "tests/support/catch.h"
#include "tests/support/database.h"

using namespace parlour;
using namespace parlour::tests;
using house::Store;
using walk::Step;

namespace {

constexpr int kPeople = 40, kRoomsAtOnce = 4;

// Names that both processes know without telling each other.
base::RoomId roomOf(int n) { return base::RoomId("room" + std::to_string(n)); }
base::Identity personOf(int n) { return base::Identity("person" + std::to_string(n)); }
base::InvitationId linkOf(int n) { return base::InvitationId("link" + std::to_string(n)); }
std::string secretOf(int n) { return "secret of " + std::to_string(n); }
int numberOf(const std::string& name) { return name.empty() ? -1 : std::stoi(name.substr(name.find_first_of("0123456789"))); }
base::WallTime at(long long seconds) { return base::fromUnixMs(1'795'000'000'000 + seconds * 1000); }

std::string codeOf(int choice) { return choice == 0 ? "" : choice == 1 ? "0123456789" : "ABCDEFGHJK"; }

std::string written(const Step& s) {
    std::ostringstream out;
    out << s.verb << ' ' << s.who << ' ' << s.link << ' ' << s.room << ' ' << s.choice << ' ' << s.uses << ' ' << s.from << ' ' << s.until << ' '
        << s.right << ' ' << s.now << ' ' << s.by << ' ' << s.rank << ' ' << s.lock << ' ' << s.key;
    return out.str();
}
Step readStep(const std::string& text) {
    std::istringstream in(text);
    Step s;
    in >> s.verb >> s.who >> s.link >> s.room >> s.choice >> s.uses >> s.from >> s.until >> s.right >> s.now >> s.by >> s.rank >> s.lock >> s.key;
    return s;
}

std::string textOf(const house::MemberRow& m) {
    return std::to_string(static_cast<int>(m.role)) + "/" + std::to_string(static_cast<int>(m.power)) + "/" + std::to_string(m.epoch) + "/" +
           std::to_string(numberOf(m.invitation.str())) + (m.active ? "" : " gone");
}

/// Links that the house made by itself to let somebody in have names of its own.
base::InvitationId idOf(Store& store, int n) {
    const auto own = store.meta("walk:let:" + std::to_string(n));
    return own ? base::InvitationId(*own) : linkOf(n);
}
int numberOf(Store& store, const base::InvitationId& id) {
    const auto let = store.meta("walk:number:" + id.str());
    return let ? std::stoi(*let) : numberOf(id.str());
}

std::string textOf(Store& store, const house::HouseMember& m) {
    return std::to_string(static_cast<int>(m.standing)) + "/" + std::string(api::toString(m.state)) + "/" + std::to_string(numberOf(m.invitedBy.str())) +
           "/" + std::to_string(numberOf(store, m.invitation)) + "/" + std::to_string(m.granted);
}

/// The state of the walk beside the house, kept with it.
struct Ground {
    long long steps = 0, now = 0;
    int links = 0, rooms = 0;
    static Ground load(Store& store) {
        Ground g;
        std::istringstream(store.meta("walk").value_or("0 0 0 0")) >> g.steps >> g.now >> g.links >> g.rooms;
        return g;
    }
    void save(Store& store) const {
        std::ostringstream out;
        out << steps << ' ' << now << ' ' << links << ' ' << rooms;
        store.setMeta("walk", out.str());
    }
};

class Walker {
  public:
    Walker(Store& store, unsigned seed) : m_store(store), m_random(seed) {}

    /// One step, or one that breaks off before its commit. False when the store failed.
    bool step(long long& steps) {
        const bool breaksOff = below(40) == 0;
        const auto done = m_store.transact([&]() -> base::Result<void> {
            auto ground = Ground::load(m_store);
            ground.now += below(4);
            const Step s = choose(ground);
            const auto result = run(s, ground);
            m_store.setMeta("walk:" + std::to_string(ground.steps), written(s) + "=" + result);
            steps = ++ground.steps;
            ground.save(m_store);
            if (breaksOff) return base::fail(base::ErrorKind::cancelled, "breaks_off", "as if the power went");
            return {};
        });
        return done || done.error().code == "breaks_off";
    }

  private:
    int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(m_random); }
    /// Mostly one of the newest: the old ones are closed.
    int oneOf(int count, int newest) { return below(20) == 0 ? below(count + 1) : std::max(0, count - 1 - below(newest)); }

    Step choose(const Ground& g) {
        Step s;
        s.now = g.now;
        s.who = below(kPeople);
        s.room = oneOf(g.rooms, kRoomsAtOnce);
        s.link = oneOf(g.links, 40);
        s.choice = below(3);
        s.by = below(kPeople);
        s.rank = 2 + below(2);
        const int dice = below(100);
        if (g.steps == 0) {
            s.verb = "found";
            s.who = 0;
            return s;
        }
        if (g.rooms < kRoomsAtOnce) s.verb = "room";
        else if (dice < 9) {
            s.verb = "offer";
            s.who = below(5) == 0 ? 0 : below(2) == 0 ? insider(g, s.who) : s.who;  // the founder has as many as they like
            s.uses = 1 + below(2);
            if (below(4) == 0) s.from = g.now + below(80);
            if (below(3) == 0) s.until = std::max(g.now, s.from) + 1 + below(200);   // the house takes none that ends before it begins
            demands(s);
        } else if (dice < 20 || g.links == 0) {
            s.verb = "invite";
            s.room = std::min(s.room, g.rooms - 1);
            s.uses = below(3) == 0 ? 0 : 1 + below(3);
            if (below(3) == 0) s.from = g.now + below(100);
            if (below(3) == 0) s.until = g.now + 1 + below(200);
            demands(s);
        } else if (dice < 56) {
            s.verb = "redeem";
            s.right = below(15) != 0;
            s.choice = below(2) == 0 ? below(3) : 1;
        } else if (dice < 63) s.verb = "revoke";
        else if (dice < 67) {
            s.verb = "ban";
            s.room = std::min(s.room, g.rooms - 1);
            s.until = below(4) == 0 ? 0 : g.now + 1 + below(100);
        } else if (dice < 70) {
            s.verb = "power";
            for (int guess = 0; guess < 6 && !(m_store.member(roomOf(s.room), personOf(s.who))); ++guess) s.who = below(kPeople);
        } else if (dice < 73) {
            s.verb = "expel";
            s.choice = below(3) == 0 ? 2 : 1;
            if (s.choice == 2) climb(s);
        } else if (dice < 74) {
            s.verb = "rank";
            s.who = insider(g, s.who);
        } else if (dice < 75) {
            s.verb = "leave";
            s.who = insider(g, s.who);
        } else if (dice < 79) s.verb = "left";
        else if (dice < 80) {
            s.verb = "spend";
            s.choice = below(5000);
        } else if (dice < 83) {
            s.verb = "apply";
            s.link = -1;
        } else if (dice < 88) verdict(s);
        else if (dice < 90) {
            s.verb = below(3) == 0 ? "earn" : "grant";
            s.uses = 1 + below(2);
            s.choice = static_cast<int>(g.now / 50);
        } else if (dice < 92) {
            s.verb = "suspend";
            s.until = below(3) == 0 ? 0 : g.now + 1 + below(60);
        } else if (dice < 94) s.verb = "restore";
        else if (dice == 94) s.verb = "delete";
        else if (dice == 95 && below(3) == 0) {
            s.verb = "end";
            s.room = std::min(s.room, g.rooms - 1);
        } else if (dice == 96 && below(4) == 0) s.verb = "room";
        else s.verb = "look";
        return s;
    }

    void demands(Step& s) {
        const int dice = below(10);
        s.lock = dice < 2 ? 1 : dice < 4 ? 2 : 0;
        if (dice == 9) s.key = below(kPeople);
    }
    /// Somebody who is in, if a few guesses find one: at some hours most people are outside.
    int insider(const Ground& g, int who) {
        house::MemberStore members(m_store);
        for (int guess = 0; guess < 6; ++guess, who = below(kPeople))
            if (const auto member = members.find(personOf(who)); member && member->in(at(g.now)) && member->standing != api::Standing::owner) break;
        return who;
    }
    /// To whoever brought the one who brought this person: a branch is worth cutting where it has branches.
    void climb(Step& s) {
        house::MemberStore members(m_store);
        for (int up = 0; up < 2; ++up)
            if (const auto member = members.find(personOf(s.who)); member && !member->invitedBy.empty() && member->invitedBy != personOf(0))
                s.who = numberOf(member->invitedBy.str());
    }
    /// About somebody who waits, if anybody does, by somebody who may answer, most of the time.
    void verdict(Step& s) {
        house::MemberStore members(m_store);
        s.verb = "verdict";
        const int link = s.link;
        s.link = -1;
        auto asked = members.openApplications({}, 20);
        if (below(2) == 0) {
            const auto row = m_store.invitation(idOf(m_store, link));
            if (row) asked = members.openApplicationsBy(row->id), s.link = link, s.by = numberOf(row->issuer.str());
        }
        if (below(3) == 0 && s.link < 0) s.by = 0;
        if (!asked.empty() && below(8) != 0) s.who = numberOf(asked[static_cast<std::size_t>(below(static_cast<int>(asked.size())))].identity.str());
    }

    std::string run(const Step& s, Ground& g) {
        const auto room = roomOf(s.room);
        const auto who = personOf(s.who);
        const auto id = idOf(m_store, s.link);
        if (s.verb == "room") return m_store.addRoom({roomOf(g.rooms++), "Room", at(s.now)}), "ok";
        if (s.verb == "invite") return invite(s, g);
        if (s.verb == "redeem") {
            const house::RedeemAs as{who, "00", "Person " + std::to_string(s.who)};
            const auto found = house::findInvitation(m_store, id, s.right ? secretOf(s.link) : "wrong");
            if (!found) return found.error().code;
            if (const auto may = house::admitBy(m_store, *found, as, codeOf(s.choice), at(s.now)); !may) {
                house::MemberStore members(m_store);
                if (may.error().code == "approval_pending" && !members.applicationOf(who, id)) ask(s, id, found->room);
                return may.error().code;
            }
            if (found->kind == api::InvitationKind::membership) {
                const auto in = house::joinHouse(m_store, *found, as, at(s.now));
                return in ? textOf(m_store, *in) : in.error().code;
            }
            const auto member = house::redeem(m_store, id, s.right ? secretOf(s.link) : "wrong", as, at(s.now));
            return member ? textOf(*member) : member.error().code;
        }
        if (s.verb == "revoke") {
            const auto row = m_store.invitation(id);
            const auto scope = static_cast<api::RevokeScope>(s.choice);
            if (row && row->kind == api::InvitationKind::membership)
                return withdraw(house::reachOf(m_store, *row, scope, personOf(s.by), static_cast<api::Standing>(s.rank)), s);
            std::set<int> lost;
            if (row)
                for (const auto& one : house::revoke(m_store, *row, scope, at(s.now))) lost.insert(numberOf(one.str()));
            std::string out;
            for (const int one : lost) out += " " + std::to_string(one);
            return out.empty() ? "nobody" : out;
        }
        if (s.verb == "ban") {
            m_store.addBan({room, who, s.until == 0 ? std::nullopt : std::optional(at(s.until))}, at(s.now));
            m_store.revokeInvitationsBy(room, who, at(s.now));
            m_store.raiseEpoch(room, who);
            return "ok";
        }
        if (s.verb == "power") {
            const auto member = m_store.member(room, who);
            if (!member || !member->active) return "stranger";
            m_store.setPower(room, who, static_cast<api::Power>(s.choice));
            return textOf(*m_store.member(room, who));
        }
        if (s.verb == "found" || s.verb == "offer" || s.verb == "expel" || s.verb == "rank" || s.verb == "leave" || s.verb == "left" ||
            s.verb == "grant" || s.verb == "suspend" || s.verb == "restore")
            return inHouse(s, g);
        if (s.verb == "apply" || s.verb == "verdict") return waiting(s, g);
        if (s.verb == "earn") return house::MemberStore(m_store).addEarned(who, base::RoomSid("live" + std::to_string(s.choice)), at(s.now)) ? "fresh" : "known";
        if (s.verb == "delete") {
            const auto gone = house::deletePerson(m_store, who, at(s.now));
            return gone ? "ok" : gone.error().code;
        }
        if (s.verb == "end") return m_store.endRoom(room, at(s.now)), "ok";
        if (s.verb == "spend") return m_store.spendToken("token" + std::to_string(s.choice), at(s.now + 60)) ? "fresh" : "spent";
        const auto member = m_store.member(room, who);
        const auto link = m_store.invitation(id);
        return (member ? textOf(*member) : "stranger") + (m_store.ban(room, who, at(s.now)) ? " banned" : "") + " " +
               (link ? std::to_string(link->used) + (link->revoked ? " revoked" : "") : "no link");
    }

    /// Ends the places of these people; who they are.
    std::string withdraw(const house::Reach& reach, const Step& s) {
        house::withdraw(m_store, reach, api::MemberState::removed, at(s.now));
        std::set<int> people;
        for (const auto& one : reach.people) people.insert(numberOf(one.str()));
        std::string out;
        for (const int one : people) out += " " + std::to_string(one);
        return out.empty() ? "nobody" : out;
    }

    std::string inHouse(const Step& s, Ground& g) {
        house::MemberStore members(m_store);
        const auto who = personOf(s.who);
        if (s.verb == "found") {
            m_store.putPerson({who, "00", "Founder"}, at(s.now));
            house::HouseMember owner;
            owner.identity = who;
            owner.standing = api::Standing::owner;
            owner.handle = "founder";
            members.put(owner);
            return textOf(m_store, owner);
        }
        auto member = members.find(who);
        if (s.verb == "expel")
            return withdraw(house::reachOf(m_store, who, static_cast<api::RevokeScope>(s.choice), personOf(s.by), static_cast<api::Standing>(s.rank)), s);
        if (s.verb == "leave") {
            if (!member || !member->in(at(s.now)) || member->standing == api::Standing::owner) return "no";
            house::withdraw(m_store, house::reachOf(m_store, who, api::RevokeScope::people, {}, api::Standing::owner), api::MemberState::left, at(s.now));
            return textOf(m_store, *members.find(who));
        }
        if (s.verb == "rank" || s.verb == "grant") {
            if (!member || !member->in(at(s.now)) || (s.verb == "rank" && member->standing == api::Standing::owner)) return "no";
            if (s.verb == "rank") member->standing = static_cast<api::Standing>(1 + s.choice % 2);
            else member->granted += s.uses;
            members.put(*member);
            return textOf(m_store, *member);
        }
        if (s.verb == "suspend" || s.verb == "restore") {
            const bool inside = member && (member->state == api::MemberState::active || member->state == api::MemberState::suspended);
            const bool back = member && (member->state == api::MemberState::removed || member->state == api::MemberState::suspended);
            if (!(s.verb == "suspend" ? inside : back) || member->standing >= static_cast<api::Standing>(s.rank)) return "no";
            member->state = s.verb == "suspend" ? api::MemberState::suspended : api::MemberState::active;
            member->suspendedUntil.reset();
            if (s.verb == "suspend" && s.until != 0) member->suspendedUntil = at(s.until);
            members.put(*member);
            if (s.verb == "suspend")
                for (const auto& place : members.roomsOf(who)) m_store.raiseEpoch(place.room, who);
            return textOf(m_store, *member);
        }
        if (!member || (s.verb == "offer" && !member->in(at(s.now)))) return "outsider";
        const auto left = house::invitationsLeft(m_store, *member, at(s.now));
        if (s.verb == "left") return left ? std::to_string(*left) : "any";
        if (left && *left < s.uses) return "no_invitations";
        auto made = house::makeInvitation({}, {}, who, member->invitation, at(s.now));
        made.row.kind = api::InvitationKind::membership;
        add(made.row, s, g);
        return "ok";
    }

    void ask(const Step& s, const base::InvitationId& link, const base::RoomId& room) {
        house::MemberStore(m_store).putApplication({"ask " + std::to_string(s.who) + " " + std::to_string(s.link), personOf(s.who), "Person " + std::to_string(s.who),
                                                    "00", "Let me in.", link, room, at(s.now), "open", {}});
    }
    std::string waiting(const Step& s, Ground& g) {
        house::MemberStore members(m_store);
        const auto who = personOf(s.who);
        const auto link = s.link < 0 ? base::InvitationId() : idOf(m_store, s.link);
        auto row = members.applicationOf(who, link);
        if (s.verb == "apply") {
            if (const auto free = house::notSuspended(m_store, who, at(s.now)); !free) return free.error().code;
            if (const auto member = members.find(who); member && member->in(at(s.now))) return "member_already";
            if (row && row->state == "declined") return "declined";
            return ask(s, {}, {}), members.applicationOf(who, {})->state;
        }
        if (!row) return "application_unknown";
        const auto by = members.find(personOf(s.by));
        if (s.link < 0 && (!by || !by->in(at(s.now)))) return "members_only";
        if (s.link >= 0 && m_store.invitation(link)->issuer != personOf(s.by)) return "application_unknown";
        if (row->state != "open") return "answered_already";
        if (s.link < 0 && s.choice != 0) {
            const auto made = m_store.invitationsBy(by->identity).size();
            const auto in = house::letIn(m_store, {who, "00", row->name}, *by, at(s.now));
            if (!in) return in.error().code;
            if (m_store.invitationsBy(by->identity).size() > made) {
                m_store.setMeta("walk:let:" + std::to_string(g.links), in->invitation.str());
                m_store.setMeta("walk:number:" + in->invitation.str(), std::to_string(g.links++));
            }
        }
        row->state = s.choice != 0 ? "accepted" : "declined";
        members.putApplication(*row);
        return row->state;
    }

    std::string invite(const Step& s, Ground& g) {
        const auto rooms = m_store.rooms();
        if (std::none_of(rooms.begin(), rooms.end(), [&](const auto& one) { return one.id == roomOf(s.room); })) return "ended";
        const auto issuer = m_store.member(roomOf(s.room), personOf(s.who));
        auto made = house::makeInvitation(roomOf(s.room), {static_cast<api::Role>(s.choice), {}, {}}, personOf(s.who),
                                          issuer ? issuer->invitation : base::InvitationId(), at(s.now));
        add(made.row, s, g);
        return "ok";
    }

    /// With a name and a secret that every process knows.
    void add(house::InvitationRow& row, const Step& s, Ground& g) {
        row.id = linkOf(g.links);
        row.secretHash = base::toHex(crypto::sha256(base::asBytes(secretOf(g.links))));
        if (s.uses != 0) row.maxUses = s.uses;
        if (s.from != 0) row.notBefore = at(s.from);
        if (s.until != 0) row.expires = at(s.until);
        if (s.key >= 0) row.forKey = personOf(s.key);
        row.approval = s.lock == 2;
        static const std::string kCode = house::codeHash(codeOf(1));  // slow
        if (s.lock == 1) row.codeHash = kCode;
        m_store.addInvitation(row);
        ++g.links;
    }

    Store& m_store;
    std::mt19937 m_random;
};

/// A process that walks until the house has seen `target` steps, with one byte told per step.
pid_t startWalker(const Database& database, unsigned seed, long long target, int tell) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    auto store = Store::open(database.where());
    if (!store) ::_exit(3);
    Walker walker(**store, seed);
    for (long long steps = 0; steps < target;) {
        if (!walker.step(steps)) ::_exit(4);
        if (::write(tell, ".", 1) != 1) ::_exit(5);
    }
    ::_exit(0);
}

/// The walk itself; `perKill`: about so many steps until a process is killed without warning and started anew.
void walkOn(const Database& database, int processes, long long target, int perKill) {
    { (void)database.open(); }
    std::mt19937 random(20'261);
    struct Process {
        pid_t pid = 0;
        int told = -1;
        long long lives = 0;
    };
    std::vector<Process> running(static_cast<std::size_t>(processes));
    unsigned seed = 0;
    const auto start = [&](Process& p) {
        std::array<int, 2> ends{};
        REQUIRE(::pipe(ends.data()) == 0);
        p.pid = startWalker(database, ++seed, target, ends[1]);
        ::close(ends[1]);
        p.told = ends[0];
        p.lives = std::uniform_int_distribution<int>(1, 2 * perKill)(random);
    };
    for (auto& p : running) start(p);
    int kills = 0, at = processes;
    while (at > 0) {
        std::vector<pollfd> fds;
        for (const auto& p : running) fds.push_back({p.told, POLLIN, 0});
        REQUIRE(::poll(fds.data(), fds.size(), 60'000) > 0);
        for (std::size_t i = 0; i < running.size(); ++i) {
            if (!(fds[i].revents & (POLLIN | POLLHUP))) continue;
            auto& p = running[i];
            char bytes[256];
            const auto count = ::read(p.told, bytes, sizeof bytes);
            if (count > 0 && (p.lives -= count) > 0) continue;
            const bool killed = count > 0;
            if (killed) ::kill(p.pid, SIGKILL);
            int status = 0;
            ::waitpid(p.pid, &status, 0);
            ::close(p.told);
            p.told = -1;  // poll() passes over it
            if (killed && WIFSIGNALED(status)) {
                ++kills;
                start(p);
                continue;
            }
            CHECK(status == 0);
            --at;
        }
    }
    CHECK(kills > 0);
}

std::string outcomeOf(const std::string& result) {
    if (result.find('/') != std::string::npos) return "a place";
    return result.starts_with(" ") ? "some" : result;
}

/// Every note against the model, then the whole house.
void compare(const Database& database, long long target) {
    auto store = database.open();
    walk::Model model;
    std::map<std::string, int> seen;  // how often each step ended how
    long long steps = 0, now = 0;
    REQUIRE(store->transact([&]() -> base::Result<void> {
        steps = Ground::load(*store).steps;
        for (long long n = 0; n < steps; ++n) {
            const auto note = store->meta("walk:" + std::to_string(n)).value_or("");
            const auto split = note.find('=');
            const auto expected = model.apply(readStep(note.substr(0, split)));
            if (split == std::string::npos || note.substr(split + 1) != expected) {
                INFO("step " << n << ": " << note << "; the model says " << expected);
                REQUIRE(false);
            }
            now = readStep(note.substr(0, split)).now;
            ++seen[note.substr(0, note.find(' ')) + " " + outcomeOf(expected)];
        }
        int different = 0;
        for (int room = 0; room < model.rooms(); ++room)
            for (int who = 0; who < kPeople; ++who) {
                const auto member = store->member(roomOf(room), personOf(who));
                const auto real = (member ? textOf(*member) : "stranger") + (store->ban(roomOf(room), personOf(who), at(now)) ? " banned" : "");
                different += model.look(room, who, 1 << 30, now) != real + " no link";
            }
        for (int who = 0; who < kPeople; ++who) {
            const auto member = house::MemberStore(*store).find(personOf(who));
            different += model.house(who) != (member ? textOf(*store, *member) : "outsider");
        }
        for (int n = 0; n < model.links(); ++n) {
            const auto link = store->invitation(idOf(*store, n));
            different += !link || model.look(0, kPeople, n, now) != "stranger " + std::to_string(link->used) + (link->revoked ? " revoked" : "");
        }
        CHECK(different == 0);
        return {};
    }));
    CHECK(steps >= target);
    // A walk that never gets anywhere proves nothing.
    for (const char* wanted : {"offer ok", "offer no_invitations", "redeem a place", "redeem invitation_used", "redeem invitation_expired",
                               "redeem invitation_revoked", "redeem invitation_not_yet", "redeem invitation_unknown", "redeem banned",
                               "revoke some", "revoke nobody", "expel some", "expel nobody", "power a place", "rank a place", "leave a place",
                               "invite ok", "ban ok", "end ok", "redeem code_needed", "redeem code_wrong", "redeem invitation_for_other", "redeem approval_pending",
                               "redeem suspended", "apply open", "apply member_already", "verdict accepted", "verdict declined", "grant a place", "suspend a place",
                               "restore a place", "delete ok", "earn fresh"}) {
        INFO(wanted << ": " << seen[wanted]);
        CHECK(seen[wanted] >= 3);
    }
}

}  // namespace

TEST_CASE("a random walk over links, members and bans agrees with its model through kill -9", "[store][walk]") {
    const Database database(eachEngine());
    walkOn(database, 1, 3000, 400);
    compare(database, 3000);
}

TEST_CASE("a random walk from two processes on one PostgreSQL agrees with its model through kill -9", "[store][walk]") {
    const Database database(Engine::postgresql);
    walkOn(database, 2, 3000, 300);
    compare(database, 3000);
}

TEST_CASE("100,000 steps of the random walk", "[.long][walk]") {
    const Database database(eachEngine());
    walkOn(database, 1, 100'000, 2000);
    compare(database, 100'000);
}

TEST_CASE("100,000 steps of the random walk from two processes on PostgreSQL", "[.long][walk]") {
    const Database database(Engine::postgresql);
    walkOn(database, 2, 100'000, 2000);
    compare(database, 100'000);
}
