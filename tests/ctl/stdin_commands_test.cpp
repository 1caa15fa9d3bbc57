// SPDX-License-Identifier: Apache-2.0
#include "app/ctl/stdin_commands.h"

#include "app/ctl/duration.h"
#include "tests/ctl/room_fixture.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::ctl;
using api::StageVerb;
using parlour::tests::RoomFixture;

namespace {

constexpr const char* kAna = "ana0000000000000000000000b";
constexpr const char* kAnaTwo = "anb0000000000000000000000c";
constexpr const char* kBob = "bob0000000000000000000000d";

struct Room : RoomFixture {
    Room() {
        add(kAna, "Ana");
        add(kBob, "Bob the Builder");
    }
    room::Command command(const std::string& line) {
        auto order = parseOrder(line, state);
        if (!order) FAIL(line << ": " << order.error().message);
        if (!std::holds_alternative<room::Command>(*order)) FAIL(line << " is no command of the stage");
        return std::get<room::Command>(*order);
    }
    std::string refusal(const std::string& line) {
        auto order = parseOrder(line, state);
        return order ? "taken" : order.error().code;
    }
};

}  // namespace

TEST_CASE("every command of the stage has its word", "[ctl]") {
    Room room;
    const std::vector<std::pair<std::string, StageVerb>> table{
        {"raise", StageVerb::raise},           {"lower", StageVerb::lower},         {"accept", StageVerb::accept},
        {"decline", StageVerb::decline},       {"invite Ana", StageVerb::invite},   {"dismiss Ana", StageVerb::dismiss},
        {"mute Ana", StageVerb::mute},         {"ask Ana", StageVerb::ask},         {"hold Ana", StageVerb::hold},
        {"release Ana", StageVerb::release},   {"down Ana", StageVerb::down},       {"down", StageVerb::down},
        {"up", StageVerb::up},                 {"next", StageVerb::next},           {"promote Ana", StageVerb::promote},
        {"demote Ana", StageVerb::demote},     {"host Ana", StageVerb::host},       {"remove Ana", StageVerb::remove},
        {"ban Ana", StageVerb::ban},           {"lock-hands on", StageVerb::lockHands}, {"mute-all", StageVerb::muteAll},
        {"clear-hands", StageVerb::clearHands}, {"admit", StageVerb::admit},
        {"slot 60 Ana", StageVerb::slot},      {"move 2 Ana", StageVerb::move},     {"pin Ana", StageVerb::pin},
        {"lock-door on", StageVerb::lockDoor}, {"remove-many --last 5", StageVerb::removeMany},
        {"ban-many --link abc --minutes 60", StageVerb::banMany},
        {"chair Ana", StageVerb::chair},       {"chair", StageVerb::chair},
        {"end", StageVerb::end},
    };
    for (const auto& [line, verb] : table) {
        INFO(line);
        const auto command = room.command(line);
        CHECK(command.verb == verb);
        const bool named = line.find("Ana") != std::string::npos;
        CHECK(command.target.str() == (named ? kAna : ""));
        CHECK(command.on);
    }
    CHECK_FALSE(room.command("lock-hands off").on);
}

TEST_CASE("a note keeps its words and a name its spaces", "[ctl]") {
    Room room;
    CHECK(room.command("  raise  I know   about apples \r").note == "I know   about apples");
    CHECK(room.command("invite Bob the Builder").target.str() == kBob);
    const auto order = parseOrder("say  hello,   all ", room.state);
    REQUIRE(order);
    CHECK(std::get<SayOrder>(*order).text == "hello,   all");
}

TEST_CASE("mute alone and mute with one's own name are the own switch", "[ctl]") {
    Room room;
    for (const char* line : {"mute", "mute Me", "mute #me0"}) {
        const auto order = parseOrder(line, room.state);
        REQUIRE(order);
        REQUIRE(std::holds_alternative<MicrophoneOrder>(*order));
        CHECK_FALSE(std::get<MicrophoneOrder>(*order).open);
    }
    const auto order = parseOrder("unmute", room.state);
    REQUIRE(order);
    CHECK(std::get<MicrophoneOrder>(*order).open);
}

TEST_CASE("a whole id is taken also of somebody who is not here; other words of 26 characters are not", "[ctl]") {
    Room room;
    const std::string gone = "goneaaaaaaaaaaaaaaaaaaaaa2";
    CHECK(room.command("ban #" + gone).target.str() == gone);
    CHECK(room.refusal("ban #Anna-Katharina_Mustermann1") == "who_unknown");
    CHECK(room.refusal("ban #" + gone.substr(1)) == "who_unknown");
}

TEST_CASE("a name of two people is refused with both, and # tells them apart", "[ctl]") {
    Room room;
    room.add(kAnaTwo, "Ana");
    const auto order = parseOrder("invite Ana", room.state);
    REQUIRE_FALSE(order);
    CHECK(order.error().code == "who_ambiguous");
    CHECK(order.error().message.find("#ana00000") != std::string::npos);
    CHECK(order.error().message.find("#anb00000") != std::string::npos);
    CHECK(room.command("invite #anb").target.str() == kAnaTwo);
    CHECK(room.command(std::string("invite #") + kAna).target.str() == kAna);
    CHECK(room.refusal("invite #an") == "who_ambiguous");
}

TEST_CASE("somebody unknown is refused, but a whole identity is taken", "[ctl]") {
    Room room;
    CHECK(room.refusal("ban ana") == "who_unknown");
    CHECK(room.refusal("ban #") == "who_unknown");
    CHECK(room.refusal("ban #zzz") == "who_unknown");
    const std::string gone(26, 'g'), tooShort(25, 'g');
    CHECK(room.command("ban #" + gone).target.str() == gone);
    CHECK(room.refusal("ban #" + tooShort) == "who_unknown");
    CHECK(room.refusal("invite") == "who_missing");
}

TEST_CASE("a person whose name starts with # or -- can be named", "[ctl]") {
    Room room;
    room.add(kAnaTwo, "#1 fan");
    room.add("dash00000000000000000000de", "--close-link Ana");
    CHECK(room.command("invite #1 fan").target.str() == kAnaTwo);
    const auto command = room.command("remove --close-link Ana");
    CHECK(command.target.str() == "dash00000000000000000000de");
    CHECK_FALSE(command.closeLink);
}

TEST_CASE("remove and ban take options", "[ctl]") {
    Room room;
    auto command = room.command("ban --minutes 10 --close-link Ana");
    CHECK(command.minutes == 10);
    CHECK(command.closeLink);
    CHECK(command.target.str() == kAna);
    CHECK_FALSE(room.command("ban Ana").minutes.has_value());
    CHECK(room.command("ban --minutes 1 Ana").minutes == 1);
    CHECK(room.refusal("ban --minutes 0 Ana") == "bad_command");
    CHECK(room.command("ban --minutes 5256000 Ana").minutes == 5'256'000);
    CHECK(room.refusal("ban --minutes 5256001 Ana") == "bad_command");
    CHECK(room.refusal("remove --minutes 10 Ana") == "bad_command");
    CHECK(room.refusal("remove --what Ana") == "bad_command");
}

TEST_CASE("an invitation says for whom, how often and how long", "[ctl]") {
    Room room;
    const auto order = parseOrder("invitation speaker --uses 3 --expires 2h", room.state);
    REQUIRE(order);
    const auto& wish = std::get<InvitationOrder>(*order);
    CHECK(wish.role == api::Role::speaker);
    CHECK(wish.uses == 3);
    CHECK(wish.expires == std::chrono::seconds(7200));
    CHECK(room.refusal("invitation") == "bad_command");
    CHECK(room.refusal("invitation boss") == "bad_command");
    CHECK(room.refusal("invitation listener --uses 0") == "bad_command");
    CHECK(room.refusal("invitation listener --uses 100000") == "taken");
    CHECK(room.refusal("invitation listener --uses 100001") == "bad_command");
    CHECK(room.refusal("invitation listener --expires soon") == "bad_command");
    CHECK(room.refusal("invitation listener now") == "bad_command");
}

TEST_CASE("nonsense is refused and an empty line is nothing", "[ctl]") {
    Room room;
    CHECK(room.refusal("dance") == "bad_command");
    CHECK(room.refusal("say") == "bad_command");
    CHECK(room.refusal("next Ana") == "bad_command");
    CHECK(room.refusal("leave now") == "bad_command");
    CHECK(room.refusal("lock-hands") == "bad_command");
    CHECK(room.refusal("lock-hands maybe") == "bad_command");
    for (const char* line : {"", "   ", "\t\r"}) {
        const auto order = parseOrder(line, room.state);
        REQUIRE(order);
        CHECK(std::holds_alternative<NoOrder>(*order));
    }
    CHECK(commandWord("  ban  Ana ") == "ban");
}

TEST_CASE("a line of the longest length is taken, one more byte is not", "[ctl]") {
    Room room;
    std::string line = "say ";
    line.append(kMaxCommandBytes - line.size(), 'x');
    CHECK(room.refusal(line) == "taken");
    CHECK(room.refusal(line + "x") == "bad_command");
}

TEST_CASE("times are read as people type them", "[ctl]") {
    using std::chrono::seconds;
    CHECK(parseDuration("90s") == seconds(90));
    CHECK(parseDuration("30m") == seconds(1800));
    CHECK(parseDuration("2h") == seconds(7200));
    CHECK(parseDuration("7d") == seconds(604'800));
    CHECK(parseDuration("99999999s") == seconds(99'999'999));
    for (const char* text : {"", "s", "5", "0s", "-5s", "5 s", "5w", "1.5h", "999999999s", "h2"}) {
        INFO(text);
        CHECK_FALSE(parseDuration(text));
    }
}

TEST_CASE("the words of the chat: react, delete, resend, slow, pin", "[ctl][chat]") {
    Room room;
    CHECK(std::get<ReactOrder>(*parseOrder("react wow", room.state)).reaction == 3);
    CHECK(std::get<MessageOrder>(*parseOrder("delete abc", room.state)).id == "abc");
    CHECK(std::get<MessageOrder>(*parseOrder("resend abc", room.state)).again);
    CHECK(std::get<ChatRulesOrder>(*parseOrder("slow 0", room.state)).slowS == 0);
    CHECK(std::get<ChatRulesOrder>(*parseOrder("pin https://a.example/b", room.state)).pinned == "https://a.example/b");
    CHECK(std::get<ChatRulesOrder>(*parseOrder("pin off", room.state)).pinned == "");
    CHECK(room.command("pin Ana").verb == StageVerb::pin);   // a hand, not a link
    for (const char* line : {"react", "react fire", "react Clap", "delete", "delete a b", "slow", "slow -1", "slow 3601", "slow soon"}) {
        INFO(line);
        CHECK(room.refusal(line) == "bad_command");
    }
}

TEST_CASE("the commands of the question desk become requests", "[ctl][questions]") {
    Room room;
    const auto request = [&](const std::string& line) {
        auto order = parseOrder(line, room.state);
        if (!order || !std::holds_alternative<RequestOrder>(*order)) FAIL(line << " is no request");
        const auto& one = std::get<RequestOrder>(*order);
        return one.event + " " + one.what + " " + one.body;
    };
    const auto has = [](const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; };
    CHECK(request("questions") == "questions questions ");
    CHECK(has(request("question  Why \"bees\"? "), R"("text":"Why \"bees\"?")"));
    CHECK(has(request("approve 3"), "question questions/3 "));
    CHECK(has(request("approve 3"), R"("verb":"approve")"));
    CHECK(has(request("now 12"), R"("verb":"now")"));
    CHECK(has(request("drop 2 asked before"), R"("reason":"asked before")"));
    CHECK(has(request("place 2 1"), R"("place":1)"));
    CHECK(has(request("place 2 1"), R"("verb":"move")"));
    CHECK(has(request("question-of Ana"), kAna));
    CHECK(has(request("agreed-questions"), R"("agreed":true)"));
    for (const char* line : {"question", "approve", "approve x", "approve 0", "now 1 2", "place 1", "done 1x", "questions all"})
        CHECK(room.refusal(line) == "bad_command");
    CHECK(room.refusal("question-of Zoe") == "who_unknown");
}
