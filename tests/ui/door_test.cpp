// SPDX-License-Identifier: Apache-2.0
// In front of the door, at the door, and in an overflow room: what is read, and what the buttons ask for.
#include "tests/support/catch.h"
#include "tests/ui/room_window.h"

using namespace parlour;
using namespace parlour::tests;

namespace {
bool says(const RoomWindow& w, const QString& words) {
    for (const auto& node : w.nodes())
        if (node.name.contains(words)) return true;
    return false;
}
}  // namespace

TEST_CASE("who waits reads the place, the counts and what happens by itself, and may leave", "[ui][door]") {
    RoomWindow w("in-line");
    CHECK(says(w, "You are 3rd in line"));
    CHECK(says(w, "12 waiting, 200 inside"));
    CHECK(says(w, "You will be let in by itself"));
    CHECK(says(w, "Asking again in"));
    REQUIRE(w.press("Leave the line"));
    CHECK(w.until([&] { return w.app->page() == "hallway"; }));
}

TEST_CASE("the waiting page gives way to the room by itself, and that is announced", "[ui][door]") {
    RoomWindow w("in-line");
    QStringList heard;
    QObject::connect(w.app->session(), &ui::SessionBridge::announced, [&](const QString& words) { heard << words; });
    auto state = w.client.state();
    state.line.place = 1;
    w.client.show(state);
    REQUIRE(w.until([&] { return says(w, "You are next in line"); }));
    CHECK(heard.filter("You are next in line").size() == 1);
    w.client.fill("Ana Moreau", "listener");
    REQUIRE(w.until([&] { return w.has("Leave") && !says(w, "You are next in line"); }));
    CHECK(heard.contains("You are inside"));
}

TEST_CASE("a crowd at the front door is said honestly", "[ui][door]") {
    RoomWindow w("crowded");
    CHECK(says(w, "Many people are arriving"));
    CHECK(says(w, "Trying again in"));
    CHECK_FALSE(says(w, "in line at"));
}

TEST_CASE("moderators see who waits and what is left, let in one or all, and lock the door", "[ui][door]") {
    RoomWindow w("door");
    REQUIRE(w.until([&] { return w.has("Let Walter Kern in"); }));
    CHECK(says(w, "The room is full; overflow rooms take about 310 more"));
    CHECK(says(w, "200 of 200 in the room"));
    CHECK(says(w, "200 in overflow 1 · 86 in overflow 2"));
    CHECK(says(w, "Server 38 % busy"));
    CHECK(w.has("Door · 3", QAccessible::PageTab));
    w.client.commands.clear();
    REQUIRE(w.press("Let Walter Kern in"));
    REQUIRE(w.until([&] { return w.has("Let all 2 in"); }));
    REQUIRE(w.client.commands.size() == 1);
    CHECK(w.client.commands[0].verb == api::StageVerb::admit);
    CHECK(w.client.commands[0].target == base::Identity("Walter Kern"));
    REQUIRE(w.press("Let all 2 in"));
    REQUIRE(w.until([&] { return says(w, "Nobody waits in front of the door."); }));
    CHECK(w.client.commands[1].target.empty());
    REQUIRE(w.press("The door is open"));
    REQUIRE(w.until([&] { return w.client.state().doorLocked; }));
}

TEST_CASE("an overflow listener reads where it is, and its hand says so in the queue", "[ui][door]") {
    RoomWindow w("overflow");
    CHECK(says(w, "You are in overflow 1 of Rockets, markets, and ask me anything: you hear the stage; your hand reaches the main queue."));
    RoomWindow m("moderator");
    auto state = m.client.state();
    state.hands.front().overflow = 2;
    m.client.show(state);
    bool found = false;
    REQUIRE(m.until([&] {
        for (const auto& node : m.nodes()) found = found || node.description.contains("from overflow 2");
        return found;
    }));
}

TEST_CASE("a talk that is over is news, not an error", "[ui][door]") {
    RoomWindow w("listener");
    auto state = w.client.state();
    state.session = room::SessionState::left;
    state.leaveReason = room::LeaveReason::roomEnded;
    w.client.show(std::move(state));
    REQUIRE(w.until([&] { return says(w, "“Rockets, markets, and ask me anything” has ended."); }));
    CHECK(w.app->errorMessage().isEmpty());
    CHECK(w.app->page() == "hallway");
}
