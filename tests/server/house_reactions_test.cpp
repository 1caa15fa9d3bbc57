// SPDX-License-Identifier: Apache-2.0
// Reactions by the house API, where the house counts them: who may, how many, what everybody and newcomers are told.
#include "core/api/chat_write.h"

#include "core/server/room_reactions.h"
#include "core/signal/data_packet.h"
#include "tests/server/house_requests.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;
using server::RoomReactions;

namespace {

api::ReactionCounts counts(std::uint64_t clap, std::uint64_t heart = 0) { return {{clap, heart}}; }

struct ReactionWorld : HouseWorld {
    Member ann = enter("ann", links.moderator);
    Member bob = enter("bob", links.listener);

    ReactionWorld() { media.relayed.clear(); }
    std::string path(const std::string& of = {}) const { return "rooms/" + (of.empty() ? room.str() : of) + "/reactions"; }
    /// How many were counted; -1 = refused as `why`.
    int react(const Member& by, const api::ReactionCounts& wish) {
        const auto answer = postAs<api::ReactionsAnswer>(*this, path(), api::ReactionsWish{wish}, by.session);
        why = answer ? "" : answer.error().code;
        return answer ? answer->counted : -1;
    }
    std::string body(const Member& by, const std::string& json) {
        const auto reply = requestText(*this, "POST", path(), json, by.session);
        return reply ? "" : reply.error().code;
    }
    /// What everybody was told, one packet after the other.
    std::vector<std::string> told() const {
        std::vector<std::string> out;
        for (const auto& [except, bytes] : media.relayed) {
            const auto packet = signal::decodeDataPacket(bytes).value();
            const auto* user = std::get_if<signal::UserData>(&packet.value);
            if (user == nullptr || user->topic != signal::kTopicReactions) continue;
            CHECK(except.empty());
            CHECK(packet.sender.empty());
            out.emplace_back(base::asText(user->payload));
        }
        return out;
    }
    std::optional<api::ReactionCounts> soFar(const Member& who) {
        return getAs<api::ChatPage>(*this, "rooms/" + room.str() + "/chat", who.session).value().reactions;
    }
    std::string why;
};

using Told = std::vector<std::string>;

}  // namespace

TEST_CASE("reactions are counted and told to everybody, at most four times a second", "[house-reactions][limits]") {
    ReactionWorld world;
    CHECK(world.react(world.bob, counts(2, 1)) == 3);
    CHECK(world.told() == Told{R"({"clap":2,"heart":1})"});
    CHECK(world.react(world.ann, counts(1)) == 1);
    CHECK(world.react(world.ann, counts(0, 1)) == 1);
    world.executor.runFor(249ms);
    CHECK(world.told().size() == 1);
    world.executor.runFor(1ms);
    CHECK(world.told() == Told{R"({"clap":2,"heart":1})", R"({"clap":3,"heart":2})"});
    world.executor.runFor(10s);
    CHECK(world.told().size() == 2);   // nothing new, nothing said
    for (int i = 0; i < 40; ++i, world.executor.runFor(50ms)) world.react(i % 2 == 0 ? world.bob : world.ann, counts(1));
    CHECK(world.told().size() >= 8);
    CHECK(world.told().size() <= 11);   // 2 s
}

TEST_CASE("one to five reactions are sent at once, of the six kinds", "[house-reactions][limits]") {
    ReactionWorld world;
    for (const auto& wrong : {counts(0), counts(6), counts(5, 1), counts(~std::uint64_t{0}, 2), api::ReactionCounts{{1, 1, 1, 1, 1, 1}}}) {
        CHECK(world.react(world.bob, wrong) == -1);
        CHECK(world.why == "bad_field");
    }
    for (const char* wrong : {"{}", R"({"reactions":[1,0,0,0,0,0]})", R"({"reactions":3})", R"({"reactions":{"clap":-1}})", R"({"reactions":{"clap":1.5}})",
                              R"({"reactions":{"clap":"1"}})", R"({"reactions":{"fire":1}})", R"({"reactions":{"clap":18446744073709551616}})"}) {
        INFO(wrong);
        CHECK(world.body(world.bob, wrong) == "bad_field");
    }
    CHECK(world.told().empty());
    CHECK(world.react(world.bob, counts(4, 1)) == 5);
    CHECK(world.react(world.ann, {{1, 1, 1, 1, 1, 0}}) == 5);
}

TEST_CASE("a person's sixth reaction in a moment is not counted, and the person is told", "[house-reactions][limits]") {
    ReactionWorld world;
    CHECK(world.react(world.bob, counts(4)) == 4);
    CHECK(world.react(world.bob, counts(2)) == 1);   // what there is room for
    CHECK(world.react(world.bob, counts(1)) == -1);
    CHECK(world.why == "reacting_too_fast");
    world.executor.runFor(500ms);
    CHECK(world.react(world.bob, counts(1)) == 1);
}

TEST_CASE("more than two hundred a second of a whole room are not counted, which nobody is troubled with", "[house-reactions][limits]") {
    ReactionWorld world;
    std::vector<HouseWorld::Member> crowd;
    for (int i = 0; i < 41; ++i) crowd.push_back(world.enter("p" + std::to_string(i), world.links.listener));
    world.media.relayed.clear();
    int counted = 0;
    for (int i = 0; i < 40; ++i) counted += world.react(crowd[static_cast<std::size_t>(i)], counts(5));
    CHECK(counted == static_cast<int>(RoomReactions::kRoomPerSecond));
    CHECK(world.react(crowd[40], counts(5)) == 0);
    CHECK(world.why.empty());
    world.executor.runFor(1s);
    CHECK(world.told().back() == R"({"clap":200})");
    CHECK(world.react(crowd[40], counts(5)) == 5);
    world.executor.runFor(250ms);
    CHECK(world.told().back() == R"({"clap":205})");
}

TEST_CASE("who is not in the room does not react there, and learns nothing", "[house-reactions][T25]") {
    ReactionWorld world;
    const auto refused = [&](const HouseWorld::Member& who, const std::string& room) {
        const auto answer = postAs<api::ReactionsAnswer>(world, world.path(room), api::ReactionsWish{counts(1)}, who.session);
        return answer ? "" : answer.error().code;
    };
    const auto other = world.wait<api::RoomMade>([&](auto answer) { world.house->createRoom({"Other"}, answer); }).value();
    CHECK(refused(world.bob, other.room.str()) == "room_unknown");
    CHECK(refused(world.bob, "none") == "room_unknown");
    REQUIRE(world.order("ann", api::StageVerb::remove, "bob"));
    CHECK_FALSE(refused(world.bob, "").empty());
    CHECK(world.told().empty());
    CHECK(world.react(world.ann, counts(1)) == 1);
    REQUIRE(world.wait<api::Nothing>([&](auto answer) { world.house->leave({world.ann.session, false}, world.room, answer); }));
    CHECK(refused(world.ann, "") == "not_in_room");
    CHECK(requestText(world, "POST", world.path(), R"({"reactions":{"clap":1}})").error().code == "room_unknown");   // an administrator is in no room
}

TEST_CASE("newcomers find the totals in the history; a new live session counts from nothing", "[house-reactions]") {
    ReactionWorld world;
    REQUIRE(world.soFar(world.ann));
    CHECK(world.soFar(world.ann)->of == counts(0).of);
    world.react(world.bob, counts(2, 1));
    const auto late = world.enter("late", world.links.listener);
    CHECK(world.soFar(late)->of == counts(2, 1).of);
    REQUIRE(world.order("ann", api::StageVerb::end));
    world.executor.runFor(1s);
    const auto told = world.told().size();
    const auto grant = world.wait<api::JoinGrant>([&](auto answer) { world.house->token({world.ann.session, false}, world.room, {}, answer); });
    REQUIRE(grant);
    REQUIRE(world.admit(grant->token));
    world.house->connected(world.room, world.ann.identity);
    world.executor.runReady();
    CHECK(world.soFar(world.ann)->of == counts(0).of);
    CHECK(world.told().size() == told);
    CHECK(world.react(world.ann, counts(1)) == 1);
    CHECK(world.told().back() == R"({"clap":1})");
}

TEST_CASE("what is still to be told when a live session ends is not told to the next", "[house-reactions]") {
    ReactionWorld world;
    world.react(world.bob, counts(1));
    world.react(world.bob, counts(1));
    REQUIRE(world.order("ann", api::StageVerb::end));
    world.executor.runFor(1s);
    CHECK(world.told() == Told{R"({"clap":1})"});
}

TEST_CASE("where the data channel is the house's, reactions go there and the API says so", "[house-reactions]") {
    ReactionWorld world;
    world.media.counts = true;
    CHECK(world.react(world.bob, counts(1)) == -1);
    CHECK(world.why == "reactions_by_data");
    CHECK_FALSE(world.soFar(world.bob));
    CHECK(world.told().empty());
}
