// SPDX-License-Identifier: Apache-2.0
// Calendar, guests on terms, membership links, rules, reports and the audit log, on the offline twin.
#include <QJsonDocument>
#include <QJsonObject>

#include "core/api/house_json.h"
#include "tests/support/catch.h"
#include "tests/ui/room_window.h"

using namespace parlour;
using namespace parlour::tests;

namespace {
void write(RoomWindow& w, const QString& label, const QString& words) {
    if (auto* item = field(w, label)) item->setProperty("text", words);
    w.settle();
}
}  // namespace

TEST_CASE("announced talks are grouped by day and open their page", "[ui][calendar]") {
    RoomWindow w("upcoming");
    REQUIRE(w.until([&] { return w.has("Tuesday reading circle", QAccessible::ListItem); }));
    CHECK(said(w, "412 going"));
    CHECK(w.press("Tuesday reading circle"));
    REQUIRE(w.until([&] { return w.app->page() == QLatin1String("event") && w.has("Share"); }));
    CHECK(said(w, "We read one chapter aloud."));
    CHECK_FALSE(w.has("Cancel the talk…"));   // another's talk
    CHECK(w.press("I come"));
    CHECK(w.until([&] { return w.has("I come, chosen"); }));
    CHECK(w.has("Going · 19", QAccessible::Heading));
    w.key(Qt::Key_Escape);
    CHECK(w.until([&] { return w.app->page() == QLatin1String("upcoming"); }));
}

TEST_CASE("a talk is announced with zone, length and repetition", "[ui][calendar]") {
    RoomWindow w("new-talk");
    REQUIRE(w.until([&] { return w.has("Announce"); }));
    write(w, "Title", "Lighthouses at night");
    write(w, "Day and time", "2026-12-08 18:00");
    write(w, "Time zone", "Europe/Berlin");
    for (auto* item : w.items("QQuickComboBox"))
        if (item->property("label").toString() == QLatin1String("Repeats")) item->setProperty("currentIndex", 4);
    w.settle();
    CHECK(w.press("Announce"));
    REQUIRE(w.until([&] { return w.client.houses.has("/schedule") && !lastBody(w, "/schedule").empty(); }));
    const auto wish = QJsonDocument::fromJson(QByteArray::fromStdString(lastBody(w, "/schedule"))).object();
    CHECK(wish["at"].toString() == "2026-12-08T18:00:00");
    CHECK(wish["zone"].toString() == "Europe/Berlin");
    CHECK(wish["minutes"].toInt() == 60);
    CHECK(wish["every"].toString() == "FREQ=MONTHLY;BYDAY=2TU");
    CHECK(w.until([&] { return w.app->page() == QLatin1String("event") && said(w, "Lighthouses at night"); }));
}

TEST_CASE("the host of a talk says late, and cancels in two steps", "[ui][calendar]") {
    RoomWindow w("event");
    REQUIRE(w.until([&] { return w.has("Cancel the talk…"); }));
    CHECK(w.press("Tell everybody that it starts 10 minutes late"));
    CHECK(w.until([&] { return said(w, "About 10 minutes late"); }));
    CHECK(w.press("Cancel the talk…"));
    CHECK_FALSE(w.client.houses.has("/schedule/energy/cancel"));
    CHECK(w.press("Yes, cancel the talk"));
    CHECK(w.until([&] { return said(w, "Cancelled"); }));
    CHECK_FALSE(w.has("Change…"));
}

TEST_CASE("nothing announced and no guest each say what they are for", "[ui][calendar][guests]") {
    RoomWindow talks("no-talks");
    CHECK(talks.until([&] { return talks.has("Nothing is announced", QAccessible::Heading); }));
    RoomWindow guests("no-guests");
    CHECK(guests.until([&] { return guests.has("No guest yet", QAccessible::Heading); }));
}

TEST_CASE("the board shows guests by column, and whose answer is missing", "[ui][guests]") {
    RoomWindow w("guests");
    REQUIRE(w.until([&] { return w.has("Vera Lindqvist"); }));
    CHECK(said(w, "waits for you"));
    CHECK(said(w, "Talking · 1"));
    CHECK(said(w, "Scheduled · 1"));
    CHECK(w.press("Vera Lindqvist"));
    CHECK(w.until([&] { return w.app->page() == QLatin1String("guest"); }));
}

TEST_CASE("two versions of the terms stand side by side with their differences in words", "[ui][guests][a11y]") {
    RoomWindow w("guest");
    REQUIRE(w.until([&] { return w.has("Excluded topics", QAccessible::ListItem); }));
    bool excluded = false;
    bool same = false;
    for (const auto& node : w.nodes()) {
        if (node.name == "Excluded topics" && node.description == "changed: questions on markets, was: nothing") excluded = true;
        if (node.name == "Format" && node.description == "interview") same = true;
    }
    CHECK(excluded);
    CHECK(same);
    CHECK(said(w, "Dmitri Aalto proposes changes, on the guest's behalf"));
    CHECK(said(w, "Nobody has signed version 2 yet."));
}

TEST_CASE("the host signs the version that was read, or counters with a new one", "[ui][guests]") {
    RoomWindow w("guest");
    REQUIRE(w.until([&] { return w.has("Agree and sign version 2"); }));
    SECTION("sign") {
        CHECK(w.press("Agree and sign version 2"));
        CHECK(w.until([&] { return said(w, "You have signed version 2; the guest's side has not."); }));
        CHECK(lastBody(w, "sign") == "2");
    }
    SECTION("a newer version came meanwhile: nothing is signed") {
        auto& view = w.client.houses.guests.front();
        view.versions.push_back({++view.version, api::Party::delegate, view.terms, 0});
        CHECK(w.press("Agree and sign version 2"));
        CHECK(w.until([&] { return said(w, "There is a newer version of the terms."); }));
        CHECK(view.signedBy.empty());
    }
    SECTION("counter") {
        CHECK(w.press("Counter-propose"));
        REQUIRE(w.until([&] { return w.has("Send the proposal"); }));
        write(w, "Minutes", "45");
        CHECK(w.press("Send the proposal"));
        REQUIRE(w.until([&] { return w.has("Agree and sign version 3"); }));
        const auto answer = api::fromJson<api::GuestAnswer>(lastBody(w, "/guests/vera/answer"));
        REQUIRE(answer);
        REQUIRE(answer->terms);
        CHECK(answer->terms->lengthMinutes == 45);
        CHECK(answer->terms->when == std::vector<std::string>{"2026-12-01T19:00:00Z"});   // the rest as it was
        CHECK(answer->terms->excluded == std::vector<std::string>{"questions on markets"});
        CHECK(answer->version == 2);
    }
}

TEST_CASE("inviting a guest shows three links and the claim code once", "[ui][guests]") {
    RoomWindow w("new-guest");
    REQUIRE(w.until([&] { return w.has("Create the invitation"); }));
    write(w, "Guest", "Halima Noor");
    write(w, "Topic", "Deserts that were gardens");
    write(w, "Dates, one a line", "no date");
    CHECK(w.press("Create the invitation"));
    CHECK(w.until([&] { return said(w, "A date cannot be read."); }));
    write(w, "Dates, one a line", "2026-12-01 18:00");
    CHECK(w.press("Create the invitation"));
    REQUIRE(w.until([&] { return w.has("Public link", QAccessible::EditableText); }));
    for (const char* field : {"Claim code", "Guest link", "Delegate link"}) CHECK(w.has(field, QAccessible::EditableText));
    w.key(Qt::Key_Escape);
    CHECK(w.until([&] { return !w.has("Public link", QAccessible::EditableText); }));
    CHECK(w.until([&] { return said(w, "Halima Noor"); }));
}

TEST_CASE("a membership link opens the house, not a room, and asks for its code", "[ui][invitations]") {
    RoomWindow w("hallway");
    w.client.linkKind = api::InvitationKind::membership;
    w.client.linkCode = "7KQ4";
    CHECK(w.app->openLink("https://talk.example.org/i/Evening2026#k=AAAAAAAAAAAAAAAAAAAAAA").isEmpty());
    REQUIRE(w.until([&] { return w.has("Look inside"); }));
    CHECK(w.press("Look inside"));
    REQUIRE(w.until([&] { return w.has("Become a member"); }));
    CHECK_FALSE(w.has("Enter room"));
    CHECK_FALSE(w.has("Test microphone"));
    CHECK(said(w, "We meet on Tuesdays. Bring a question."));
    write(w, "Code", "wrong");
    CHECK(w.press("Become a member"));
    REQUIRE(w.until([&] { return said(w, "This code does not fit."); }));
    write(w, "Code", "7KQ4");
    CHECK(w.press("Become a member"));
    REQUIRE(w.until([&] { return w.app->page() == QLatin1String("house"); }));
    CHECK(w.until([&] { return said(w, "You are a member"); }));
    CHECK(w.client.state().participants.empty());
}

TEST_CASE("rules are saved with the version that was read", "[ui][house]") {
    RoomWindow w("house-rules");
    REQUIRE(w.until([&] { return w.has("Save rules"); }));
    CHECK(w.press("Waiting list"));
    CHECK(w.press("Save rules"));
    REQUIRE(w.until([&] { return w.client.houses.rules.version == 1; }));
    CHECK_FALSE(w.client.houses.rules.waitingList);
    w.client.houses.rules.version = 5;   // another admin
    CHECK(w.press("Save rules"));
    CHECK(w.until([&] { return said(w, "Another admin has just changed the rules."); }));
    CHECK(w.press("Look at them again"));
    CHECK(w.until([&] { return !said(w, "Another admin has just changed the rules."); }));
}

TEST_CASE("a report shows its context and is resolved with a sentence; the log names who did what", "[ui][house]") {
    RoomWindow w("house-reports");
    REQUIRE(w.until([&] { return w.has("Sofia Rossi reported Tom Pike", QAccessible::ListItem); }));
    CHECK(w.press("What was said"));
    CHECK(w.until([&] { return said(w, "Nils Berg: Good evening from Bergen!"); }));
    CHECK(said(w, "Tom Pike: (deleted)"));
    write(w, "What was done", "Suspended for a day");
    CHECK(w.press("Resolve"));
    CHECK(w.until([&] { return w.has("No reports", QAccessible::Heading); }));
    RoomWindow log("house-audit");
    CHECK(log.until([&] { return log.has("Marc Dubois: suspend Tom Pike", QAccessible::ListItem); }));
    CHECK(said(log, "4 entries"));
}

TEST_CASE("the own profile is saved, its links as lines", "[ui][house]") {
    RoomWindow w("house-you");
    REQUIRE(w.until([&] { return w.has("Save profile") && said(w, "About you"); }));
    w.settle();
    write(w, "Pronouns", "they/them");
    write(w, "Links, one a line", "https://example.org/a\n\n https://example.org/b ");
    CHECK(w.press("Save profile"));
    REQUIRE(w.until([&] { return w.client.houses.has("/profile"); }));
    CHECK(w.client.houses.profiles["id-ana"].pronouns == "they/them");
    CHECK(w.client.houses.profiles["id-ana"].links == std::vector<std::string>{"https://example.org/a", "https://example.org/b"});
}
