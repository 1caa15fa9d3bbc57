// SPDX-License-Identifier: Apache-2.0
#include <QSet>

#include "tests/support/catch.h"
#include "tests/ui/room_window.h"

using namespace parlour;
using namespace parlour::tests;

TEST_CASE("M mutes and unmutes a speaker", "[ui][keys]") {
    RoomWindow w("speaker");
    REQUIRE(w.client.state().microphoneLive);
    w.key(Qt::Key_M);
    CHECK_FALSE(w.client.state().microphoneLive);
    w.key(Qt::Key_M);
    CHECK(w.client.state().microphoneLive);
}

TEST_CASE("M does nothing for a listener", "[ui][keys]") {
    RoomWindow w("listener");
    w.key(Qt::Key_M);
    CHECK_FALSE(w.client.state().microphoneWanted);
}

TEST_CASE("H raises and lowers the hand", "[ui][keys]") {
    RoomWindow w("listener");
    w.key(Qt::Key_H);
    CHECK(w.client.commands.back().verb == api::StageVerb::lower);
    CHECK(w.until([&] { return w.has("Raise hand"); }));
    w.key(Qt::Key_H);
    CHECK(w.client.commands.back().verb == api::StageVerb::raise);
}

TEST_CASE("Space opens the microphone only while it is held, and only of one who is muted", "[ui][keys]") {
    RoomWindow w("host");
    REQUIRE_FALSE(w.client.state().microphoneLive);
    w.keyDown(Qt::Key_Space);
    CHECK(w.client.state().microphoneLive);
    CHECK(w.until([&] { return w.app->session()->talkingByKey(); }));
    w.keyUp(Qt::Key_Space);
    CHECK_FALSE(w.client.state().microphoneLive);

    w.key(Qt::Key_M);   // open: Space changes nothing
    CHECK(w.client.state().microphoneLive);
    w.keyDown(Qt::Key_Space);
    w.keyUp(Qt::Key_Space);
    CHECK(w.client.state().microphoneLive);
}

TEST_CASE("letters typed into the chat are letters", "[ui][keys]") {
    RoomWindow w("chat");
    REQUIRE(w.client.state().microphoneLive);
    QQuickItem* field = nullptr;   // the panel comes a moment after the window
    REQUIRE(w.until([&] {
        for (auto* item : w.items("QQuickTextField"))
            if (item->isVisible()) field = item;
        return field != nullptr;
    }));
    field->forceActiveFocus();
    w.type("hmm m");
    CHECK(w.client.state().microphoneLive);
    CHECK(w.client.commands.empty());
    w.key(Qt::Key_Return);
    CHECK(w.client.state().chat.back().text == "hmm m");
}

TEST_CASE("Ctrl+L opens the link sheet and Escape closes what lies on top", "[ui][keys]") {
    RoomWindow w("hallway");
    w.key(Qt::Key_L, Qt::ControlModifier);
    CHECK(w.until([&] { return w.has("Invitation link", QAccessible::EditableText); }));
    w.key(Qt::Key_Escape);
    CHECK(w.until([&] { return !w.has("Invitation link", QAccessible::EditableText); }));
}

TEST_CASE("Escape on the confirm sheet declines it", "[ui][keys]") {
    RoomWindow w("join");
    CHECK(w.app->invitation()->step() == 2);
    w.key(Qt::Key_Escape);
    CHECK(w.until([&] { return w.app->invitation()->step() == 0; }));
}

TEST_CASE("what has the keyboard in long settings is in sight", "[ui][keys][a11y]") {
    RoomWindow w("settings-audio");
    w.window->resize(900, 480);
    QSet<QQuickItem*> seen;
    for (int i = 0; i < 60; ++i) {
        w.key(Qt::Key_Tab);
        w.settle();
        auto* item = w.window->activeFocusItem();
        REQUIRE(item);
        if (seen.contains(item)) break;
        seen.insert(item);
        const auto y = item->mapToScene({0, 0}).y();
        INFO(w.focusName().toStdString() << " at " << y);
        CHECK(y >= 0.0);
        CHECK(y + item->height() <= 480.0);
    }
    CHECK(seen.size() > 12);
}

TEST_CASE("Tab reaches every button that is shown, in a circle, each with a visible ring", "[ui][keys][a11y]") {
    for (const char* scene : {"hallway", "listener", "moderator", "join", "settings-audio", "invite", "house", "invitations"}) {
        RoomWindow w(scene);
        INFO(scene);
        QSet<QQuickItem*> seen;
        QSet<QString> spoken;
        for (int i = 0; i < 120; ++i) {
            w.key(Qt::Key_Tab);
            auto* item = w.window->activeFocusItem();
            REQUIRE(item);
            if (seen.contains(item)) break;
            seen.insert(item);
            spoken.insert(w.focusName());
        }
        CHECK(seen.size() >= 4);
        CHECK(seen.size() < 100);
        const bool modal = QByteArray(scene) == "join" || QByteArray(scene) == "invite";
        for (auto* item : w.items("QQuickButton")) {
            if (!item->isVisible() || !item->isEnabled() || item->opacity() < 0.1) continue;
            if (modal) continue;   // only the sheet's own are in the circle
            const auto name = item->property("spokenName").toString();
            INFO(name.toStdString());
            CHECK(seen.contains(item));
        }
        if (QByteArray(scene) == "join") {
            CHECK(spoken.contains("Enter room"));
            CHECK(spoken.contains("Not now"));
            CHECK_FALSE(spoken.contains("Start a room"));   // behind the sheet
        }
    }
}
