// SPDX-License-Identifier: Apache-2.0
// The moderators' desk in a room: the queue's order, room settings with two moderators at once, bans, raids.
#include <QTest>

#include "core/api/desk_types.h"
#include "core/api/house_json.h"
#include "tests/support/catch.h"
#include "tests/ui/room_window.h"

using namespace parlour;
using namespace parlour::tests;

namespace {
QStringList line(const RoomWindow& w) {
    QStringList names;
    for (const auto& hand : w.client.state().hands) names << QString::fromStdString(hand.name);
    return names;
}
}  // namespace

TEST_CASE("a moderator moves hands, pins them, calls the next and clears the line", "[ui][desk][keys]") {
    RoomWindow w("moderator");
    REQUIRE(line(w) == QStringList{"Kenji Ito", "Ravi Patel", "Hugo Lang"});
    CHECK(w.press("Place of Hugo Lang in the line"));
    REQUIRE(w.until([&] { return w.has("Move up", QAccessible::MenuItem); }));
    CHECK_FALSE(w.has("Move down", QAccessible::MenuItem));
    CHECK(w.press("Move up"));
    CHECK(w.until([&] { return line(w) == QStringList{"Kenji Ito", "Hugo Lang", "Ravi Patel"}; }));
    CHECK(w.press("Place of Ravi Patel in the line"));
    REQUIRE(w.until([&] { return w.has("Pin in front", QAccessible::MenuItem); }));
    CHECK(w.press("Pin in front"));
    CHECK(w.until([&] { return line(w).first() == "Ravi Patel" && said(w, ", pinned"); }));
    CHECK(w.press("Next: invite the first in line, and whoever was called up before steps down"));
    CHECK(w.until([&] { return w.has("Take the invitation of Ravi Patel back"); }));
    CHECK(w.press("Lower all…"));
    CHECK(line(w).size() == 3);   // asks first
    CHECK(w.press("Yes, lower all"));
    CHECK(w.until([&] { return line(w).isEmpty(); }));
}

TEST_CASE("hands do not move under an open menu", "[ui][desk]") {
    RoomWindow w("moderator");
    CHECK(w.press("Place of Ravi Patel in the line"));
    REQUIRE(w.until([&] { return w.has("Pin in front", QAccessible::MenuItem); }));
    auto* hands = w.app->session()->hands();
    w.client.command({api::StageVerb::lower, base::Identity("kenjiito"), {}, {}, true, false});
    w.settle();
    CHECK(hands->count() == 3);
    w.key(Qt::Key_Escape);
    CHECK(w.until([&] { return hands->count() == 2; }));
}

TEST_CASE("room settings are saved with the version that was read", "[ui][desk]") {
    RoomWindow w("desk-settings");
    REQUIRE(w.until([&] { return w.has("Save settings") && w.has("Waiting room", QAccessible::CheckBox); }));
    CHECK(w.press("Waiting room"));
    CHECK(w.press("Save settings"));
    REQUIRE(w.until([&] { return w.client.houses.settings.waitingRoom; }));
    const auto wish = api::fromJson<api::RoomSettingsWish>(bodies(w, "/rooms/a/settings").back());
    REQUIRE(wish);
    CHECK(wish->ifVersion == 7);
    CHECK(wish->hands == "everyone");
    CHECK(w.until([&] { return !w.has("Room settings", QAccessible::Dialog); }));
}

TEST_CASE("a template fills all settings at once", "[ui][desk]") {
    RoomWindow w("desk-settings");
    REQUIRE(w.until([&] { return w.has("Save settings"); }));
    CHECK_FALSE(w.has("Use this template"));
    choose(w, "Template", 2);
    REQUIRE(w.until([&] { return w.has("Use this template"); }));
    CHECK(w.press("Use this template"));
    CHECK(w.until([&] { return w.client.houses.settings.preset == "panel"; }));
    CHECK(w.until([&] { return said(w, "Who was invited by name") && said(w, "5 min"); }));
}

TEST_CASE("the second of two moderators learns who changed what and sees the newest settings", "[ui][desk]") {
    RoomWindow w("desk-settings");
    REQUIRE(w.until([&] { return w.has("Save settings") && w.has("Stage only", QAccessible::CheckBox); }));
    auto& now = w.client.houses.settings;
    now.cap = 120;
    now.version = 9;
    now.changedByName = "Marc Dubois";
    CHECK(w.press("Stage only"));
    CHECK(w.press("Save settings"));
    REQUIRE(w.until([&] { return said(w, "Marc Dubois has just changed: people at most."); }));
    CHECK_FALSE(now.stageOnly);
    CHECK(w.has("Room settings", QAccessible::Dialog));
    CHECK(w.press("Stage only"));
    CHECK(w.press("Save settings"));
    CHECK(w.until([&] { return now.stageOnly; }));
    CHECK(now.cap == 120);
}

TEST_CASE("a raised hand meanwhile is no conflict of settings", "[ui][desk]") {
    RoomWindow w("desk-settings");
    REQUIRE(w.until([&] { return w.has("Save settings") && w.has("Stage only", QAccessible::CheckBox); }));
    w.client.houses.settings.version = 31;
    CHECK(w.press("Stage only"));
    CHECK(w.press("Save settings"));
    CHECK(w.until([&] { return w.client.houses.settings.stageOnly; }));
    CHECK_FALSE(said(w, "has just changed"));
}

TEST_CASE("bans name people and links and are lifted", "[ui][desk]") {
    RoomWindow w("desk-bans");
    REQUIRE(w.until([&] { return w.has("Lift the ban: Ronny Loud"); }));
    CHECK(said(w, "Everyone who came by a moderator link of Ana Moreau"));
    CHECK(w.press("Lift the ban: Ronny Loud"));
    REQUIRE(w.until([&] { return w.client.houses.bans.size() == 1; }));
    REQUIRE(w.until([&] { return w.has("Lift the ban: Everyone who came by a moderator link of Ana Moreau"); }));
    CHECK(w.press("Lift the ban: Everyone who came by a moderator link of Ana Moreau"));
    CHECK(w.until([&] { return w.has("Nobody is banned", QAccessible::Heading); }));
}

TEST_CASE("a raid is stopped in two presses, and says before whom it hits", "[ui][desk]") {
    RoomWindow w("desk-raid");
    REQUIRE(w.until([&] { return w.has("Remove 9 people"); }));
    CHECK(w.press("Stop the raid"));
    CHECK(w.until([&] { return w.client.state().doorLocked && w.client.houses.settings.joinsPerMinute == 5; }));
    CHECK(w.press("Open the door again"));
    CHECK(w.until([&] { return !w.client.state().doorLocked && w.client.houses.settings.joinsPerMinute == 0; }));
    const auto before = w.client.state().participants.size();
    CHECK(w.press("Remove 9 people"));
    REQUIRE(w.until([&] { return w.client.state().participants.size() == before - 9; }));
    const auto command = api::fromJson<api::StageCommand>(bodies(w, "/rooms/a/stage").back());
    REQUIRE(command);
    CHECK(command->verb == api::StageVerb::removeMany);
    CHECK(command->link.str() == "inv1");
    CHECK(command->closeLink);
    // The next link would stand under the same button: a second press must hit nobody.
    CHECK(w.until([&] { return !w.has("Stop the raid") && !w.has("Open the door again"); }));
}

TEST_CASE("those of the last minutes are counted and banned by time", "[ui][desk]") {
    RoomWindow w("desk-raid");
    REQUIRE(w.until([&] { return w.has("Remove 9 people"); }));
    choose(w, "Whom to send out", 1);
    REQUIRE(w.until([&] { return w.has("Ban 5 people"); }));
    choose(w, "In how many minutes", 1);   // two minutes: nobody
    REQUIRE(w.until([&] { return said(w, "This reaches nobody."); }));
    choose(w, "In how many minutes", 2);
    REQUIRE(w.until([&] { return w.has("Ban 5 people"); }));
    CHECK(w.press("Ban 5 people"));
    REQUIRE(w.until([&] { return !bodies(w, "/rooms/a/stage").empty(); }));
    const auto command = api::fromJson<api::StageCommand>(bodies(w, "/rooms/a/stage").back());
    REQUIRE(command);
    CHECK(command->verb == api::StageVerb::banMany);
    CHECK(command->sinceMinutes == 5);
    CHECK(command->minutes == 60);
}
