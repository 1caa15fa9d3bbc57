// SPDX-License-Identifier: Apache-2.0
// A lost computer: a person goes on under a new key, whole or not at all, and the old key opens nothing any more.
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "core/house/invitation.h"
#include "core/house/membership.h"
#include "core/house/person.h"
#include "tests/server/member_world.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

struct RekeyWorld : MemberWorld {
    base::RoomId salon;

    RekeyWorld() {
        bring("olga", "ann");
        bring("ann", "bob");
        bring("olga", "cleo");
        post("ann", "handle", {{"handle", "annie"}});
        post("ann", "profile", {{"about", "Bees"}});
        salon = base::RoomId(post("ann", "rooms", {{"title", "Bees"}, {"for_members", true}})["room"].get<std::string>());
        post("ann", path("people", "bob", "relation"), {{"follow", true}});
        post("bob", path("people", "ann", "relation"), {{"follow", true}});
        post("ann", path("people", "cleo", "relation"), {{"block", true}});
        const auto talk = post("olga", "schedule", {{"title", "Honey"}, {"at", "2030-01-01T18:00:00Z"}});
        post("ann", "schedule/" + talk["id"].get<std::string>() + "/rsvp", {{"answer", "yes"}});
        post("ann", "guests", {{"name", "Famous"}, {"terms", {{"topic", "Wax"}}}});
    }
    static std::string key(const std::string& name) { return base::toBase64Url(keyOf(name).publicKey()); }
    Json move(const std::string& from, const std::string& to, const std::string& by = "olga") {
        return post(by, path("persons", from, "rekey"), {{"to", key(to)}});
    }
    std::string tryMove(const std::string& by, const std::string& from, const std::string& to) {
        return refused(by, path("persons", from, "rekey"), {{"to", to}});
    }
    std::string loginOf(const std::string& name) {
        const api::LoginRequest request{proof(name, std::string(api::kLoginPurpose))};
        auto answer = wait<api::LoginAnswer>([&](auto done) { house->login(request, done); });
        if (!answer) return answer.error().code;
        sessions[name] = answer->session;
        return "in";
    }
    void goIn(const std::string& who, const base::RoomId& where) {
        const auto grant = wait<api::JoinGrant>([&](auto answer) { house->token({sessions[who], false}, where, {}, answer); });
        REQUIRE(grant);
        REQUIRE(admit(grant->token));
        house->connected(where, id(who));
        executor.runReady();
    }
    void inside(const std::function<void()>& body) {
        REQUIRE(store->transact([&]() -> base::Result<void> {
            body();
            return {};
        }));
    }
};

}  // namespace

TEST_CASE("all that a person is and has in the house is the new key's, and the tree is unchanged", "[rekey]") {
    RekeyWorld world;
    const auto moved = world.move("ann", "ann2");
    CHECK(moved["from"] == world.id("ann").str());
    CHECK(moved["to"] == world.id("ann2").str());
    REQUIRE(world.loginOf("ann2") == "in");
    const auto me = world.get("ann2", "whoami");
    CHECK(me["handle"] == "annie");
    CHECK(me["name"] == "ann");
    CHECK(me["standing"] == "member");
    CHECK(me["invited_by"] == world.id("olga").str());
    CHECK(me["left"] == 1);   // of two, one brought bob
    CHECK(world.handles() == std::vector<std::string>{"annie", "bob", "cleo", "olga"});
    CHECK(world.get("olga", "members?q=bob")["members"][0]["invited_by"] == world.id("ann2").str());
    CHECK(world.get("olga", "members?q=ann")["members"][0]["id"] == world.id("ann2").str());
    CHECK(world.get("bob", "people/" + world.id("ann2").str())["about"] == "Bees");
    const auto relations = world.get("ann2", "relations");
    CHECK(relations["follows"][0]["id"] == world.id("bob").str());
    CHECK(relations["blocks"][0]["id"] == world.id("cleo").str());
    CHECK(world.get("bob", "relations")["follows"][0]["id"] == world.id("ann2").str());
    CHECK(world.get("ann2", "guests")["guests"].size() == 1);
    CHECK(world.get("ann2", "invitations")["invitations"].size() >= 1);
    world.inside([&] {
        const auto place = world.store->member(world.salon, world.id("ann2"));
        REQUIRE(place);
        CHECK(place->power == api::Power::host);
        CHECK_FALSE(world.store->member(world.salon, world.id("ann")));
        CHECK(house::orphans(*world.store) == std::vector<std::string>{});
    });
    world.goIn("ann2", world.salon);
    // The old id stands nowhere but where it was replaced, and in the log.
    const auto tables = world.database.engine() == Engine::sqlite
                            ? world.database.sql("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
                            : world.database.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()");
    for (const auto& table : tables) {
        if (table == "audit" || table == "persons" || table == "moved_persons") continue;
        INFO(table);
        for (const auto& row : world.database.sql("SELECT * FROM " + table)) CHECK(row.find(world.id("ann").str()) == std::string::npos);
    }
    const auto rows = world.get("olga", "audit?before=0")["entries"];
    const auto row = std::find_if(rows.begin(), rows.end(), [](const Json& one) { return one["action"] == "rekeyed"; });
    REQUIRE(row != rows.end());
    CHECK((*row)["object"] == world.id("ann").str());
    CHECK((*row)["detail"] == world.id("ann2").str());
}

TEST_CASE("the old key is told that it moved, whatever it tries, and its live session ends at once", "[rekey]") {
    RekeyWorld world;
    world.goIn("ann", world.salon);
    const auto grant = world.wait<api::JoinGrant>([&](auto answer) { world.house->token({world.sessions["ann"], false}, world.salon, {}, answer); });
    REQUIRE(grant);
    world.gone.clear();
    world.move("ann", "ann2");
    REQUIRE(world.gone.size() == 1);
    CHECK(world.gone[0].identity == world.id("ann"));
    CHECK(world.loginOf("ann") == "moved");
    CHECK_FALSE(world.admit(grant->token));
    CHECK(world.refused("ann", "members") == "moved");
    CHECK(world.refused("ann", "invitations", {{"kind", "membership"}}) == "moved");
    CHECK(world.wait<api::JoinGrant>([&](auto answer) { world.house->token({world.sessions["ann"], false}, world.salon, {}, answer); }).error().code == "moved");
    const auto back = world.comeBy("ann", world.invite("olga"));
    REQUIRE_FALSE(back);
    CHECK(back.error().code == "moved");
    CHECK(world.tryMove("ann", "ann", world.key("ann3")) == "moved");
}

TEST_CASE("a member who came back by a new invitation gets the old place; a member with a past is somebody else", "[rekey]") {
    RekeyWorld world;
    world.bring("olga", "ann2");
    world.goIn("ann2", world.salon);
    world.move("ann", "ann2");
    CHECK(world.get("ann2", "whoami")["handle"] == "annie");
    CHECK(world.handles() == std::vector<std::string>{"annie", "bob", "cleo", "olga"});
    CHECK(world.tryMove("olga", "cleo", world.key("ann2")) == "key_taken");   // has brought bob
    world.bring("olga", "dora");
    world.post("olga", world.path("members", "dora", "suspend"), Json::object());
    CHECK(world.tryMove("olga", "cleo", world.key("dora")) == "key_taken");
    CHECK(world.tryMove("olga", "cleo", world.key("olga")) == "key_taken");
}

TEST_CASE("the person with the old key moves themself, an admin those below, the administrator everybody; nobody else", "[rekey]") {
    RekeyWorld world;
    CHECK(world.tryMove("bob", "ann", world.key("mine")) == "admins_only");
    world.post("olga", world.path("members", "cleo", "standing"), {{"standing", "admin"}});
    CHECK(world.tryMove("cleo", "olga", world.key("mine")) == "not_below");
    for (const char* bad : {"", "short", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}) CHECK(world.tryMove("cleo", "ann", bad) == "bad_key");
    CHECK(world.tryMove("cleo", "ann", world.key("ann")) == "bad_key");
    CHECK(world.tryMove("cleo", "nobody", world.key("mine")) == "person_unknown");
    CHECK(world.move("bob", "bob2", "bob")["to"] == world.id("bob2").str());
    CHECK(world.loginOf("bob2") == "in");
    // By the id alone; the key comes with the first login.
    CHECK(world.post("cleo", world.path("persons", "ann", "rekey"), {{"to", world.id("ann2").str()}})["to"] == world.id("ann2").str());
    CHECK(world.loginOf("ann2") == "in");
    world.inside([&] { CHECK(world.store->person(world.id("ann2"))->publicKey == base::toHex(world.keyOf("ann2").publicKey())); });
    const auto owner = world.ask("POST", world.path("persons", "olga", "rekey"), {{"to", world.key("olga2")}}, {{}, true});
    REQUIRE(owner);
    CHECK(world.loginOf("olga2") == "in");
    CHECK(world.get("olga2", "whoami")["standing"] == "owner");
}

TEST_CASE("moved again and again, and back to a key that was found: the last one counts, the others are told", "[rekey]") {
    RekeyWorld world;
    world.move("ann", "ann2");
    CHECK(world.tryMove("olga", "ann", world.key("ann3")) == "moved");
    world.move("ann2", "ann3");
    CHECK(world.loginOf("ann") == "moved");
    CHECK(world.loginOf("ann2") == "moved");
    world.move("ann3", "ann");
    CHECK(world.loginOf("ann") == "in");
    CHECK(world.get("ann", "whoami")["handle"] == "annie");
    CHECK(world.loginOf("ann3") == "moved");
}

TEST_CASE("who was banned or removed under the old key is that under the new one, too", "[rekey]") {
    RekeyWorld world;
    world.goIn("ann", world.salon);
    world.goIn("bob", world.salon);
    world.room = world.salon;
    REQUIRE(world.order("ann", api::StageVerb::ban, "bob"));
    world.move("bob", "bob2");
    REQUIRE(world.loginOf("bob2") == "in");
    const auto grant = world.wait<api::JoinGrant>([&](auto answer) { world.house->token({world.sessions["bob2"], false}, world.salon, {}, answer); });
    CHECK_FALSE(grant);
}

// ---- whole or not at all

namespace {

struct Moved {
    bool oldIn = false, newIn = false;
    int rows = 0;
};
Moved stateOf(house::Store& store, const base::Identity& from, const base::Identity& to) {
    Moved out;
    REQUIRE(store.transact([&]() -> base::Result<void> {
        house::MemberStore members(store);
        out.oldIn = members.find(from).has_value();
        out.newIn = members.find(to).has_value();
        return {};
    }));
    return out;
}

}  // namespace

TEST_CASE("a server that dies in the middle of a move has moved nothing", "[rekey]") {
    RekeyWorld world;
    const auto from = world.id("ann"), to = world.id("ann2");
    const auto before = world.get("olga", "members");
    const auto child = ::fork();
    if (child == 0) {
        auto store = house::Store::open(world.database.where());
        (void)(*store)->transact([&]() -> base::Result<void> {
            (void)house::movePerson(**store, from, to, base::toHex(HouseWorld::keyOf("ann2").publicKey()), world.clock.wallNow());
            ::_exit(7);   // written, not committed
        });
        ::_exit(1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WEXITSTATUS(status) == 7);
    const auto now = stateOf(*world.store, from, to);
    CHECK(now.oldIn);
    CHECK_FALSE(now.newIn);
    CHECK(world.get("olga", "members") == before);
    CHECK(world.loginOf("ann") == "in");
    world.move("ann", "ann2");
    world.crash();
    CHECK(world.loginOf("ann") == "moved");
    CHECK(world.loginOf("ann2") == "in");
}

TEST_CASE("a move that meets a redeem of the new key: one person afterwards, with the old place", "[rekey]") {
    for (int round = 0; round < 8; ++round) {
        RekeyWorld world;
        const auto link = world.parts(world.invite("olga")["link"]);
        const auto& invitation = link.first;   // bindings of a pair cannot be captured in clang 14
        const auto& secret = link.second;
        const auto from = world.id("ann"), to = world.id("ann2");
        const auto hex = base::toHex(HouseWorld::keyOf("ann2").publicKey());
        const auto now = world.clock.wallNow();
        const auto where = world.database.where();
        base::Result<void> moved = base::Result<void>{}, redeemed = base::Result<void>{};
        const auto inOwn = [&](base::Result<void>& result, const std::function<base::Result<void>(house::Store&)>& body) {
            auto store = house::Store::open(where);
            result = (*store)->transact([&] { return body(**store); });
        };
        std::thread mover([&] {
            inOwn(moved, [&](house::Store& store) -> base::Result<void> {
                auto done = house::movePerson(store, from, to, hex, now);
                return done ? base::Result<void>{} : base::Unexpected(std::move(done).error());
            });
        });
        std::thread redeemer([&] {
            inOwn(redeemed, [&](house::Store& store) -> base::Result<void> {
                auto found = house::findInvitation(store, invitation, secret);
                if (!found) return base::Unexpected(std::move(found).error());
                auto done = house::joinHouse(store, *found, {to, hex, "ann"}, now);
                return done ? base::Result<void>{} : base::Unexpected(std::move(done).error());
            });
        });
        mover.join();
        redeemer.join();
        // SQLite may ask one of the two to try again; nobody is half moved by that.
        INFO((moved ? "moved" : moved.error().code) << ", " << (redeemed ? "redeemed" : redeemed.error().code));
        const auto state = stateOf(*world.store, from, to);
        CHECK(state.oldIn == !moved);
        CHECK(state.newIn == (moved || redeemed));
        if (moved) {
            REQUIRE(world.loginOf("ann2") == "in");
            CHECK(world.get("ann2", "whoami")["handle"] == "annie");
            CHECK(world.loginOf("ann") == "moved");
            CHECK(world.handles() == std::vector<std::string>{"annie", "bob", "cleo", "olga"});
        }
    }
}
