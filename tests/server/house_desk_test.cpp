// SPDX-License-Identifier: Apache-2.0
// The moderators' desk through the house: settings, line, bans by link, what survives a crash.
#include "core/api/arrival_types.h"
#include "core/api/desk_types.h"
#include "tests/server/house_requests.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;
using api::StageVerb;

namespace {

struct Desk : HouseWorld {
    Member ann = enter("ann", links.moderator);
    std::string path(const std::string& what) const { return "rooms/" + room.str() + "/" + what; }
    base::Result<api::RoomSettings> settle(const api::RoomSettingsWish& wish, const std::string& session = {}) {
        return postAs<api::RoomSettings>(*this, path("settings"), wish, session);
    }
    base::Result<std::uint64_t> many(StageVerb verb, const std::string& link) {
        server::StageRequest request{room, id("ann"), verb, {}, "", {}, true, false, {}};
        request.link = parts(link).first;
        return wait<std::uint64_t>([&](auto answer) { house->stage(request, answer); });
    }
};

}  // namespace

TEST_CASE("a template sets a room up, single settings go over it, and both survive a crash", "[desk]") {
    Desk world;
    api::RoomSettingsWish wish;
    wish.preset = "panel";
    wish.slotSeconds = 90;
    const auto made = world.settle(wish, world.ann.session);
    REQUIRE(made);
    CHECK(made->hands == "invited");
    CHECK(made->slotSeconds == 90);
    world.crash();
    const auto after = getAs<api::RoomSettings>(world, world.path("settings"), world.ann.session);
    REQUIRE(after);
    CHECK(after->preset == "panel");
    CHECK(after->slotSeconds == 90);
    wish.slotSeconds = 3601;
    CHECK(world.settle(wish, world.ann.session).error().code == "bad_settings");
    wish = {};
    wish.cap = 10;
    wish.ifVersion = after->version + 1;
    CHECK(world.settle(wish, world.ann.session).error().code == "version_conflict");
}

TEST_CASE("listeners neither see nor change settings, waiting people and bans", "[desk]") {
    Desk world;
    const auto bob = world.enter("bob", world.links.listener);
    CHECK(getAs<api::RoomSettings>(world, world.path("settings"), bob.session).error().code == "not_allowed");
    CHECK(world.settle({}, bob.session).error().code == "not_allowed");
    CHECK(getAs<api::WaitingList>(world, world.path("waiting"), bob.session).error().code == "not_allowed");
    CHECK(getAs<api::BanList>(world, world.path("bans"), bob.session).error().code == "not_allowed");
}

TEST_CASE("who waits has no transport and comes in when a moderator says so", "[desk]") {
    Desk world;
    api::RoomSettingsWish wish;
    wish.waitingRoom = true;
    REQUIRE(world.settle(wish, world.ann.session));
    const auto bob = world.redeem("bob", world.links.listener);
    REQUIRE(bob);
    CHECK(world.admit(bob->join.token).error().code == "waiting");
    CHECK(world.wait<void>([&](auto answer) { world.house->validate(bob->join.token, answer); }).error().code == "waiting");
    const auto line = [&] { return postAs<api::Line>(world, world.path("line"), api::Nothing{}, bob->session).value(); };
    CHECK(line().state == "waiting");
    CHECK(line().place == 1);
    CHECK(line().retryAfterSeconds > 0);
    const auto list = getAs<api::WaitingList>(world, world.path("waiting"), world.ann.session);
    REQUIRE(list);
    REQUIRE(list->waiting.size() == 1);
    CHECK(list->waiting[0].name == "bob");
    REQUIRE(world.order("ann", StageVerb::admit, "bob"));
    CHECK(line().state == "inside");
    CHECK(world.admit(bob->join.token));   // a stock SDK has no other and comes again with it
    CHECK(world.admit(bob->join.token).error().code == "token_spent");
    const auto grant = world.wait<api::JoinGrant>([&](auto answer) { world.house->token({bob->session, false}, world.room, {}, answer); });
    REQUIRE(grant);
    CHECK(world.admit(grant->token));
}

TEST_CASE("a banned link keeps out whoever came by it, until the ban is lifted", "[desk]") {
    Desk world;
    const auto bob = world.enter("bob", world.links.listener);
    const auto cleo = world.redeem("cleo", world.links.listener);  // has not come in yet
    REQUIRE(cleo);
    REQUIRE(world.many(StageVerb::banMany, world.links.listener));
    CHECK(world.admit(cleo->join.token).error().code == "banned");
    CHECK_FALSE(world.redeem("dora", world.links.listener));
    world.crash();
    const auto bans = getAs<api::BanList>(world, world.path("bans"), world.ann.session);
    REQUIRE(bans);
    CHECK(bans->bans.size() == 2);
    const auto link = HouseWorld::parts(world.links.listener).first;
    CHECK(postAs<api::Nothing>(world, world.path("bans/lift"), api::BanLift{bob.identity, {}}, world.ann.session));
    CHECK(postAs<api::Nothing>(world, world.path("bans/lift"), api::BanLift{{}, link}, world.ann.session));
    CHECK(postAs<api::Nothing>(world, world.path("bans/lift"), api::BanLift{{}, link}, world.ann.session).error().code == "not_banned");
    CHECK(getAs<api::BanList>(world, world.path("bans"), world.ann.session)->bans.empty());
}

TEST_CASE("beyond the cap one is let into an overflow room, whose hand keeps its origin through a crash", "[desk][overflow]") {
    Desk world;
    api::RoomSettingsWish wish;
    wish.cap = 2;
    wish.overflow = 2;
    REQUIRE(world.settle(wish, world.ann.session));
    world.enter("bob", world.links.listener);
    const auto cleo = world.redeem("cleo", world.links.listener), dora = world.redeem("dora", world.links.listener);
    REQUIRE(cleo);
    REQUIRE(dora);
    CHECK(world.admit(cleo->join.token).error().code == "waiting");   // one in line opens nothing
    const auto in = world.admit(dora->join.token);
    REQUIRE(in);
    CHECK(in->overflow == 1);
    CHECK(in->attributes.at("parlour.overflow") == "1");
    const auto line = postAs<api::Line>(world, world.path("line"), api::Nothing{}, cleo->session);
    REQUIRE(line);
    CHECK(line->state == "inside");
    CHECK(line->overflow == 1);
    REQUIRE(world.order("dora", StageVerb::raise));
    world.crash();
    REQUIRE(world.order("ann", StageVerb::invite, "dora"));
    world.people.clear();
    REQUIRE(world.order("dora", StageVerb::accept));
    REQUIRE_FALSE(world.people.empty());
    CHECK(world.people.back().overflow == 0);   // the endpoint moves the connection
    CHECK(world.people.back().attributes.at("parlour.overflow").empty());
    CHECK(world.roomChanges.back().metadata.find("overflow_rooms") != std::string::npos);
}

TEST_CASE("moderators see the load before it breaks, others do not", "[desk][load]") {
    Desk world;
    const auto bob = world.enter("bob", world.links.listener);
    api::RoomSettingsWish wish;
    wish.cap = 2;
    REQUIRE(world.settle(wish, world.ann.session));
    const auto cleo = world.redeem("cleo", world.links.listener);
    REQUIRE(cleo);
    CHECK_FALSE(world.admit(cleo->join.token));
    CHECK(getAs<api::RoomLoad>(world, world.path("load"), bob.session).error().code == "not_allowed");
    world.media.now = {0.5, 60'000};
    auto load = getAs<api::RoomLoad>(world, world.path("load"), world.ann.session);
    REQUIRE(load);
    CHECK(load->people == 2);
    CHECK(load->cap == 2);
    CHECK(load->waitingCount == 1);
    REQUIRE(load->waiting.size() == 1);
    CHECK(load->waiting[0].name == "cleo");
    CHECK(load->arrivalsLastMinute == 3);
    CHECK(load->busyPercent == 50);
    CHECK(load->capacity == 120'000);
    CHECK(load->words == "The room is full; who comes now waits in line.");
    world.clock.set(world.clock.now() + 61s);
    load = getAs<api::RoomLoad>(world, world.path("load"), world.ann.session);
    REQUIRE(load);
    CHECK(load->arrivalsLastMinute == 0);
}

TEST_CASE("settings say who changed them last", "[desk]") {
    Desk world;
    const auto read = [&] { return getAs<api::RoomSettings>(world, world.path("settings"), world.ann.session); };
    const auto before = read();
    REQUIRE(before);
    CHECK(before->changedByName.empty());
    api::RoomSettingsWish wish;
    wish.cap = 40;
    const auto made = world.settle(wish, world.ann.session);
    REQUIRE(made);
    CHECK(made->changedByName == "ann");
    CHECK(made->changedMs == base::toUnixMs(world.clock.wallNow()));
    world.clock.advance(10min);
    CHECK(read()->changedMs == made->changedMs);
}

TEST_CASE("before a raid is cleared the moderator sees how many came by each link and lately", "[desk]") {
    Desk world;
    const auto listener = HouseWorld::parts(world.links.listener).first;
    const auto bob = world.enter("bob", world.links.listener);
    world.clock.advance(30min);
    world.enter("cleo", world.links.listener);
    world.enter("dora", world.links.speaker);
    const auto seen = [&](const std::string& query) { return getAs<api::Arrivals>(world, world.path("arrivals" + query), world.ann.session); };
    const auto few = seen("?minutes=5");
    REQUIRE(few);
    CHECK(few->recent == 2);
    REQUIRE(few->links.size() == 2);
    CHECK(few->links[0].link == listener);
    CHECK(few->links[0].people == 2);
    CHECK(few->links[0].kind == "listener");
    CHECK(seen("?minutes=40")->recent == 3);
    CHECK(seen("?minutes=0").error().code == "bad_selector");
    CHECK(getAs<api::Arrivals>(world, world.path("arrivals"), bob.session).error().code == "not_allowed");
    REQUIRE(world.many(StageVerb::removeMany, world.links.listener));
    CHECK(seen("?minutes=40")->recent == 1);
}
