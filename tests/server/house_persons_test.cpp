// SPDX-License-Identifier: Apache-2.0
// A person's data: taken along whole, deleted without a trace, and what a house forgets by age.
#include <fstream>
#include <sstream>

#include "core/house/store/audit_store.h"
#include "core/house/store/people_store.h"
#include "core/house/store/person_store.h"
#include "tests/server/member_world.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

const std::string kName = "quillfeather", kHandle = "quillhandle", kWord = "xylograph";

struct PersonWorld : MemberWorld {
    std::vector<std::string> tables() {
        return database.engine() == Engine::sqlite
                   ? database.sql("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
                   : database.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY 1");
    }
    /// Every table in which one of these texts stands somewhere.
    std::vector<std::string> tablesWith(const std::vector<std::string>& texts) {
        std::vector<std::string> out;
        for (const auto& table : tables())
            for (const auto& row : database.sql("SELECT * FROM " + table))
                for (const auto& text : texts)
                    if (row.find(text) != std::string::npos && (out.empty() || out.back() != table)) out.push_back(table);
        return out;
    }
    std::string fileWith(const std::vector<std::string>& texts) {
        for (const char* end : {"", "-wal"}) {
            std::ifstream in(database.where() + end, std::ios::binary);
            std::ostringstream all;
            all << in.rdbuf();
            for (const auto& text : texts)
                if (all.str().find(text) != std::string::npos) return text + " in " + (*end ? "the journal" : "the file");
        }
        return {};
    }
    server::Caller callerOf(const std::string& who) { return {sessions[who], false}; }
    void goIn(const std::string& who, const base::RoomId& where) {
        const auto grant = wait<api::JoinGrant>([&](auto answer) { house->token(callerOf(who), where, {}, answer); });
        REQUIRE(grant);
        auto admitted = admit(grant->token);
        REQUIRE(admitted);
        house->connected(where, id(who));
        executor.runReady();
    }
    void say(const std::string& who, const base::RoomId& where, const std::string& message, const std::string& words) {
        const server::ChatPost post{where, id(who), base::ParticipantSid("PA_" + who), {message, words, false}};
        REQUIRE(wait<std::uint64_t>([&](auto answer) { house->chat(post, answer); }));
    }
    Json forget(const std::string& who, const std::string& by = "olga") {
        return post(by, path("persons", who, "delete"), {{"confirm", id(who).str()}});
    }
    base::Result<Json> everything(const std::string& who, const server::Caller& caller) {
        auto reply = ask("GET", path("persons", who, "export"), nullptr, caller);
        if (!reply) return base::Unexpected<base::Error>(std::move(reply).error());
        return Json::parse(reply->body);
    }

    /// One who has used everything there is in a house, and bob, whom they brought.
    base::RoomId salon;
    void live() {
        REQUIRE(comeBy(kName, invite("olga", {{"kind", "membership"}, {"for_name", kName}, {"message", "Welcome, " + kWord}})));
        post(kName, "handle", {{"handle", kHandle}});
        post(kName, "profile", {{"about", kWord + " collector"}, {"pronouns", kWord}, {"links", {"https://" + kWord + ".example"}}});
        REQUIRE(store->transact([&]() -> base::Result<void> {
            house::PeopleStore(*store).setPicture(id(kName), base::asBytes("jpeg"), clock.wallNow());
            return {};
        }));
        REQUIRE(comeBy("bob", invite(kName, {{"kind", "membership"}, {"for_name", "bob"}, {"message", kWord}})));
        bring("olga", "cleo");
        invite(kName, {{"kind", "membership"}, {"for_name", "dora"}, {"message", kWord}});
        salon = base::RoomId(post(kName, "rooms", {{"title", "All about " + kWord}, {"for_members", true}})["room"].get<std::string>());
        for (const auto& who : {kName, std::string("bob"), std::string("cleo")}) goIn(who, salon);
        say(kName, salon, "m1", "I like the " + kWord);
        say("bob", salon, "m2", "So do I");
        post(kName, "rooms/" + salon.str() + "/chat/rules", {{"pinned", "https://pin.example/" + kWord}});
        post("bob", path("people", kName, "relation"), {{"follow", true}});
        post(kName, path("people", "bob", "relation"), {{"follow", true}});
        post(kName, path("people", "olga", "relation"), {{"block", true}});
        post("bob", "rooms/" + salon.str() + "/ping", {{"who", id("cleo").str()}});
        const auto wave = post(kName, path("people", "bob", "wave"), {{"text", kWord}});
        post("bob", "waves/" + wave["id"].get<std::string>() + "/answer", {{"answer", "yes"}});
        const auto talk = post(kName, "schedule", {{"title", "The " + kWord}, {"details", kWord}, {"at", "2030-01-01T18:00:00Z"}});
        post("bob", "schedule/" + talk["id"].get<std::string>() + "/rsvp", {{"answer", "yes"}});
        post("cleo", "reports", {{"room", salon.str()}, {"who", id(kName).str()}, {"text", kName + " shouts " + kWord}});
        post(kName, "reports", {{"room", salon.str()}, {"who", id("cleo").str()}, {"text", "cleo hides the " + kWord}});
        post(kName, "guests", {{"name", "Famous"}, {"terms", {{"topic", kWord}}}, {"message", "Come and speak of the " + kWord}});
    }
};

}  // namespace

TEST_CASE("after a deletion neither name nor handle nor a word of the person is left in any column of any table", "[persons]") {
    PersonWorld world;
    world.live();
    const std::vector<std::string> traces{kName, kHandle, kWord};
    const auto before = world.tablesWith(traces);
    for (const char* table : {"persons", "house_members", "name_parts", "profiles", "invitations", "rooms", "seats", "chat", "chat_rules", "waves",
                              "notices", "events", "reports", "guests", "guest_versions", "guest_messages"}) {
        INFO(table);
        if (std::string(table) != "guests") CHECK(std::find(before.begin(), before.end(), table) != before.end());
    }
    world.forget(kName);
    CHECK(world.tablesWith(traces) == std::vector<std::string>{});
    for (const char* table : {"profiles", "pictures", "follows", "blocks", "waves"}) {
        INFO(table);
        CHECK(world.database.sql(std::string("SELECT * FROM ") + table).empty());
    }
    if (world.database.engine() == Engine::sqlite) CHECK(world.fileWith(traces).empty());
    const auto lost = [&] {
        std::vector<std::string> out;
        REQUIRE(world.store->transact([&]() -> base::Result<void> {
            out = house::orphans(*world.store);
            return {};
        }));
        return out;
    }();
    CHECK(lost == std::vector<std::string>{});
}

TEST_CASE("a deleted person who comes back by a room's link is a stranger there; the tree stays nameless and the check whole", "[persons]") {
    PersonWorld world;
    world.live();
    world.forget(kName);
    const auto back = world.comeBy(kName, world.invite("cleo", {{"kind", "listener"}, {"room", world.post("cleo", "rooms", {{"title", "Tea"}})["room"]}}));
    REQUIRE(back);
    REQUIRE(world.store->transact([&]() -> base::Result<void> {
        CHECK(house::orphans(*world.store) == std::vector<std::string>{});
        return {};
    }));
    CHECK(world.get("olga", "members?q=bob")["members"][0].value("invited_by_name", "") == "");
    CHECK(world.get("olga", "people/" + world.id("bob").str()).value("invited_by_name", "") == "");
    const auto gone = world.get("olga", "members?state=deleted")["members"];
    REQUIRE(gone.size() == 1);
    CHECK(gone[0]["name"] == "");
    CHECK(world.handles() == std::vector<std::string>{"bob", "cleo", "olga"});
    // A name that was left behind is still found.
    world.database.sql("UPDATE persons SET name = 'left behind', public_key = '' WHERE identity = '" + world.id(kName).str() + "'");
    REQUIRE(world.store->transact([&]() -> base::Result<void> {
        CHECK(house::orphans(*world.store) == std::vector<std::string>{"1 deleted members who still have a name"});
        return {};
    }));
}

TEST_CASE("the tree keeps a nameless place: whom a deleted member brought stays, and came by nobody with a name", "[persons]") {
    PersonWorld world;
    world.live();
    world.forget(kName);
    CHECK(world.handles() == std::vector<std::string>{"bob", "cleo", "olga"});
    const auto page = world.get("olga", "members?q=bob");
    CHECK(page["members"][0]["invited_by"] == world.id(kName).str());
    CHECK(page["members"][0].value("invited_by_name", "") == "");
    const auto gone = world.get("olga", "members?state=deleted")["members"];
    REQUIRE(gone.size() == 1);
    CHECK(gone[0]["name"] == "");
    CHECK(gone[0]["invited"] == 1);
    CHECK(world.refused("bob", "people/" + world.id(kName).str()) == "person_unknown");
    // The links they had made are closed, the talk is off, the room goes on without its name.
    const auto all = world.get("olga", "invitations?all=1");
    for (const auto& one : all["invitations"])
        if (one["issuer"] == world.id(kName).str()) CHECK((one["state"] == "revoked" || one["state"] == "used"));
    CHECK(world.get("bob", "schedule")["events"].empty());
    const auto reports = world.get("olga", "reports")["reports"];
    REQUIRE(reports.size() == 2);
}

TEST_CASE("a deleted person is out of the room at once, and their session and key open nothing any more", "[persons]") {
    PersonWorld world;
    world.live();
    world.gone.clear();
    world.media.orders.clear();
    world.forget(kName);
    REQUIRE(world.gone.size() == 1);
    CHECK(world.gone[0].identity == world.id(kName));
    CHECK(std::find(world.media.orders.begin(), world.media.orders.end(), "remove " + world.id(kName).str()) != world.media.orders.end());
    for (const char* path : {"whoami", "members", "waves"}) CHECK_FALSE(world.tried(kName, path));
    CHECK(world.refused(kName, "whoami") == "person_unknown");
    CHECK_FALSE(world.wait<api::JoinGrant>([&](auto answer) { world.house->token(world.callerOf(kName), world.salon, {}, answer); }));
    const api::LoginRequest login{world.proof(kName, std::string(api::kLoginPurpose))};
    const auto refused = world.wait<api::LoginAnswer>([&](auto answer) { world.house->login(login, answer); });
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "person_unknown");
    // A new invitation is a new beginning, with a handle of its own.
    REQUIRE(world.comeBy(kName, world.invite("olga")));
    CHECK(world.get(kName, "whoami")["handle"] == kName);
    CHECK(world.get(kName, "whoami")["left"] == 1);   // no second set: one of the two brought bob
}

TEST_CASE("people delete themselves, admins those below them; the owner and whoever does not confirm stay", "[persons]") {
    PersonWorld world;
    for (const char* one : {"ann", "bob", "cleo"}) world.bring("olga", one);
    world.post("olga", world.path("members", "ann", "standing"), {{"standing", "admin"}});
    world.post("olga", world.path("members", "bob", "standing"), {{"standing", "admin"}});
    const auto wish = [&](const std::string& who) { return Json{{"confirm", world.id(who).str()}}; };
    CHECK(world.refused("cleo", world.path("persons", "bob", "delete"), wish("bob")) == "admins_only");
    CHECK(world.refused("ann", world.path("persons", "bob", "delete"), wish("bob")) == "not_below");
    CHECK(world.refused("ann", world.path("persons", "olga", "delete"), wish("olga")) == "not_below");
    CHECK(world.refused("olga", world.path("persons", "olga", "delete"), wish("olga")) == "owner_stays");
    CHECK(world.refused("ann", world.path("persons", "cleo", "delete"), Json::object()) == "not_confirmed");
    CHECK(world.refused("ann", world.path("persons", "cleo", "delete"), wish("bob")) == "not_confirmed");
    CHECK(world.refused("ann", world.path("persons", "nobody", "delete"), wish("nobody")) == "person_unknown");
    const auto byRoot = world.ask("POST", world.path("persons", "olga", "delete"), wish("olga"), {{}, true});
    REQUIRE_FALSE(byRoot);
    CHECK(byRoot.error().code == "owner_stays");
    CHECK(world.post("cleo", world.path("persons", "cleo", "delete"), wish("cleo"))["id"] == world.id("cleo").str());
    CHECK(world.post("olga", world.path("persons", "bob", "delete"), wish("bob"))["id"] == world.id("bob").str());
    CHECK(world.refused("olga", world.path("persons", "bob", "delete"), wish("bob")) == "person_unknown");
    // Whoever is suspended does not get rid of that by being forgotten.
    world.post("olga", world.path("members", "ann", "suspend"), Json::object());
    CHECK(world.refused("ann", world.path("persons", "ann", "delete"), wish("ann")) == "suspended");
}

TEST_CASE("the log of the house is whole after a deletion, and says by ids who was deleted by whom", "[persons]") {
    PersonWorld world;
    world.live();
    world.forget(kName);
    REQUIRE(world.store->transact([&]() -> base::Result<void> {
        const auto seed = *base::fromHex(*world.store->meta("house_seed"));
        CHECK(house::AuditStore(*world.store).verify(crypto::SigningKey::fromSeed(seed)->publicKey()).good);
        return {};
    }));
    const auto rows = world.get("olga", "audit?before=0&limit=1000")["entries"];
    const auto row = std::find_if(rows.begin(), rows.end(), [](const Json& one) { return one["action"] == "person_deleted"; });
    REQUIRE(row != rows.end());
    CHECK((*row)["actor"] == world.id("olga").str());
    CHECK((*row)["object"] == world.id(kName).str());
}

TEST_CASE("everything the house knows of a person comes along, and nothing that tells who reported or blocked them", "[persons]") {
    PersonWorld world;
    world.live();
    world.post("cleo", world.path("people", kName, "relation"), {{"block", true}});
    const auto all = world.everything(kName, world.callerOf(kName)).value();
    CHECK(all["identity"] == world.id(kName).str());
    CHECK(all["membership"][0]["handle"] == kHandle);
    CHECK(all["person"][0]["name"] == kName);
    CHECK(all["profile"][0]["about"] == kWord + " collector");
    CHECK(all["brought"][0]["identity"] == world.id("bob").str());
    CHECK(all["invitations_made"].size() >= 2);
    CHECK(all["invitations_redeemed"].size() == 1);
    CHECK(all["rooms"].size() >= 2);
    CHECK(all["chat"][0]["words"] == "I like the " + kWord);
    CHECK(all["follows"].size() == 1);
    CHECK(all["blocks"].size() == 1);
    CHECK(all["waves_sent"].size() == 1);
    CHECK(all["talks"].size() == 1);
    CHECK(all["guests_invited"].size() == 1);
    CHECK(all["guest_messages"].size() == 1);
    CHECK(all["reports_made"][0]["words"] == "cleo hides the " + kWord);
    REQUIRE(all["reports_about"].size() == 1);
    CHECK_FALSE(all["reports_about"][0].contains("words"));
    CHECK_FALSE(all["audit"].empty());
    for (const auto& row : all["audit"])
        if (row["action"] == "report_made" && row["object"] == world.id(kName).str()) CHECK(row["actor"].is_null());
    const auto text = all.dump();
    CHECK(text.find("shouts") == std::string::npos);
    CHECK(text.find("So do I") == std::string::npos);
    CHECK(text.find("secret_hash") == std::string::npos);
    // The administrator may, too; others may not, not even the owner.
    CHECK(world.everything(kName, {{}, true}));
    CHECK(world.everything(kName, world.callerOf("olga")).error().code == "not_yours");
    CHECK(world.everything("nobody", {{}, true}).error().code == "person_unknown");
}

TEST_CASE("the asker alone learns that they are in the room on another device", "[persons]") {
    PersonWorld world;
    world.live();
    const std::string at = "rooms/" + world.salon.str() + "/here";
    CHECK(world.get(kName, at)["here"] == true);
    CHECK(world.get("olga", at)["here"] == false);
    CHECK(world.get(kName, "rooms/none/here")["here"] == false);
    world.house->disconnected(world.salon, world.id(kName));
    world.executor.runReady();
    CHECK(world.get(kName, at)["here"] == false);
}

// ---- what goes by age

namespace {

struct AgeWorld : PersonWorld {
    AgeWorld() {
        stop();
        policy.retention = {30, 7, 14, 60};
        start();
        sessions["olga"] = signIn("olga");
    }
    int count(const std::string& table) { return std::stoi(database.sql("SELECT COUNT(*) FROM " + table).at(0)); }
    void pass(int days) {
        for (int hour = 0; hour < days * 24; ++hour) {
            clock.advance(1h);
            executor.runReady();
        }
        for (auto& [who, session] : sessions) session = signIn(who);
    }
};

}  // namespace

TEST_CASE("chat, answered reports, ended rooms and the log go when their days are over, on the hour", "[persons][retention]") {
    AgeWorld world;
    world.live();
    const auto reports = world.get("olga", "reports")["reports"];
    world.post("olga", "reports/" + reports[0]["id"].get<std::string>() + "/resolve", {{"resolution", "noted"}});
    REQUIRE(world.wait<api::Nothing>([&](auto answer) { world.house->endRoom(world.salon, answer); }));
    const int chat = world.count("chat");
    REQUIRE(chat >= 2);
    world.pass(6);
    CHECK(world.count("chat") == chat);
    world.pass(2);
    CHECK(world.count("chat") == 0);
    CHECK(world.count("reports") == 2);
    world.pass(7);
    CHECK(world.count("reports") == 1);   // the open one stays until somebody has answered it
    const std::string salon = "WHERE id = '" + world.salon.str() + "'", there = "WHERE room = '" + world.salon.str() + "'";
    CHECK(world.count("rooms " + salon) == 1);
    world.pass(46);
    CHECK(world.count("rooms " + salon) == 0);
    for (const char* table : {"members ", "invitations ", "bans ", "chat ", "room_settings ", "sessions "}) {
        INFO(table);
        CHECK(world.count(table + there) == 0);
    }
    // The log was cut, and what is left of it is whole: it goes on from the number and hash where it was cut.
    REQUIRE(world.store->transact([&]() -> base::Result<void> {
        house::AuditStore audit(*world.store);
        const auto head = audit.head();
        CHECK(head.baseN > 0);
        CHECK_FALSE(head.baseHash.empty());
        const auto seed = *base::fromHex(*world.store->meta("house_seed"));
        const auto verdict = audit.verify(crypto::SigningKey::fromSeed(seed)->publicKey());
        CHECK(verdict.good);
        CHECK(verdict.rows == head.n - head.baseN);
        CHECK(house::orphans(*world.store) == std::vector<std::string>{});
        return {};
    }));
}

TEST_CASE("a house that is told nothing forgets nothing", "[persons][retention]") {
    PersonWorld world;
    world.live();
    REQUIRE(world.wait<api::Nothing>([&](auto answer) { world.house->endRoom(world.salon, answer); }));
    const auto rows = [&](const std::string& table) { return world.database.sql("SELECT COUNT(*) FROM " + table).at(0); };
    const auto chat = rows("chat"), audit = rows("audit"), reports = rows("reports"), rooms = rows("rooms");
    for (int month = 0; month < 60; ++month) {
        world.clock.advance(24h * 30);
        world.executor.runReady();
    }
    CHECK(rows("chat") == chat);
    CHECK(rows("reports") == reports);
    CHECK(rows("rooms") == rooms);
    CHECK(std::stoi(rows("audit")) >= std::stoi(audit));
}
