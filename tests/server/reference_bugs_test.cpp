// SPDX-License-Identifier: Apache-2.0
// One test for each bug that other audio rooms have or had (rooms-and-invitations.md, section 2), by its sentence, and the race
// of two moderators (security: T18).
#include <nlohmann/json.hpp>
#include <random>

#include "core/api/desk_types.h"
#include "tests/house/stage_lab.h"
#include "tests/server/house_requests.h"
#include "tests/server/stage_walk_rules.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

struct Stage : HouseWorld {
    Member ann = enter("ann", links.moderator);
    Member sam = moderator("sam");

    std::string link(api::Role role, std::optional<int> uses) {
        return wait<api::InvitationMade>([&](auto answer) { house->createInvitation({{}, true}, room, {role, uses, {}}, answer); })->link;
    }
    Member moderator(const std::string& name) { return enter(name, link(api::Role::moderator, 1)); }
    std::string powerOf(const std::string& refresh) {
        const auto in = admit(refresh);
        REQUIRE(in);
        return in->attributes.at("parlour.power");
    }
    std::vector<std::string> queue(const Member& asker) {
        std::vector<std::string> out;
        const auto hands = wait<api::Hands>([&](auto answer) { house->hands({asker.session, false}, room, answer); });
        for (const auto& one : hands->hands) out.push_back(one.name);
        return out;
    }
    void told(std::map<std::string, std::string>& hands) {
        for (const auto& p : people) hands[p.name] = p.attributes.at("parlour.hand");
    }
};

}  // namespace

TEST_CASE("a moderator who steps back is stored as moderator again (Dogehouse)", "[reference-bug]") {
    Stage world;
    REQUIRE(world.order("ann", api::StageVerb::demote, "sam"));
    CHECK(world.last("sam")->attributes.at("parlour.power").empty());
    CHECK(world.powerOf(world.sam.refresh).empty());  // comes back
    world.crash();
    CHECK(world.powerOf(world.sam.refresh).empty());  // after a restart
    world.house->connected(world.room, world.sam.identity);
    REQUIRE(world.admit(world.ann.refresh));
    world.house->connected(world.room, world.ann.identity);
    CHECK(world.order("sam", api::StageVerb::mute, "ann").error().code == "not_allowed");
    REQUIRE(world.order("ann", api::StageVerb::end));
    const auto grant = world.wait<api::JoinGrant>([&](auto answer) { world.house->token({world.sam.session, false}, world.room, {}, answer); });
    CHECK(world.admit(grant->token)->attributes.at("parlour.power").empty());  // and in the next session
}

TEST_CASE("removeFromStage reads the caller's permissions instead of the target's (LiveKit livestream example)", "[reference-bug]") {
    for (const bool callerMay : {true, false})
        for (const bool targetMay : {true, false}) {
            StageLab lab;
            REQUIRE(lab.arrive("C", Role::moderator, callerMay ? Power::host : Power::none));
            REQUIRE(lab.arrive("T", Role::speaker, targetMay ? Power::moderator : Power::none));
            REQUIRE(lab.arrive("B", Role::speaker));
            INFO("caller " << callerMay << ", target " << targetMay);
            CHECK(lab.order("C", StageVerb::down, "T") == callerMay);
            CHECK(lab.onStage("T") == !callerMay);
            CHECK(lab.onStage("C"));
            CHECK(lab.onStage("B"));
            CHECK(lab.power("C") == (callerMay ? Power::host : Power::none));
            CHECK(lab.power("T") == (targetMay ? Power::moderator : Power::none));
        }
}

TEST_CASE("the whole room is stored by a last-writer-wins PUT (Jam): two hosts change different fields at once", "[reference-bug]") {
    Stage world;
    api::RoomSettingsWish slots, cap;
    slots.slotSeconds = 90;
    cap.cap = 40;
    int answered = 0;
    for (const auto& [wish, session] : {std::pair(slots, world.ann.session), std::pair(cap, world.sam.session)}) {
        server::ApiRequest request{"POST", "/api/v1/rooms/" + world.room.str() + "/settings", {}, api::toJson(wish), {session, false}};
        world.house->request(request, [&](const auto& reply) { answered += reply.has_value(); });
    }
    world.executor.runReady();
    CHECK(answered == 2);
    world.crash();
    const auto now = getAs<api::RoomSettings>(world, "rooms/" + world.room.str() + "/settings").value();
    CHECK(now.slotSeconds == 90);
    CHECK(now.cap == 40);
}

TEST_CASE("the end countdown restarts with every leaver (BBB #13234): fifty leave and the end comes once and on time", "[reference-bug]") {
    HouseWorld world;
    std::vector<HouseWorld::Member> all;
    for (int i = 0; i < 50; ++i) all.push_back(world.enter("p" + std::to_string(i), world.links.listener));
    for (const auto& one : all) {
        world.house->disconnected(world.room, one.identity);
        world.executor.runFor(1s);
    }
    const auto ends = [&] { return std::count(world.media.orders.begin(), world.media.orders.end(), "end"); };
    world.executor.runFor(78s);  // the last one left 79 s ago: 60 s of grace and 20 s
    CHECK(ends() == 0);
    world.executor.runFor(1s);
    CHECK(ends() == 1);
    world.executor.runFor(600s);
    CHECK(ends() == 1);
}

TEST_CASE("the newest hand is on top (Telegram): every client has the order in which the server was asked", "[reference-bug]") {
    Stage world;
    std::vector<std::string> asked;
    for (const char* name : {"zoe", "bob", "mia", "eve"}) {
        world.enter(name, world.links.listener);
        asked.emplace_back(name);
    }
    for (const auto& name : asked) REQUIRE(world.order(name, api::StageVerb::raise));
    CHECK(world.queue(world.ann) == asked);
    CHECK(world.queue(world.sam) == asked);
    std::map<std::string, std::string> hands;
    world.told(hands);
    for (std::size_t i = 1; i < asked.size(); ++i) CHECK(hands[asked[i - 1]] < hands[asked[i]]);
}

TEST_CASE("any present or future time is accepted as hand time (Discord): forged times change nothing", "[reference-bug]") {
    Stage world;
    std::vector<std::string> asked;
    for (const char* name : {"bob", "eve", "mia", "zoe"}) {
        const auto in = world.enter(name, world.links.listener);
        asked.emplace_back(name);
        // Each later one claims to have been earlier, in every way that the wire has room for.
        const auto forged = api::fromJson<api::StageCommand>(
            R"({"verb":"raise","note":"","raised_at":1,"raised_ms":1,"request_to_speak_timestamp":"1970-01-01T00:00:00Z","hand":"0000","key":"0000","place":1})");
        REQUIRE(forged);
        REQUIRE(world.wait<api::StageAnswer>([&](auto answer) { world.house->command({in.session, false}, world.room, *forged, answer); }));
        world.clock.jumpWall(-1h);  // and the clock of the machine goes back
    }
    CHECK(world.queue(world.ann) == asked);
}

TEST_CASE("a reconnect uses a second place of a limited link (NC #18530, BBB #12634)", "[reference-bug]") {
    Stage world;
    const auto link = world.link(api::Role::listener, 2);
    const auto bob = world.enter("bob", link);
    for (int i = 0; i < 100; ++i) {
        world.house->disconnected(world.room, bob.identity);
        const auto again = world.redeem("bob", link);
        REQUIRE(again);
        REQUIRE(world.admit(again->join.token));
        world.house->connected(world.room, bob.identity);
    }
    const auto [id, secret] = HouseWorld::parts(link);
    REQUIRE(world.store->transact([&, id = id]() -> base::Result<void> {
        CHECK(world.store->invitation(id)->used == 1);
        return {};
    }));
    CHECK(world.redeem("eve", link));
    CHECK(world.redeem("mia", link).error().code == "invitation_used");
}

TEST_CASE("both stage flags live in one JSON blob and read-modify-write loses an update (LiveKit livestream example)", "[reference-bug]") {
    std::mt19937 random(2026);
    for (int round = 0; round < 300; ++round) {
        StageLab lab;
        lab.policy.maxOnStage = 4;
        stagewalk::Room model;
        model.now = 1000;
        for (const auto& [name, role, power] : {std::tuple("H", 2, 2), std::tuple("M", 2, 1), std::tuple("P", 0, 0)}) {
            REQUIRE(lab.arrive(name, static_cast<Role>(role), static_cast<Power>(power)));
            model.places[name] = {role, power};
            model.enter(name);
            model.connect(name);
        }
        // The host, the moderator and the person each have orders of their own; only their order among each other is left open.
        std::map<std::string, std::vector<const char*>> orders{{"H", {"invite", "hold", "release", "dismiss", "down"}},
                                                               {"M", {"dismiss", "invite", "mute", "hold", "down"}},
                                                               {"P", {"raise", "accept", "down", "raise", "lower", "accept"}}};
        std::string trail;
        while (!orders.empty()) {
            auto it = std::next(orders.begin(), std::uniform_int_distribution<int>(0, static_cast<int>(orders.size()) - 1)(random));
            const std::string actor = it->first, verb = it->second.front();
            it->second.erase(it->second.begin());
            if (it->second.empty()) orders.erase(it);
            const std::string target = actor == "P" ? "" : "P";
            trail += " " + actor + ":" + verb;
            const bool done = lab.order(actor, api::parseStageVerb(verb).value(), target);
            const auto said = model.order({verb, actor, target});
            INFO(trail << ": " << said);
            REQUIRE((done ? "ok" : lab.error.code) == said);
            for (const auto& [who, g] : model.inside) {
                const auto& p = *lab.at(who);
                REQUIRE((p.seat == Seat::stage) == (g.seat == stagewalk::Seat::stage));
                REQUIRE(p.hand.has_value() == g.hand.has_value());
                REQUIRE(p.offer.has_value() == g.offer.has_value());
                REQUIRE(p.held == g.held);
                REQUIRE(p.mutedBy.str() == g.mutedBy);
            }
        }
    }
}

TEST_CASE("T18 of two moderators who act on the same version one is told so, nobody bans themselves, and a lost host is followed", "[T18]") {
    Stage world;
    world.enter("bob", world.links.speaker);
    const auto version = world.order("ann", api::StageVerb::ask, "bob").value();
    int done = 0, conflicts = 0;
    for (const auto& [actor, verb] : {std::pair("ann", api::StageVerb::hold), std::pair("sam", api::StageVerb::down)}) {
        server::StageRequest request;
        request.room = world.room;
        request.actor = HouseWorld::id(actor);
        request.verb = verb;
        request.target = HouseWorld::id("bob");
        request.ifVersion = version;
        world.house->stage(request, [&](const auto& answer) {
            if (answer) ++done;
            else conflicts += answer.error().code == "version_conflict";
        });
    }
    world.executor.runReady();
    CHECK(done == 1);
    CHECK(conflicts == 1);
    CHECK(world.last("bob")->attributes.at("parlour.held") == "1");
    CHECK(world.last("bob")->attributes.at("parlour.seat") == "stage");
    for (const auto verb : {api::StageVerb::remove, api::StageVerb::ban}) CHECK(world.order("ann", verb, "ann").error().code == "not_yourself");
    CHECK(world.order("sam", api::StageVerb::ban, "ann").error().code == "not_allowed");
    api::StageCommand ban;
    ban.verb = api::StageVerb::ban;
    ban.target = world.ann.identity;
    REQUIRE(world.wait<api::StageAnswer>([&](auto answer) { world.house->command({{}, true}, world.room, ban, answer); }));
    world.house->disconnected(world.room, world.ann.identity);
    CHECK(world.last("sam")->attributes.at("parlour.power") == "moderator");
    world.executor.runFor(60s);
    CHECK(world.last("sam")->attributes.at("parlour.power") == "host");
}
