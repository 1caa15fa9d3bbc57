// SPDX-License-Identifier: Apache-2.0
// A random walk over section 1 through the real house service: people come, go, ask, are moved about and thrown out while time
// goes by and the process dies now and then. After every step the committed state, what clients were told and what the media
// engine was ordered must be what the model says. A difference is cut down to the steps that it needs.
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "core/api/desk_types.h"
#include "tests/server/house_requests.h"
#include "tests/server/stage_walk_rules.h"

using namespace parlour;
using namespace parlour::tests;
using stagewalk::Room;
using Difference = std::optional<std::string>;

namespace {

constexpr int kRegulars = 13, kNewest = 3;
constexpr std::int64_t kWallStart = 1'795'000'000'000;

struct Step {
    std::string verb;
    int who = 0, target = -1;  ///< persons; -1 = nobody
    bool on = true;
    int number = 0, link = -1;
};
std::string written(const Step& s) {
    std::ostringstream out;
    out << s.verb << " p" << s.who;
    if (s.target >= 0) out << " -> p" << s.target;
    if (!s.on) out << " off";
    if (s.number != 0) out << " " << s.number;
    if (s.link >= 0) out << " by link " << s.link;
    return out.str();
}

class Walk {
  public:
    Walk() {
        m_world.policy.maxOnStage = m_room.rules.seats;
        m_world.policy.maxHands = m_room.rules.hands;
        m_world.policy.commandBurst = 1e9;
        m_world.policy.session = std::chrono::hours(24 * 3650);
        m_world.crash();
        // 0 is the host, 1 and 2 moderators, 3 to 5 came by the speakers' link, the others by the listeners'.
        for (int n = 0; n < kRegulars; ++n) {
            const int role = n < 3 ? 2 : n < 6 ? 1 : 0;
            const auto link = n == 0 ? m_world.links.moderator : n < 3 ? make(api::Role::moderator) : role == 1 ? m_world.links.speaker : m_world.links.listener;
            add(link, {role, n == 0 ? 2 : n < 3 ? 1 : 0, n < 3, n == 0 ? 0 : n < 3 ? 10 + n : role == 1 ? 1 : 2, m_room.now, 0});
        }
        m_links = {{1, HouseWorld::parts(m_world.links.speaker).first}, {2, HouseWorld::parts(m_world.links.listener).first}};
        m_world.people.clear();
    }

    Difference take(const Step& s, bool lookAtStore) {
        const auto expected = tell(s), seen = act(s);
        m_world.executor.runReady();
        for (auto it = m_connected.begin(); it != m_connected.end();)  // whom the house sent out loses the transport
            if (!m_room.inside.contains(nameOf(*it))) {
                m_world.house->disconnected(m_world.room, idOf(*it));
                it = m_connected.erase(it);
            } else ++it;
        m_world.executor.runReady();
        for (const auto& p : m_world.people) m_shown[p.identity.str()] = p.attributes;
        m_world.people.clear();
        m_world.gone.clear();
        for (const auto& r : m_world.roomChanges) m_metadata = r.metadata;
        m_world.roomChanges.clear();
        ++m_seen[s.verb + " " + expected];
        if (seen != expected) return "the house says " + seen + ", the model " + expected;
        if (auto wrong = lookAtClients()) return wrong;
        return lookAtStore ? lookAtRows() : Difference{};
    }

    Step choose(std::mt19937& random) {
        const auto below = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
        const int all = static_cast<int>(m_people.size());
        const auto anybody = [&] {
            const int n = below(kRegulars + kNewest);
            return n < kRegulars ? n : std::max(0, all - 1 - (n - kRegulars));
        };
        const auto one = [&](auto fits) {
            for (int tries = 0; tries < 6; ++tries)
                if (const int n = anybody(); m_room.inside.contains(nameOf(n)) && fits(m_room.inside.at(nameOf(n)))) return n;
            return anybody();
        };
        const auto inside = [&] { return one([](const auto&) { return true; }); };
        const auto moderator = [&] { return below(12) == 0 ? anybody() : one([](const auto& g) { return g.power > 0; }); };
        Step s;
        const int dice = below(100);
        if (dice < 22) return {"pass", 0, -1, true, below(8) == 0 ? 20 + below(50) : below(60) == 0 ? 200 + below(200) : 1 + below(4)};
        if (dice < 44) return {"enter", anybody(), -1, below(12) != 0};
        if (dice < 48) return {"gone", inside()};
        if (dice < 49) return {"leave", inside()};
        if (dice < 50) return {below(2) == 0 ? "spoke" : "unmuted", inside()};
        if (dice == 50) return below(6) == 0 ? Step{"crash"} : Step{"settings", 0, -1, true, 1 + below(1'000'000)};
        if (dice == 51) return below(3) == 0 ? Step{"newcomer"} : Step{"enter", std::max(0, all - 1)};
        if (dice < 62) return {"raise", inside(), below(30) == 0 ? inside() : -1};
        if (dice < 70) {
            s = {below(4) == 0 ? "decline" : "accept", one([](const auto& g) { return g.offer.has_value(); })};
            return s;
        }
        if (dice < 71) return {"up", one([](const auto& g) { return g.power > 0; })};
        if (dice < 73) return {below(2) == 0 ? "lower" : "down", inside()};
        static const char* const kOne[] = {"invite", "invite", "dismiss", "mute", "ask", "hold", "hold", "release", "release", "down", "lower", "slot", "admit", "next", "next", "pin",
                                           "move", "remove", "ban"};
        static const char* const kMany[] = {"lock_hands", "lock_door", "mute_all", "clear_hands", "remove_many", "ban_many", "promote", "demote", "host", "end"};
        if (dice < 91) {
            s = {kOne[below(19)], moderator(), inside(), below(3) != 0, 1 + below(4)};
            if (s.verb == "slot") s.number = below(3) == 0 ? 0 : 5 + below(60);
            if (s.verb == "admit" && below(2) == 0) s.target = -1;
            if (s.verb == "hold" || s.verb == "mute") s.target = one([](const auto& g) { return g.seat == stagewalk::Seat::stage; });
            if (s.verb == "release") s.target = one([](const auto& g) { return g.held; });
            if (s.verb == "pin" || s.verb == "move") s.target = one([](const auto& g) { return g.hand.has_value(); });
            if (s.verb == "ban" && s.target < kRegulars) s.on = true;  // for good only newcomers: the walk shall not run out of people
            if ((s.verb == "remove" || s.verb == "ban") && below(3) != 0) s.verb = "invite";
            return s;
        }
        s = {kMany[below(10)], one([](const auto& g) { return g.power == 2; }), inside(), below(3) == 0, 1};
        if (s.verb.ends_with("_many") && below(2) == 0) s.link = 1 + below(2);
        if (s.verb == "lock_door") s.on = below(2) == 0;
        if (s.verb == "demote" && below(3) == 0) s.target = -1;  // oneself
        if (s.verb.ends_with("_many") && below(3) != 0) s.verb = "promote";
        if (s.verb == "end" && below(2) != 0) s.verb = "host";
        return s;
    }

    const std::map<std::string, int>& seen() const { return m_seen; }
    int crashes() const { return m_crashes; }

  private:
    struct Person {
        std::string name, session;
    };
    std::string make(api::Role role) {
        return m_world.wait<api::InvitationMade>([&](auto answer) { m_world.house->createInvitation({{}, true}, m_world.room, {role, 1, {}}, answer); })->link;
    }
    void add(const std::string& link, const stagewalk::Place& place) {
        const std::string name = "p" + std::to_string(m_people.size());
        const auto redeemed = m_world.redeem(name, link);
        REQUIRE(redeemed);
        m_people.push_back({name, redeemed->session});
        m_room.places[redeemed->identity.str()] = place;
    }
    base::Identity idOf(int n) const { return HouseWorld::id(m_people[static_cast<std::size_t>(n)].name); }
    const std::string& nameOf(int n) const {
        auto& known = m_names[n];
        if (known.empty()) known = idOf(n).str();
        return known;
    }

    /// The step in the model.
    std::string tell(const Step& s) {
        const std::string none, &who = nameOf(s.who), &target = s.target < 0 ? none : nameOf(s.target);
        if (s.verb == "pass") return m_room.pass(s.number), "ok";
        if (s.verb == "crash") return m_room.restart(), m_room.pass(1), "ok";
        if (s.verb == "gone") return m_room.disconnect(who), "ok";
        if (s.verb == "leave") return m_room.live ? (m_room.leave(who), "ok") : "ok";
        if (s.verb == "spoke") return m_room.spoke(who), "ok";
        if (s.verb == "unmuted") return m_room.unmuted(who), "ok";
        if (s.verb == "newcomer") return "ok";
        if (s.verb == "settings") {
            std::mt19937 random(static_cast<unsigned>(s.number));
            const auto below = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
            static const char* const kPolicies[] = {"everyone", "everyone", "everyone", "invited", "members", "off"};
            auto& r = m_room.rules;
            r.policy = kPolicies[below(6)];
            r.slot = below(2) * (10 + below(60));
            r.turn = below(2) * (10 + below(60));
            r.sign = below(4) == 0;
            r.waitingRoom = below(5) == 0;
            r.stageOnly = below(8) == 0;
            r.perMinute = below(3) == 0 ? 1 + below(3) : 0;
            r.cap = below(3) == 0 ? 4 + below(6) : 0;
            return "ok";
        }
        if (s.verb == "enter") {
            const auto said = m_room.enter(who);
            if (said == "ok" && s.on) m_room.connect(who);
            return said;
        }
        return m_room.order({s.verb, who, target, s.on, s.verb == "ban" && !s.on ? 0 : s.number, s.link});
    }

    /// The step in the house.
    std::string act(const Step& s) {
        const auto who = idOf(s.who);
        auto& house = *m_world.house;
        if (s.verb == "pass") return m_world.executor.runFor(std::chrono::seconds(s.number)), "ok";
        if (s.verb == "crash") {
            m_world.media.rights.clear();
            m_connected.clear();
            m_world.crash();
            m_world.executor.runFor(std::chrono::seconds(1));
            return ++m_crashes, "ok";
        }
        if (s.verb == "newcomer") return add(make(api::Role::listener), {0, 0, true, 1000 + static_cast<int>(m_people.size()), m_room.now, 0}), "ok";
        if (s.verb == "gone") {
            if (m_connected.erase(s.who) > 0) house.disconnected(m_world.room, who);
            return "ok";
        }
        if (s.verb == "leave") {
            (void)m_world.wait<api::Nothing>([&](auto answer) { house.leave({session(s.who), false}, m_world.room, answer); });
            return "ok";
        }
        if (s.verb == "spoke") return house.spoke(m_world.room, who), "ok";
        if (s.verb == "unmuted") return house.unmuted(m_world.room, who), "ok";
        if (s.verb == "enter") return enter(s, who);
        if (s.verb == "settings") return settings();
        server::StageRequest request;
        request.room = m_world.room;
        request.actor = who;
        request.verb = api::parseStageVerb(s.verb).value();
        if (s.target >= 0) request.target = idOf(s.target);
        request.on = s.on;
        if (s.verb == "move") request.place = s.number;
        if (s.verb == "slot") request.seconds = s.number;
        if (s.verb == "ban" && s.on) request.minutes = s.number;
        if (s.verb == "ban_many") request.minutes = 1;
        if (s.verb.ends_with("_many")) {
            if (s.link >= 0) request.link = m_links.at(s.link);
            else request.sinceMinutes = s.number;
        }
        return codeOf(m_world.wait<std::uint64_t>([&](auto answer) { house.stage(request, answer); }));
    }
    std::string enter(const Step& s, const base::Identity& who) {
        const auto grant = m_world.wait<api::JoinGrant>([&](auto answer) { m_world.house->token({session(s.who), false}, m_world.room, {}, answer); });
        if (!grant) return grant.error().code;
        const auto in = m_world.admit(grant->token);
        if (!in) return in.error().code;
        m_world.executor.runReady();
        for (const auto& p : m_world.people) m_shown[p.identity.str()] = p.attributes;
        m_world.people.clear();
        m_shown[who.str()] = in->attributes;
        if (s.on && m_connected.insert(s.who).second) m_world.house->connected(m_world.room, who);
        return "ok";
    }
    std::string settings() {
        const auto& r = m_room.rules;
        api::RoomSettingsWish wish;
        wish.hands = r.policy;
        wish.slotSeconds = r.slot;
        wish.turnSeconds = r.turn;
        wish.slotIsSign = r.sign;
        wish.waitingRoom = r.waitingRoom;
        wish.stageOnly = r.stageOnly;
        wish.joinsPerMinute = r.perMinute;
        wish.cap = r.cap;
        return codeOf(postAs<api::RoomSettings>(m_world, "rooms/" + m_world.room.str() + "/settings", wish, {}));
    }
    template <class T>
    static std::string codeOf(const base::Result<T>& result) {
        return result ? "ok" : result.error().code;
    }
    const std::string& session(int n) const { return m_people[static_cast<std::size_t>(n)].session; }

    static std::string ms(long long seconds) { return seconds > 0 ? std::to_string(kWallStart + seconds * 1000) : ""; }
    static std::string textOf(const stagewalk::Guest& g) {
        static const char* const kPowers[] = {"", "moderator", "host"};
        static const char* const kSeats[] = {"audience", "stage", "waiting"};
        return std::string(kSeats[static_cast<int>(g.seat)]) + "|" + kPowers[g.power] + "|" + (g.hand ? "hand" : "") + "|" + ms(g.offer ? g.offer->until : 0) + "|" +
               (g.held ? "1" : "") + "|" + g.mutedBy + "|" + ms(g.slotEnds);
    }
    static std::string textOf(const std::map<std::string, std::string>& a) {
        return a.at("parlour.seat") + "|" + a.at("parlour.power") + "|" + (a.at("parlour.hand").empty() ? "" : "hand") + "|" + a.at("parlour.invited") + "|" +
               a.at("parlour.held") + "|" + a.at("parlour.muted_by") + "|" + a.at(std::string(api::kAttrSlotUntil));
    }

    Difference lookAtClients() const {
        std::vector<std::pair<std::string, std::string>> hands;
        for (const auto& [who, guest] : m_room.inside) {
            const auto shown = m_shown.find(who);
            const auto expected = textOf(guest), told = shown == m_shown.end() ? "nothing" : textOf(shown->second);
            if (told != expected) return "clients see " + told + " of " + who + ", the model has " + expected;
            if (guest.hand) hands.emplace_back(shown->second.at("parlour.hand"), who);
            if (!guest.present) continue;
            const auto rights = m_world.media.rights.find(base::Identity(who));
            if (rights == m_world.media.rights.end()) return who + " is here without rights";
            if (rights->second.canPublish != m_room.maySpeak(guest)) return who + (rights->second.canPublish ? " may speak" : " may not speak");
            if (rights->second.forcedMute != guest.held) return who + " is held in one of the two";
            if (guest.seat != stagewalk::Seat::stage && rights->second.canPublish) return who + " publishes from the audience";
        }
        std::sort(hands.begin(), hands.end());
        const auto queue = m_room.queue();
        for (std::size_t i = 0; i < queue.size(); ++i)
            if (hands[i].second != queue[i]) return "place " + std::to_string(i + 1) + " of the queue has " + hands[i].second + ", the model " + queue[i];
        if (!m_room.live) return {};
        const auto metadata = nlohmann::json::parse(m_metadata);
        if (metadata["hands_locked"] != m_room.handsLocked || metadata.value("door_locked", false) != m_room.doorLocked ||
            metadata["waiting_for_host"] != m_room.waitsForHost())
            return "the room says " + m_metadata;
        return {};
    }

    /// What is committed, and that it is nothing impossible.
    Difference lookAtRows() {
        house::Stage stage;
        int hosts = 0;
        REQUIRE(m_world.store->transact([&]() -> base::Result<void> {
            stage = m_world.store->loadStage(m_world.room);
            for (const auto& [who, place] : m_room.places)
                if (const auto row = m_world.store->member(m_world.room, base::Identity(who))) hosts += row->power == api::Power::host;
            return {};
        }));
        if (stage.session.version < m_version) return "the version went back";
        m_version = stage.session.version;
        if (hosts > 1) return std::to_string(hosts) + " hosts";
        if (stage.session.live != m_room.live) return std::string("the room is ") + (m_room.live ? "over" : "live");
        if (stage.people.size() != m_room.inside.size()) return std::to_string(stage.people.size()) + " people inside, in the model " + std::to_string(m_room.inside.size());
        for (const auto& [who, p] : stage.people) {
            const auto known = m_room.inside.find(who.str());
            if (known == m_room.inside.end()) return who.str() + " is inside";
            const std::map<std::string, std::string> row{{"parlour.seat", std::string(api::toString(p.seat))}, {"parlour.power", std::string(api::toString(p.power))},
                {"parlour.hand", p.hand ? p.hand->key : ""}, {"parlour.invited", p.offer ? std::to_string(base::toUnixMs(p.offer->untilWall)) : ""},
                {"parlour.held", p.held ? "1" : ""}, {"parlour.muted_by", p.mutedBy.str()},
                {std::string(api::kAttrSlotUntil), p.slotUntilWall == base::WallTime{} ? "" : std::to_string(base::toUnixMs(p.slotUntilWall))}};
            if (textOf(row) != textOf(known->second)) return "committed is " + textOf(row) + " of " + who.str() + ", the model has " + textOf(known->second);
            if (stage.marks.contains(who) && stage.marks.at(who) == house::Mark::removed) return who.str() + " was removed and is inside";
        }
        return {};
    }

    HouseWorld m_world;
    Room m_room;
    std::vector<Person> m_people;
    std::map<int, base::InvitationId> m_links;
    std::set<int> m_connected;
    std::map<std::string, std::map<std::string, std::string>> m_shown;  ///< as clients see them
    std::string m_metadata;
    std::uint64_t m_version = 0;
    std::map<std::string, int> m_seen;
    mutable std::map<int, std::string> m_names;
    int m_crashes = 0;
};

Difference replay(const std::vector<Step>& steps) {
    Walk walk;
    for (const auto& s : steps)
        if (auto wrong = walk.take(s, true)) return wrong;
    return {};
}

/// Leaves steps out as long as there is still a difference.
std::vector<Step> shortest(std::vector<Step> steps) {
    int tries = 40;
    for (std::size_t part = std::max<std::size_t>(1, steps.size() / 2); part > 0 && tries > 0; part /= 2)
        for (std::size_t from = 0; from + part <= steps.size() && tries > 0;) {
            auto fewer = steps;
            fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(from), fewer.begin() + static_cast<std::ptrdiff_t>(from + part));
            const bool people = std::count_if(steps.begin(), steps.end(), [](const auto& s) { return s.verb == "newcomer"; }) ==
                                std::count_if(fewer.begin(), fewer.end(), [](const auto& s) { return s.verb == "newcomer"; });
            --tries;
            if (people && replay(fewer)) steps = std::move(fewer);
            else from += part;
        }
    return steps;
}

void walkStage(int count, unsigned seed, int storeEvery) {
    Walk walk;
    std::mt19937 random(seed);
    std::vector<Step> steps;
    for (int n = 0; n < count; ++n) {
        steps.push_back(walk.choose(random));
        const auto wrong = walk.take(steps.back(), n % storeEvery == 0);
        if (!wrong) continue;
        std::string trail;
        WARN("seed " << seed << ", step " << n << ": " << *wrong << "; cutting it down");
        if (n < 5000) steps = shortest(std::move(steps));
        for (std::size_t i = steps.size() > 60 ? steps.size() - 60 : 0; i < steps.size(); ++i) trail += "\n  " + written(steps[i]);
        FAIL("seed " << seed << ", step " << n << ": " << *wrong << trail);
    }
    CHECK(walk.crashes() > 0);
    // A walk that never gets anywhere proves nothing.
    for (const char* wanted : {"raise ok", "raise hands_locked", "raise too_many_hands", "raise already_on_stage", "accept ok", "decline ok", "invite ok",
                               "invite stage_full", "dismiss ok", "next ok", "next queue_empty", "hold ok", "hold not_allowed", "release ok", "mute ok", "ask ok",
                               "down ok", "remove ok", "ban ok", "enter removed", "enter banned", "enter waiting", "enter door_locked", "admit ok", "pin ok",
                               "move ok", "slot ok", "promote ok", "demote ok", "demote host_stays", "host ok", "end ok", "settings ok"}) {
        const auto found = walk.seen().find(wanted);
        INFO(wanted);
        CHECK((found != walk.seen().end() && found->second >= 2));
    }
}

}  // namespace

TEST_CASE("3000 random steps on a stage agree with the model of section 1, through crashes of the server", "[walk][stage]") { walkStage(3000, 20'261, 1); }

TEST_CASE("100000 random steps on a stage agree with the model of section 1, through crashes of the server", "[.long][walk]") {
    walkStage(100'000, 4, 5);
}
