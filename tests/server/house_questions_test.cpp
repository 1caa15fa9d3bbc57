// SPDX-License-Identifier: Apache-2.0
// The question desk through the house: who sees what, what the room is told and how often, what survives a crash.
#include "core/house/store/guest_store.h"
#include "tests/server/member_world.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;
using api::StageVerb;

namespace {

struct Questions : MemberWorld {
    Questions() {
        come("ann", links.moderator);  // the host
        come("mo", links.speaker);
        for (const char* who : {"bob", "cleo"}) come(who, links.listener);
        REQUIRE(order("ann", StageVerb::promote, "mo"));
        rest();
    }
    void come(const std::string& who, const std::string& link) { sessions[who] = enter(who, link).session; }
    void comeBack(const std::string& who) {
        const auto grant = wait<api::JoinGrant>([&](auto answer) { house->token({sessions[who], false}, room, {}, answer); });
        REQUIRE(grant);
        REQUIRE(admit(grant->token));
        house->connected(room, id(who));
        executor.runReady();
    }
    std::string desk(const std::string& rest = {}) const { return "rooms/" + room.str() + "/questions" + rest; }
    /// A minute in which nobody does anything.
    void rest() {
        executor.runReady();
        clock.advance(1min);
        executor.runReady();
    }
    using MemberWorld::ask;
    using MemberWorld::order;
    std::uint64_t ask(const std::string& who, const std::string& text) {
        rest();
        return post(who, desk(), {{"text", text}})["n"];
    }
    Json order(const std::string& who, std::uint64_t n, const std::string& verb) { return post(who, desk("/" + std::to_string(n)), {{"verb", verb}}); }
    /// "2:now 1:approved"
    std::string seen(const std::string& who) {
        std::string out;
        const auto list = get(who, desk());
        for (const auto& one : list["questions"])
            out += (out.empty() ? "" : " ") + std::to_string(one["n"].get<int>()) + ":" + one["state"].get<std::string>();
        return out;
    }
    Json metadata() const { return Json::parse(roomChanges.back().metadata); }
    void agree(house::GuestState state, std::vector<std::string> questions) {
        REQUIRE(store->transact([&]() -> base::Result<void> {
            house::GuestRow row;
            row.id = "guest1234567";
            row.name = "Ada";
            row.state = state;
            row.room = room;
            api::Terms terms;
            terms.topic = "The sea";
            terms.questions = std::move(questions);
            house::GuestStore(*store).add(row, terms);
            house::GuestStore(*store).put(row);
            return {};
        }));
    }
};

}  // namespace

TEST_CASE("a question waits for the desk, is approved, goes on air and is done", "[questions]") {
    Questions world;
    const auto n = world.ask("bob", "Why bees?");
    CHECK(world.seen("bob") == "1:open");
    CHECK(world.seen("cleo").empty());  // not screened yet
    const auto atDesk = world.get("ann", world.desk());
    CHECK(atDesk["desk"] == true);
    CHECK(atDesk["questions"][0]["asker_name"] == "bob");
    CHECK(atDesk["questions"][0]["at_ms"] == base::toUnixMs(world.clock.wallNow()));
    CHECK(world.order("ann", n, "approve")["state"] == "approved");
    CHECK(world.seen("cleo") == "1:approved");
    const auto public_ = world.get("cleo", world.desk())["questions"][0];
    CHECK(public_["asker_name"] == "");  // who asked is for the desk
    CHECK(public_["asker"] == "");
    CHECK(world.get("bob", world.desk())["questions"][0]["own"] == true);
    world.order("mo", n, "now");
    CHECK(world.seen("cleo") == "1:now");
    world.order("ann", n, "done");
    CHECK(world.seen("cleo").empty());
    CHECK(world.seen("bob") == "1:done");
}

TEST_CASE("a dropped question is silent to the room; who asked reads it, with the reason", "[questions]") {
    Questions world;
    const auto n = world.ask("bob", "Why not?");
    world.rest();
    const auto revision = world.get("cleo", world.desk())["revision"];
    world.post("ann", world.desk("/" + std::to_string(n)), {{"verb", "drop"}, {"reason", "asked before"}});
    CHECK(world.seen("cleo").empty());
    CHECK(world.get("cleo", world.desk())["revision"] == revision);
    const auto own = world.get("bob", world.desk())["questions"][0];
    CHECK(own["state"] == "dropped");
    CHECK(own["reason"] == "asked before");
}

TEST_CASE("only who is inside asks and reads; everybody else gets one answer", "[questions]") {
    Questions world;
    world.bring("olga", "eve");  // of the house, not of the room
    CHECK(world.refused("eve", world.desk()) == "room_unknown");
    CHECK(world.refused("eve", world.desk(), {{"text", "x"}}) == "room_unknown");
    CHECK(world.refused("eve", "rooms/nowhere/questions") == "room_unknown");
    const auto n = world.ask("bob", "Why bees?");
    CHECK(world.refused("cleo", world.desk("/1"), {{"verb", "withdraw"}}) == "question_unknown");
    CHECK(world.refused("cleo", world.desk("/99"), {{"verb", "withdraw"}}) == "question_unknown");
    CHECK(world.refused("cleo", world.desk("/x"), {{"verb", "withdraw"}}) == "question_unknown");
    CHECK(world.refused("bob", world.desk("/1"), {{"verb", "approve"}}) == "not_allowed");
    CHECK(world.refused("ann", world.desk("/1"), {{"verb", "eat"}}) == "bad_field");
    CHECK(world.order("bob", n, "withdraw")["state"] == "withdrawn");
    world.post("ann", "rooms/" + world.room.str() + "/settings", {{"waiting_room", true}});
    const auto wally = world.redeem("wally", world.links.listener);
    REQUIRE(wally);
    world.sessions["wally"] = wally->session;
    CHECK(world.admit(wally->join.token).error().code == "waiting");
    CHECK(world.refused("wally", world.desk()) == "not_in_room");
    CHECK(world.refused("wally", world.desk(), {{"text", "x"}}) == "not_in_room");
}

TEST_CASE("two moderators at once: the second one is told to look again", "[questions][T23]") {
    Questions world;
    world.ask("bob", "Why bees?");
    const auto version = world.get("ann", world.desk())["version"];
    world.post("ann", world.desk("/1"), {{"verb", "now"}, {"if_version", version}});
    CHECK(world.refused("mo", world.desk("/1"), {{"verb", "drop"}, {"if_version", version}}) == "version_conflict");
    CHECK(world.seen("cleo") == "1:now");
}

TEST_CASE("the note of a raised hand becomes a question and the hand goes down with it", "[questions]") {
    Questions world;
    server::StageRequest raise{world.room, HouseWorld::id("bob"), StageVerb::raise, {}, "About honey", {}, true, false, {}};
    REQUIRE(world.wait<std::uint64_t>([&](auto answer) { world.house->stage(raise, answer); }));
    CHECK(world.refused("cleo", world.desk(), {{"hand", HouseWorld::id("bob").str()}}) == "not_allowed");
    const auto made = world.post("ann", world.desk(), {{"hand", HouseWorld::id("bob").str()}});
    CHECK(made["state"] == "open");
    CHECK(world.last("bob")->attributes.at(std::string(api::kAttrHand)).empty());
    const auto one = world.get("ann", world.desk())["questions"][0];
    CHECK(one["text"] == "About honey");
    CHECK(one["origin"] == "hand");
    CHECK(one["asker_name"] == "bob");
    CHECK(world.refused("ann", world.desk(), {{"hand", HouseWorld::id("bob").str()}}) == "no_note");
}

TEST_CASE("what was agreed with the room's guest comes to the desk once, and the host can drop a question", "[questions][guests]") {
    Questions world;
    CHECK(world.refused("ann", world.desk(), {{"agreed", true}}) == "not_agreed");
    SECTION("not signed yet") {
        world.agree(house::GuestState::countered, {"What is proposed?"});
        CHECK(world.refused("ann", world.desk(), {{"agreed", true}}) == "not_agreed");
    }
    SECTION("signed") {
        world.agree(house::GuestState::agreed, {"What is proposed?", "Why now?"});
        CHECK(world.refused("bob", world.desk(), {{"agreed", true}}) == "not_allowed");
        CHECK(world.get("ann", world.desk())["agreed"] == 2);
        CHECK(world.post("ann", world.desk(), {{"agreed", true}})["added"] == 2);
        CHECK(world.seen("cleo") == "1:approved 2:approved");
        CHECK(world.get("cleo", world.desk())["questions"][0]["origin"] == "agreed");
        world.order("ann", 1, "drop");
        CHECK(world.seen("cleo") == "2:approved");
        CHECK(world.post("ann", world.desk(), {{"agreed", true}})["added"] == 0);
        CHECK(world.get("ann", world.desk())["agreed"] == 0);
    }
}

TEST_CASE("the desk survives the end of the process and ends with the session", "[questions][R11]") {
    Questions world;
    world.ask("bob", "Why bees?");
    world.ask("cleo", "Why honey?");
    world.order("ann", 2, "approve");
    world.order("ann", 1, "now");
    world.crash();
    for (const char* who : {"ann", "bob", "cleo"}) world.house->connected(world.room, HouseWorld::id(who));
    world.executor.runReady();
    CHECK(world.seen("cleo") == "1:now 2:approved");
    const auto version = world.get("ann", world.desk())["version"].get<int>();
    CHECK(world.order("ann", 2, "now")["version"] == version + 1);
    CHECK(world.seen("cleo") == "2:now");
}

TEST_CASE("a new live session starts with an empty desk whose numbers go on", "[questions]") {
    Questions world;
    world.ask("bob", "Why bees?");
    const auto version = world.get("ann", world.desk())["version"].get<int>();
    const auto ended = world.wait<api::StageAnswer>([&](auto answer) {
        world.house->command({{}, true}, world.room, api::StageCommand{StageVerb::end}, answer);
    });
    REQUIRE(ended);
    for (const char* who : {"ann", "mo", "bob", "cleo"}) world.house->disconnected(world.room, HouseWorld::id(who));
    world.comeBack("ann");
    CHECK(world.seen("ann").empty());
    CHECK(world.get("ann", world.desk())["version"].get<int>() == version);
    CHECK(world.ask("ann", "Anew?") == 1);
    CHECK(world.get("ann", world.desk())["version"].get<int>() == version + 1);
}

TEST_CASE("the room is told by two numbers, at most four times a second", "[questions][limits]") {
    Questions world;
    world.ask("bob", "Why bees?");
    world.executor.runReady();
    CHECK(world.metadata()["questions_desk"] == 1);
    CHECK(world.metadata()["questions"] == 0);
    world.rest();
    world.roomChanges.clear();
    for (int i = 0; i < 40; ++i) {  // two seconds of a busy desk
        world.order("ann", 1, i % 2 == 0 ? "approve" : "now");
        world.clock.advance(50ms);
        world.executor.runReady();
    }
    world.rest();
    CHECK(world.roomChanges.size() >= 7);
    CHECK(world.roomChanges.size() <= 9);
    CHECK(world.metadata()["questions"] == 40);  // the last telling is the newest
    CHECK(world.metadata()["questions_desk"] == 41);
}

TEST_CASE("the chair is told to everybody and handed over by one command", "[questions][chair]") {
    Questions world;
    world.post("ann", "rooms/" + world.room.str() + "/settings", {{"preset", "interview"}});
    world.executor.runReady();
    CHECK(world.metadata()["chair"] == HouseWorld::id("ann").str());  // the host's at first
    REQUIRE(world.order("ann", StageVerb::chair, "mo"));
    CHECK(world.metadata()["chair"] == HouseWorld::id("mo").str());
    CHECK(world.enter("dora", world.links.listener).admission.roomMetadata.find("\"chair\":\"" + HouseWorld::id("mo").str()) != std::string::npos);
    REQUIRE(world.order("mo", StageVerb::down));
    CHECK_FALSE(world.metadata().contains("chair"));
    CHECK(world.order("bob", StageVerb::chair, "ann").error().code == "not_allowed");
}
