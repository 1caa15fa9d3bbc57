// SPDX-License-Identifier: Apache-2.0
// From signed terms to the evening in the app, and reminders of talks, on the offline twin.
#include <QJsonDocument>
#include <QJsonObject>

#include "core/api/house_json.h"
#include "tests/support/catch.h"
#include "tests/ui/room_window.h"

using namespace parlour;
using namespace parlour::tests;

namespace {
QJsonObject lastWish(const RoomWindow& w, const std::string& path) { return QJsonDocument::fromJson(QByteArray::fromStdString(lastBody(w, path))).object(); }
}  // namespace

TEST_CASE("a signed talk goes into the calendar with an agreed date; then the host sees both lights", "[ui][guests][evening]") {
    RoomWindow w("guest");
    w.app->go("guest", "dov");
    REQUIRE(w.until([&] { return w.has("Put it into the calendar"); }));
    CHECK_FALSE(w.has("I am ready"));
    CHECK(w.press("Put it into the calendar"));
    REQUIRE(w.until([&] { return w.has("I am ready"); }));
    CHECK(lastWish(w, "/guests/dov/schedule")["at"].toString() == "2026-12-03T18:00:00Z");
    CHECK_FALSE(lastWish(w, "/guests/dov/schedule")["zone"].toString().isEmpty());
    CHECK(said(w, "Guest: not ready yet"));
    CHECK(said(w, "about the date"));
    CHECK(w.press("I am ready"));
    CHECK(w.until([&] { return said(w, "You: ready"); }));
    CHECK(w.press("Not ready after all"));
    CHECK(w.until([&] { return said(w, "You: not ready yet"); }));
    CHECK(w.press("Begin without waiting…"));
    CHECK_FALSE(w.client.houses.has("/guests/dov/change"));
    CHECK(w.press("Yes, let the audience in now"));
    CHECK(w.until([&] { return said(w, "The audience is in"); }));
    CHECK_FALSE(w.has("I am ready"));
    CHECK(w.press("Open the talk"));
    CHECK(w.until([&] { return w.app->page() == QLatin1String("event"); }));
}

TEST_CASE("the second light lets the audience in", "[ui][guests][evening]") {
    RoomWindow w("guest");
    w.app->go("guest", "ines");
    REQUIRE(w.until([&] { return w.has("I am ready"); }));
    CHECK(said(w, "Guest: ready"));
    CHECK(w.press("I am ready"));
    CHECK(w.until([&] { return said(w, "The audience is in"); }));
}

TEST_CASE("a talk page reminds whoever asks and says by how much the talk is late", "[ui][calendar][evening]") {
    RoomWindow w("event");
    REQUIRE(w.until([&] { return w.has("Remind me", QAccessible::CheckBox); }));
    CHECK(w.press("Remind me"));
    CHECK(w.until([&] { return lastWish(w, "/schedule/energy/remind")["on"].toBool(); }));
    auto talk = w.client.houses.talks[0].toObject();
    talk["overdue_minutes"] = 7;
    w.client.houses.talks[0] = talk;
    w.app->go("event", "reading");
    w.app->go("event", talk["id"].toString());
    CHECK(w.until([&] { return said(w, "Late by 7 min"); }));
}
