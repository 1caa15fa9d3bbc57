// SPDX-License-Identifier: Apache-2.0
// The chat as a value: what is said, answered, refused, deleted and found in the history, in any order.
#include "core/room/chat_reducer.h"

#include <random>

#include "core/room/chat_delivery.h"
#include "core/room/reaction_window.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::room;
using namespace std::chrono_literals;

namespace {

struct Chat {
    RoomState state;
    Chat() { state.self = base::Identity("me"); }
    void say(const std::string& id) {
        ChatMessage message{id, state.self, "Me", "text " + id, {}, true};
        message.delivery = ChatDelivery::pending;
        addChat(state, std::move(message));
    }
    void hear(const std::string& id, std::uint64_t n) {
        ChatMessage message{id, base::Identity("ana"), "Ana", "text " + id, {}, false};
        message.n = n;
        addChat(state, std::move(message));
    }
    static api::ChatLine line(const std::string& id, std::uint64_t n, bool deleted = false, const std::string& author = "ana") {
        return {n, id, base::Identity(author), "Name of " + author, 1000, deleted ? "" : "text " + id, deleted};
    }
    void refuse(const std::string& id) { refuseChat(state, id, {base::ErrorKind::refused, "slow_mode", "Slowly.", "Wait.", {}}); }
    /// "a b? c! (d)": pending, refused, deleted.
    std::string shown() const {
        std::string out;
        for (const auto& m : state.chat) {
            out += out.empty() ? "" : " ";
            out += m.deleted ? "(" + m.id + ")" : m.id;
            out += m.delivery == ChatDelivery::pending ? "?" : m.delivery == ChatDelivery::refused ? "!" : "";
        }
        return out;
    }
};

}  // namespace

TEST_CASE("messages stand in the order of the house, ours not answered yet at the end", "[room][chat]") {
    Chat chat;
    chat.hear("a", 1);
    chat.say("mine");
    chat.hear("b", 2);
    CHECK(chat.shown() == "a b mine?");
    chat.hear("d", 4);
    confirmChat(chat.state, "mine", 3);
    CHECK(chat.shown() == "a b mine d");
    chat.hear("b", 2);   // again: known
    CHECK(chat.state.chat.size() == 4);
}

TEST_CASE("what the house refuses stays where it was said and can be said again or given up", "[room][chat]") {
    Chat chat;
    chat.hear("a", 1);
    chat.say("mine");
    chat.refuse("mine");
    chat.hear("b", 2);
    chat.hear("c", 3);
    CHECK(chat.shown() == "a mine! b c");
    CHECK(chat.state.chat[1].refusal->code == "slow_mode");
    CHECK(chat.state.chat[1].text == "text mine");
    CHECK(retryChat(chat.state, "a", {}) == nullptr);
    auto* again = retryChat(chat.state, "mine", base::fromUnixMs(5));
    REQUIRE(again != nullptr);
    CHECK_FALSE(again->refusal);
    CHECK(chat.shown() == "a b c mine?");
    confirmChat(chat.state, "mine", 4);
    chat.refuse("mine");   // the second copy of it came too late: taken stays taken
    CHECK(chat.shown() == "a b c mine");
    CHECK_FALSE(dropRefusedChat(chat.state, "mine"));
    chat.say("other");
    chat.refuse("other");
    CHECK(dropRefusedChat(chat.state, "other"));
    CHECK(chat.shown() == "a b c mine");
}

TEST_CASE("nobody but oneself confirms, refuses or drops by another's id", "[room][chat]") {
    Chat chat;
    chat.hear("a", 1);
    chat.refuse("a");
    confirmChat(chat.state, "a", 9);
    CHECK_FALSE(dropRefusedChat(chat.state, "a"));
    CHECK(chat.state.chat[0].n == 1);
    CHECK(chat.shown() == "a");
}

TEST_CASE("the history is merged by id: nothing twice, missing ones in their place, deleted ones empty", "[room][chat]") {
    Chat chat;
    chat.hear("b", 2);
    chat.say("lost");
    chat.say("kept");
    chat.say("bad");
    chat.refuse("bad");
    mergeHistory(chat.state, {Chat::line("a", 1), Chat::line("b", 2, true), Chat::line("c", 3), Chat::line("kept", 4, false, "me"), Chat::line("c", 3)});
    CHECK(chat.shown() == "a (b) c kept bad! lost?");
    CHECK(chat.state.chat[0].history);
    CHECK(chat.state.chat[0].fromName == "Name of ana");
    CHECK(chat.state.chat[1].text.empty());
    CHECK_FALSE(chat.state.chat[3].history);
    eraseChat(chat.state, "c");
    eraseChat(chat.state, "unknown");
    CHECK(chat.shown() == "a (b) (c) kept bad! lost?");
    mergeHistory(chat.state, {Chat::line("c", 3)});   // an older page does not bring the words back
    CHECK(chat.state.chat[2].text.empty());
    CHECK(chat.state.chat[2].deleted);
}

TEST_CASE("whatever the order of live messages, history and answers, the list ends the same", "[room][chat]") {
    for (unsigned seed = 0; seed < 200; ++seed) {
        std::mt19937 random(seed);
        Chat chat;
        std::vector<int> order(20);
        for (int i = 0; i < 20; ++i) order[static_cast<std::size_t>(i)] = i;
        std::shuffle(order.begin(), order.end(), random);
        chat.say("x");
        for (const int i : order) {
            if (random() % 4 == 0) {
                std::vector<api::ChatLine> page;
                for (int n = 1 + static_cast<int>(random() % 10); n <= 20; ++n) page.push_back(Chat::line("m" + std::to_string(n), static_cast<std::uint64_t>(n)));
                mergeHistory(chat.state, page);
            }
            chat.hear("m" + std::to_string(i + 1), static_cast<std::uint64_t>(i) + 1);
        }
        confirmChat(chat.state, "x", 21);
        REQUIRE(chat.state.chat.size() == 21);
        for (std::size_t i = 0; i < 21; ++i) REQUIRE(chat.state.chat[i].n == i + 1);
    }
}

TEST_CASE("only the last messages are kept, and what the house does not have goes last", "[room][chat]") {
    Chat chat;
    chat.say("mine");
    chat.refuse("mine");
    for (std::uint64_t n = 1; n <= 300; ++n) chat.hear("m" + std::to_string(n), n);
    REQUIRE(chat.state.chat.size() == ChatPast{}.kept);
    CHECK(chat.state.chat.back().id == "m300");
    CHECK(std::count_if(chat.state.chat.begin(), chat.state.chat.end(), [](const auto& m) { return m.id == "mine"; }) == 1);
}

TEST_CASE("going back page by page shows all that was said, in order, nothing twice", "[room][chat]") {
    Chat chat;
    const auto page = [](std::uint64_t from, std::uint64_t to) {
        std::vector<api::ChatLine> lines;
        for (auto n = from; n <= to; ++n) lines.push_back(Chat::line("m" + std::to_string(n), n));
        return lines;
    };
    const auto whole = [&](std::uint64_t from, std::uint64_t to) {
        REQUIRE(chat.state.chat.size() == to - from + 1);
        for (std::size_t i = 0; i < chat.state.chat.size(); ++i) REQUIRE(chat.state.chat[i].n == from + i);
    };
    mergeHistory(chat.state, page(301, 500), true);
    whole(301, 500);
    CHECK(chat.state.chatPast.more);
    CHECK(firstNumber(chat.state) == 301);
    mergeEarlier(chat.state, page(101, 300), true);
    whole(101, 500);
    mergeEarlier(chat.state, page(1, 100), false);
    whole(1, 500);
    CHECK_FALSE(chat.state.chatPast.more);
    chat.hear("m501", 501);   // and as many stay: the first one can be had again
    whole(2, 501);
    CHECK(chat.state.chatPast.more);
    mergeEarlier(chat.state, page(1, 1), false);
    whole(1, 501);

    // A reconnect that missed nothing, or less than a page: all stays. One that missed more starts anew behind the gap.
    mergeHistory(chat.state, page(302, 501), true);
    whole(1, 501);
    mergeHistory(chat.state, page(330, 529), true);
    whole(29, 529);
    mergeHistory(chat.state, page(801, 1000), true);
    whole(801, 1000);
    CHECK(chat.state.chatPast.more);
    CHECK(chat.state.chatPast.kept == 200);
}

TEST_CASE("no more is kept than a house has, however far one goes back", "[room][chat]") {
    Chat chat;
    for (std::uint64_t first = 5001; first > 2000; first -= 200) {
        std::vector<api::ChatLine> lines;
        for (auto n = first - 200; n < first; ++n) lines.push_back(Chat::line("m" + std::to_string(n), n));
        mergeEarlier(chat.state, lines, true);
    }
    CHECK(chat.state.chat.size() == kMaxChatKept);
}

TEST_CASE("what was pushed out of the list while one was here does not come back as said while one was away", "[room][chat]") {
    Chat chat;
    auto me = std::make_shared<Participant>();
    me->identity = chat.state.self;
    me->joinedAt = base::fromUnixMs(1500);
    chat.state.participants.push_back(me);
    chat.hear("c", 3);
    auto before = Chat::line("a", 1), after = Chat::line("b", 2);
    after.atMs = 2000;
    mergeEarlier(chat.state, {before, after}, false);
    CHECK(chat.shown() == "a b c");
    CHECK(chat.state.chat[0].history);
    CHECK_FALSE(chat.state.chat[1].history);
}

TEST_CASE("without a house that keeps the chat everything sent counts as sent", "[room][chat]") {
    Chat chat;
    chat.hear("a", 0);
    chat.say("b");
    chat.hear("c", 0);
    CHECK(chat.shown() == "a b? c");
    chatNotKept(chat.state);
    CHECK(chat.shown() == "a b c");
    chat.hear("d", 0);
    CHECK(chat.shown() == "a b c d");   // by arrival
}

TEST_CASE("one writes and reacts no faster than the server takes it", "[room][chat]") {
    Pace pace(5, 5200ms);
    base::TimePoint now{1h};
    int taken = 0;
    for (int i = 0; i < 100; ++i, now += 100ms) taken += pace.take(now) ? 1 : 0;
    CHECK(taken == 10);   // in ten seconds
}

TEST_CASE("words without an answer are looked for in the history once, before the person hears that they failed", "[room][chat]") {
    ChatDesk desk;
    base::TimePoint now{1h};
    desk.unanswered["a"].at = now;
    CHECK_FALSE(desk.overdue(now + 7s, 8s).ask);
    now += 8s;
    const auto first = desk.overdue(now, 8s);
    CHECK(first.ask);
    CHECK(first.failed.empty());
    CHECK(desk.lost.count("a") == 1);   // goes out once more if the history lacks it
    desk.unanswered["a"].at = now;      // as it did
    CHECK_FALSE(desk.overdue(now + 7s, 8s).ask);
    const auto second = desk.overdue(now + 8s, 8s);
    CHECK_FALSE(second.ask);
    CHECK(second.failed == std::vector<std::string>{"a"});
    CHECK(desk.unanswered.empty());
    // Sent again by the person's own act it gets its two chances anew.
    desk.unanswered["a"].at = now + 20s;
    CHECK(desk.overdue(now + 28s, 8s).ask);
}

TEST_CASE("rising counts: what was there before is not news, news fade, a fresh session starts over", "[room][chat]") {
    ReactionWindow window;
    base::TimePoint now{1h};
    window.begin(now);
    now += 200ms;
    window.told({100, 0, 7, 0, 0, 0}, now);
    CHECK(window.counts()[0].total == 100);
    CHECK(window.counts()[0].recent == 0);
    CHECK(window.nextDue() == base::kNever);
    now += 1s;
    window.told({104, 1, 7, 0, 0, 0}, now);
    CHECK(window.counts()[0].recent == 4);
    CHECK(window.counts()[1].recent == 1);
    now += 2s;
    window.told({105, 1, 7, 0, 0, 0}, now);
    CHECK(window.counts()[0].recent == 5);
    window.expire(window.nextDue());
    CHECK(window.counts()[0].recent == 1);
    CHECK(window.counts()[1].recent == 0);
    window.told({2, 0, 0, 0, 0, 0}, now + 1h);   // the room began anew
    CHECK(window.counts()[0].total == 2);
    CHECK(window.counts()[0].recent == 0);
    window.begin(now);
    window.told({0, 3, 0, 0, 0, 0}, now + ReactionWindow::kFirstCount);   // the first ones in a quiet room
    CHECK(window.counts()[1].recent == 3);
}

TEST_CASE("rising counts: what the history says was before is not news, and an old answer changes nothing", "[room][chat]") {
    ReactionWindow window;
    base::TimePoint now{1h};
    window.begin(now);
    window.soFar({100, 0, 7, 0, 0, 0}, now + 10s);   // however late
    CHECK(window.counts()[0].total == 100);
    CHECK(window.counts()[0].recent == 0);
    window.told({101, 0, 7, 0, 0, 0}, now + 11s);
    CHECK(window.counts()[0].recent == 1);
    window.soFar({100, 9, 7, 0, 0, 0}, now + 11s);   // was under way when the room told
    CHECK(window.counts()[0].total == 101);
    CHECK(window.counts()[1].total == 0);
    window.soFar({103, 0, 7, 0, 0, 0}, now + 11s);   // what was said while the channel was not open yet
    CHECK(window.counts()[0].total == 103);
    CHECK(window.counts()[0].recent == 3);
}
