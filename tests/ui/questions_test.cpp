// SPDX-License-Identifier: Apache-2.0
// The question desk in the app: who sees what, the desk's buttons, asking; the chair and the speaker's time.
#include "tests/support/catch.h"
#include "tests/ui/room_window.h"
#include "ui/models/slot_watch.h"

using namespace parlour;
using namespace parlour::tests;

namespace {
bool described(const RoomWindow& w, const QString& name, const QString& words) {
    for (const auto& node : w.nodes())
        if (node.name == name && node.description.contains(words)) return true;
    return false;
}
std::string stateOf(const RoomWindow& w, std::size_t n) { return w.client.houses.questions[n - 1].state; }
}  // namespace

TEST_CASE("the desk approves, puts on air, drops with a reason and loads what was agreed", "[ui][questions]") {
    RoomWindow w("questions");
    const QString hugo = "Do you regret having sold the first company?";
    REQUIRE(w.until([&] { return described(w, hugo, "Waits for the moderators"); }));
    CHECK(described(w, hugo, "Hugo Lang"));
    CHECK(w.press("Approve: " + hugo));
    CHECK(w.until([&] { return described(w, hugo, "Place 3 in line"); }));
    CHECK(w.press("Ask now: " + hugo));
    CHECK(w.until([&] { return described(w, hugo, "Now") && stateOf(w, 1) == "done"; }));
    CHECK(w.press("Done: " + hugo));
    CHECK(w.until([&] { return stateOf(w, 5) == "done"; }));
    CHECK(w.press("More for: A question about reusable stages"));
    REQUIRE(w.until([&] { return w.has("Drop with a reason…", QAccessible::MenuItem); }));
    CHECK(w.press("Drop with a reason…"));
    REQUIRE(w.until([&] { return w.focusName() == "Reason"; }));
    w.type("asked before");
    CHECK(w.press("Drop it"));
    CHECK(w.until([&] { return stateOf(w, 4) == "dropped"; }));
    CHECK(w.client.houses.questions[3].reason == "asked before");
    CHECK(w.press("Load agreed questions · 1"));
    CHECK(w.until([&] { return said(w, "What would you do differently?"); }));
    CHECK_FALSE(w.has("Load agreed questions · 1"));
}

TEST_CASE("the desk moves a question in the line", "[ui][questions]") {
    RoomWindow w("questions");
    const QString mei = "Is there room for small launch companies next to the large ones?";
    REQUIRE(w.until([&] { return described(w, mei, "Place 2 in line"); }));
    CHECK(w.press("More for: " + mei));
    REQUIRE(w.until([&] { return w.has("Move up", QAccessible::MenuItem); }));
    CHECK(w.press("Move up"));
    CHECK(w.until([&] { return described(w, mei, "Place 1 in line"); }));
}

TEST_CASE("a listener asks, takes back, and sees neither the desk nor who asked", "[ui][questions]") {
    RoomWindow w("ask");
    REQUIRE(w.until([&] { return said(w, "How much of a launch can be reused today"); }));
    CHECK_FALSE(said(w, "Hugo Lang · "));
    CHECK_FALSE(said(w, "Do you regret having sold the first company?"));
    CHECK_FALSE(said(w, "Approve: "));
    for (auto* item : w.items("QQuickTextField"))
        if (item->isVisible() && item->property("label").toString() == "Your question") item->setProperty("text", "Why the sea?");
    REQUIRE(w.until([&] { return w.press("Send the question"); }));
    CHECK(w.until([&] { return described(w, "Why the sea?", "yours"); }));
    CHECK(w.press("Take back: Why the sea?"));
    CHECK(w.until([&] { return stateOf(w, 7) == "withdrawn"; }));
    CHECK(warnings() == 0);
}

TEST_CASE("a listener without questions reads what to do", "[ui][questions]") {
    RoomWindow w("ask", QSize(640, 480));
    w.client.houses.questions.clear();
    w.client.houses.onQuestions();
    CHECK(w.until([&] { return said(w, "No questions yet."); }));
}

TEST_CASE("the note of a hand becomes a question from the line of hands", "[ui][questions]") {
    RoomWindow w("moderator");
    CHECK(w.press("Place of Kenji Ito in the line"));
    REQUIRE(w.until([&] { return w.has("Make it a question", QAccessible::MenuItem); }));
    CHECK(w.press("Make it a question"));
    CHECK(w.until([&] { return w.client.houses.questions.size() == 1; }));
    CHECK(w.client.houses.questions[0].text == "A question about reusable stages");
}

TEST_CASE("the chair is said at the tile and handed over in the person's sheet", "[ui][questions][chair]") {
    RoomWindow w("questions");
    REQUIRE(w.until([&] { return described(w, "Josephine Okafor", "interviews"); }));
    CHECK(w.press("Priya Raman"));
    REQUIRE(w.until([&] { return w.has("Hand over the chair"); }));
    CHECK(w.press("Hand over the chair"));
    CHECK(w.until([&] { return described(w, "Priya Raman", "interviews"); }));
    CHECK_FALSE(described(w, "Josephine Okafor", "interviews"));
}

TEST_CASE("a speaker's time is announced a minute and ten seconds before its end, each once", "[ui][questions]") {
    const auto start = base::fromUnixMs(1'795'000'000'000);
    room::RoomState state;
    const auto person = [&](const char* id, bool self, int seconds) {
        auto p = std::make_shared<room::Participant>();
        p->identity = base::Identity(id);
        p->name = id;
        p->isSelf = self;
        p->seat = api::Seat::stage;
        p->slotUntil = start + std::chrono::seconds(seconds);
        state.participants.push_back(p);
    };
    person("Me", true, 161);
    person("Vic", false, 30);
    ui::SlotWatch watch;
    QStringList said;
    for (int second = 0; second <= 170; ++second)
        for (const auto& words : watch.due(state, start + std::chrono::seconds(second))) said << QString::number(second) + " " + words;
    CHECK(said == QStringList{"20 Vic has ten seconds left", "30 The time of Vic is over", "101 You have one minute left",
                              "151 You have ten seconds left", "161 Your time is over"});
}
