// SPDX-License-Identifier: Apache-2.0
// The first owner of this computer's house, the agreed talk that is put into the calendar, and high contrast by the system.
#include <QDBusVariant>
#include <QPalette>
#include <QTest>

#include "core/api/house_json.h"
#include "tests/support/catch.h"
#include "tests/ui/room_window.h"

using namespace parlour;
using namespace parlour::tests;

TEST_CASE("who knows no house founds one, and stands in it as its owner", "[ui][owner]") {
    RoomWindow w("no-house");
    REQUIRE(w.until([&] { return w.has("Found a house on this computer…"); }));
    CHECK(w.press("Found a house on this computer…"));
    REQUIRE(w.until([&] { return w.has("Found a house on this computer", QAccessible::Dialog); }));
    CHECK(said(w, "What an owner is"));
    w.type("Harbour House");
    CHECK(w.press("Found the house"));
    REQUIRE(w.until([&] { return w.client.founded == "Harbour House"; }));
    CHECK(w.until([&] { return !w.has("Found a house on this computer", QAccessible::Dialog) && w.has("Invite the first member"); }));
    CHECK(said(w, "You own this house"));
    CHECK(w.preferences.ownHouse() == "computer");
}

TEST_CASE("a house that has an owner already is not founded again", "[ui][owner]") {
    RoomWindow w("found");
    REQUIRE(w.until([&] { return w.has("Found a house on this computer", QAccessible::Dialog); }));
    w.client.founded = "Somebody's";
    w.type("Mine");
    CHECK(w.press("Found the house"));
    CHECK(w.until([&] { return said(w, "This house has an owner already."); }));
    CHECK(w.preferences.ownHouse().isEmpty());
}

TEST_CASE("an agreed talk is scheduled on one of the agreed dates", "[ui][owner][guests]") {
    RoomWindow w("agreed");
    REQUIRE(w.until([&] { return w.has("Put it into the calendar"); }));
    CHECK(w.press("Put it into the calendar"));
    REQUIRE(w.until([&] { return w.has("I am ready") && !w.has("Put it into the calendar"); }));
    CHECK(w.has("Go to the green room"));
    CHECK(w.press("I am ready"));
    CHECK(w.until([&] {
        for (const auto& guest : w.client.houses.guests)
            if (guest.id.str() == "selma") return guest.hostReady && guest.atMs > 0;
        return false;
    }));
}

TEST_CASE("the system's wish for high contrast is followed, by portal and by palette", "[ui][contrast]") {
    QPalette strong;
    for (auto role : {QPalette::Window, QPalette::Base, QPalette::Button}) strong.setColor(role, Qt::black);
    for (auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) strong.setColor(role, Qt::white);
    CHECK(ui::ColorScheme::isHighContrast(strong));
    strong.setColor(QPalette::Button, QColor(60, 60, 60));
    CHECK_FALSE(ui::ColorScheme::isHighContrast(strong));
#ifdef Q_OS_LINUX
    RoomWindow w("settings-appearance");
    REQUIRE_FALSE(w.app->highContrast());
    const auto portal = [&](uint contrast) {
        QMetaObject::invokeMethod(&w.system, "portalChanged", Q_ARG(QString, QStringLiteral("org.freedesktop.appearance")),
                                  Q_ARG(QString, QStringLiteral("contrast")), Q_ARG(QDBusVariant, QDBusVariant(QVariant(contrast))));
    };
    portal(1);
    CHECK(w.app->highContrast());
    CHECK(w.until([&] { return said(w, "Your system asks for it, so it is on"); }));
    portal(0);
    CHECK_FALSE(w.app->highContrast());
#endif
}
