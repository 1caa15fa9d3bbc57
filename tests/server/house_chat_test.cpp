// SPDX-License-Identifier: Apache-2.0
// The chat as the house keeps it: what is passed on, to whom, what comes back to those who return, what moderators may do.
#include "core/api/chat_types.h"

#include "core/server/room_chat.h"
#include "core/signal/data_packet.h"
#include "tests/server/house_requests.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

struct ChatWorld : HouseWorld {
    Member ann = enter("ann", links.moderator);
    Member bob = enter("bob", links.listener);


    /// In the next live session of the room.
    Member again(const std::string& name) {
        auto back = name == "ann" ? ann : bob;
        back.session = wait<api::LoginAnswer>([&](auto answer) { house->login({proof(name, "login")}, answer); }).value().session;
        const auto grant = wait<api::JoinGrant>([&](auto answer) { house->token({back.session, false}, room, {}, answer); });
        REQUIRE(grant);
        REQUIRE(admit(grant->token));
        house->disconnected(room, back.identity);   // of the last session
        house->connected(room, back.identity);
        executor.runReady();
        return back;
    }

    base::Result<std::uint64_t> say(const Member& by, const std::string& id, const std::string& words, bool stream = false) {
        const server::ChatPost post{room, by.identity, base::ParticipantSid("PA_" + by.identity.str()), {id, words, stream}};
        return wait<std::uint64_t>([&](auto answer) { house->chat(post, answer); });
    }
    std::string path(const std::string& rest = {}) const { return "rooms/" + room.str() + "/chat" + rest; }
    api::ChatPage page(const Member& who, const std::string& query = {}) { return getAs<api::ChatPage>(*this, path(query), who.session).value(); }
    std::vector<std::string> texts(const Member& who, const std::string& query = {}) {
        std::vector<std::string> out;
        const auto all = page(who, query);
        for (const auto& line : all.lines) out.push_back(line.text);
        return out;
    }
    base::Result<api::Nothing> erase(const Member& by, const std::string& id) {
        return postAs<api::Nothing>(*this, path("/" + id + "/delete"), api::Nothing{}, by.session);
    }
    base::Result<api::ChatRules> setRules(const Member& by, api::ChatRulesWish wish) {
        return postAs<api::ChatRules>(*this, path("/rules"), wish, by.session);
    }
    /// Ten seconds of peace: nobody's rate limit is near.
    void rest() {
        clock.advance(10s);
        executor.runReady();
    }
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a message is kept, numbered, passed on to everybody but its author, and there for those who come back", "[house-chat]") {
    ChatWorld world;
    CHECK(world.say(world.bob, "m1", "  good\tevening  ").value() == 1);
    CHECK(world.say(world.ann, "m2", "one\ntwo", true).value() == 2);
    REQUIRE(world.media.relayed.size() == 4);
    CHECK(world.media.relayed[0].first == world.bob.identity);
    const auto packet = signal::decodeDataPacket(world.media.relayed[0].second).value();
    CHECK(packet.sender == world.bob.identity);
    CHECK(std::get<signal::ChatData>(packet.value).message == "good evening");
    CHECK(std::get<signal::ChatData>(packet.value).number == 1);
    const auto header = std::get<signal::StreamHeader>(signal::decodeDataPacket(world.media.relayed[1].second)->value);
    CHECK(header.attributes.at(signal::kAttrChatNumber) == "2");
    CHECK(header.topic == signal::kTopicChat);
    CHECK(header.streamId == "m2");
    CHECK(world.texts(world.bob) == Lines{"good evening", "one\ntwo"});
    CHECK(world.texts(world.bob, "?after=1") == Lines{"one\ntwo"});
    CHECK(world.page(world.bob).lines[0].name == "bob");
}

TEST_CASE("the chat is read backwards page by page, by those who come back as well, and only of this session", "[house-chat]") {
    ChatWorld world;
    REQUIRE(world.say(world.bob, "y", "yesterday"));
    REQUIRE(world.order("ann", api::StageVerb::end));
    world.ann = world.again("ann");
    world.bob = world.again("bob");
    for (int i = 1; i <= 7; ++i) {
        REQUIRE(world.say(world.bob, "m" + std::to_string(i), std::to_string(i)));
        world.rest();
    }
    // Number 1 was yesterday's; today's messages are 2 to 8.
    CHECK(world.texts(world.ann, "?limit=3") == Lines{"5", "6", "7"});
    CHECK(world.page(world.ann, "?limit=3").more);
    CHECK(world.texts(world.ann, "?before=6&limit=3") == Lines{"2", "3", "4"});
    CHECK(world.page(world.ann, "?before=6&limit=3").more);
    CHECK(world.texts(world.ann, "?before=3&limit=3") == Lines{"1"});
    CHECK_FALSE(world.page(world.ann, "?before=3&limit=3").more);
    CHECK(world.page(world.ann, "?before=5&limit=3").lines.size() == 3);   // a page that is exactly all
    CHECK_FALSE(world.page(world.ann, "?before=5&limit=3").more);
    CHECK(world.texts(world.ann, "?before=2").empty());
    CHECK_FALSE(world.page(world.ann).more);
    CHECK(world.texts(world.ann, "?after=6&limit=1") == Lines{"6"});
    CHECK(world.page(world.ann, "?after=6&limit=1").more);
    for (const char* query : {"?before=3&after=2", "?before=x", "?before=-1"}) {
        INFO(query);
        CHECK(getAs<api::ChatPage>(world, world.path(query), world.ann.session).error().code == "bad_field");
    }
    // Somebody who was away within the session finds all of it.
    const auto carl = world.enter("carl", world.links.listener);
    CHECK(world.texts(carl, "?before=8&limit=200") == Lines{"1", "2", "3", "4", "5", "6"});
}

TEST_CASE("what was acknowledged in the chat is there after a crash, and a message sent twice is there once", "[house-chat][R5]") {
    ChatWorld world;
    REQUIRE(world.say(world.bob, "m1", "before"));
    world.crash();
    world.house->connected(world.room, world.bob.identity);
    world.media.relayed.clear();
    CHECK(world.say(world.bob, "m1", "before").value() == 1);
    CHECK(world.media.relayed.empty());
    CHECK(world.say(world.bob, "m2", "after").value() == 2);
    CHECK(world.texts(world.bob) == Lines{"before", "after"});
}

TEST_CASE("who is not in the room neither writes nor reads, and learns nothing", "[house-chat][T25]") {
    ChatWorld world;
    REQUIRE(world.say(world.bob, "m1", "hello"));
    REQUIRE(world.order("ann", api::StageVerb::remove, "bob"));
    world.media.relayed.clear();
    CHECK(world.say(world.bob, "m2", "still here").error().code == "not_in_room");
    CHECK(world.media.relayed.empty());
    CHECK_FALSE(getAs<api::ChatPage>(world, world.path(), world.bob.session));
    const auto stranger = getAs<api::ChatPage>(world, "rooms/unknown/chat", world.ann.session);
    CHECK(stranger.error().code == "room_unknown");
}

TEST_CASE("a new live session starts with an empty chat and without rules", "[house-chat]") {
    ChatWorld world;
    REQUIRE(world.say(world.bob, "m1", "yesterday"));
    REQUIRE(world.setRules(world.ann, {30, "https://example.org"}));
    REQUIRE(world.order("ann", api::StageVerb::end));
    const auto again = world.wait<api::LoginAnswer>([&](auto answer) { world.house->login({world.proof("bob", "login")}, answer); }).value();
    const auto grant = world.wait<api::JoinGrant>([&](auto answer) { world.house->token({again.session, false}, world.room, {}, answer); });
    REQUIRE(grant);
    REQUIRE(world.admit(grant->token));
    world.house->connected(world.room, world.bob.identity);
    world.executor.runReady();
    CHECK(world.texts(world.bob).empty());
    CHECK(world.page(world.bob).rules.slowS == 0);
    CHECK(world.page(world.bob).rules.pinned.empty());
    CHECK(world.say(world.bob, "m1", "today").value() == 2);
}

TEST_CASE("slow mode stops those without power, says how long, and is over when it is switched off", "[house-chat]") {
    ChatWorld world;
    CHECK(world.setRules(world.bob, {5, std::nullopt}).error().code == "not_allowed");
    REQUIRE(world.setRules(world.ann, {60, std::nullopt}));
    REQUIRE(world.say(world.bob, "m1", "first"));
    world.rest();
    const auto slow = world.say(world.bob, "m2", "second");
    REQUIRE_FALSE(slow);
    CHECK(slow.error().code == "slow_mode");
    CHECK(slow.error().advice == "Send it again in 50 seconds.");
    CHECK(world.say(world.ann, "a1", "moderators"));
    CHECK(world.say(world.ann, "a2", "may"));
    world.clock.advance(50s);
    CHECK(world.say(world.bob, "m3", "a minute later"));
    REQUIRE(world.setRules(world.ann, {0, std::nullopt}));
    CHECK(world.say(world.bob, "m4", "free"));
    CHECK(world.texts(world.ann) == Lines{"first", "moderators", "may", "a minute later", "free"});
}

TEST_CASE("moderators delete any message, authors their own; the words go for everybody and from the history", "[house-chat]") {
    ChatWorld world;
    REQUIRE(world.say(world.ann, "a1", "rules of the house"));
    REQUIRE(world.say(world.bob, "m1", "rude"));
    REQUIRE(world.say(world.bob, "m2", "regretted"));
    CHECK(world.erase(world.bob, "a1").error().code == "not_allowed");
    CHECK(world.erase(world.bob, "none").error().code == "chat_unknown");
    world.media.relayed.clear();
    CHECK(world.erase(world.ann, "m1"));
    CHECK(world.erase(world.ann, "m1"));
    CHECK(world.erase(world.bob, "m2"));
    REQUIRE(world.media.relayed.size() == 2);
    CHECK(world.media.relayed[0].first.empty());
    const auto gone = std::get<signal::ChatData>(signal::decodeDataPacket(world.media.relayed[0].second)->value);
    CHECK(gone.deleted);
    CHECK(gone.id == "m1");
    CHECK(world.texts(world.bob) == Lines{"rules of the house", "", ""});
    CHECK(world.page(world.bob).lines[1].deleted);
}

TEST_CASE("a pinned link is an https link, shown to everybody at once and to newcomers", "[house-chat][limits]") {
    ChatWorld world;
    const std::string longest = "https://example.org/" + std::string(api::kMaxPinnedBytes - 20, 'x');
    for (const std::string& bad : {std::string("http://example.org"), std::string("javascript:alert(1)"), std::string("hello"), longest + "x"})
        CHECK(world.setRules(world.ann, {std::nullopt, bad}).error().code == "bad_link");
    world.roomChanges.clear();
    REQUIRE(world.setRules(world.ann, {std::nullopt, longest}));
    world.executor.runReady();
    REQUIRE(world.roomChanges.size() == 1);
    CHECK(world.roomChanges[0].metadata.find(longest) != std::string::npos);
    world.crash();
    CHECK(world.enter("eve", world.links.listener).admission.roomMetadata.find(longest) != std::string::npos);
    world.house->connected(world.room, world.ann.identity);
    REQUIRE(world.setRules(world.ann, {std::nullopt, ""}));
    CHECK(world.enter("kim", world.links.listener).admission.roomMetadata.find("chat_pinned") == std::string::npos);
}

TEST_CASE("five messages at once and then one a second; 4096 bytes, 40 lines, 64 characters of id", "[house-chat][T43][limits]") {
    ChatWorld world;
    for (int i = 0; i < 5; ++i) CHECK(world.say(world.bob, "m" + std::to_string(i), "x"));
    CHECK(world.say(world.bob, "m5", "x").error().code == "chat_too_fast");
    world.clock.advance(1s);
    CHECK(world.say(world.bob, "m6", "x"));
    CHECK(world.say(world.bob, "m7", "x").error().code == "chat_too_fast");
    world.rest();
    CHECK(world.say(world.bob, "long", std::string(4096, 'x')));
    CHECK(world.say(world.bob, "longer", std::string(4097, 'x')).error().code == "bad_chat");
    CHECK(world.say(world.bob, std::string(64, 'i'), "x"));
    CHECK(world.say(world.bob, std::string(65, 'i'), "x").error().code == "bad_chat");
    CHECK(world.say(world.bob, "empty", " \n \n").error().code == "bad_chat");
    std::string lines;
    for (int i = 0; i < 50; ++i) lines += std::to_string(i) + "\n";
    CHECK(server::cleanChat(lines).ends_with("\n39"));
    CHECK(server::cleanChat("a\u202Eb\n\u200Bc\r\n") == "ab\nc");
    CHECK(world.setRules(world.ann, {3600, std::nullopt}));
    CHECK(world.setRules(world.ann, {3601, std::nullopt}).error().code == "bad_field");
    CHECK(world.setRules(world.ann, {-1, std::nullopt}).error().code == "bad_field");
}

TEST_CASE("a full disk refuses a message in a sentence, passes nothing on, and the chat goes on afterwards", "[house-chat][R10]") {
    ChatWorld world;
    REQUIRE(world.say(world.bob, "m0", "kept"));
    world.database.fill(*world.store);
    std::optional<base::Error> error;
    std::size_t accepted = 1;
    for (int i = 1; i < 20 && !error; ++i) {
        world.rest();
        world.media.relayed.clear();
        auto said = world.say(world.bob, "m" + std::to_string(i), std::string(4000, 'x'));
        if (said)
            ++accepted;
        else
            error = said.error();
    }
    REQUIRE(error);
    CHECK(error->code == "disk_full");
    CHECK(world.media.relayed.empty());
    world.database.fill(*world.store, false);
    world.rest();
    CHECK(world.say(world.bob, "later", "works").value() == accepted + 1);
    CHECK(world.page(world.bob).lines.size() == accepted + 1);
}

TEST_CASE("the room keeps its newest two thousand messages", "[house-chat][limits]") {
    ChatWorld world;
    for (std::uint64_t i = 1; i <= api::kChatKept + 100; ++i) {
        world.clock.advance(1s);
        REQUIRE(world.say(world.bob, "m" + std::to_string(i), std::to_string(i)));
    }
    const auto first = world.page(world.bob, "?after=1&limit=1");
    CHECK(first.lines.at(0).n == 101);
    CHECK(first.more);
    CHECK(getAs<api::ChatPage>(world, world.path("?limit=200"), world.bob.session)->lines.size() == 200);
    CHECK(getAs<api::ChatPage>(world, world.path("?limit=201"), world.bob.session).error().code == "bad_field");
}

TEST_CASE("a message that could not be named for deleting is not taken, and only https is pinned", "[house-chat]") {
    ChatWorld world;
    for (const char* id : {"a/b", "a b", "", "\x7f"}) CHECK(world.say(world.bob, id, "words").error().code == "bad_chat");
    for (const char* link : {"wss://example.org/", "http://example.org/", "javascript:alert(1)"})
        CHECK(world.setRules(world.ann, {std::nullopt, link}).error().code == "bad_link");
    REQUIRE(world.setRules(world.ann, {std::nullopt, "https://example.org/a"}));
}
