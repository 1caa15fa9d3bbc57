// SPDX-License-Identifier: Apache-2.0
// The same person on a second device, and where their key lies.
#include "tests/support/catch.h"
#include "tests/ui/room_window.h"
#include "ui/platform/key_place.h"

using namespace parlour;
using namespace parlour::tests;

TEST_CASE("whoever is in the room on another device is asked to move here", "[ui][here]") {
    RoomWindow w("hallway");
    w.client.linkHere = true;
    CHECK(w.app->openLink("https://talk.example.org/i/Evening2026#k=AAAAAAAAAAAAAAAAAAAAAA").isEmpty());
    REQUIRE(w.until([&] { return w.has("Look inside"); }));
    CHECK(w.press("Look inside"));
    REQUIRE(w.until([&] { return w.has("Move here"); }));
    CHECK_FALSE(w.has("Enter room"));
    CHECK(w.has("You are in this room on another device. Move here?", QAccessible::StaticText));
    CHECK(w.press("Move here"));
    CHECK(w.until([&] { return w.app->page() == QLatin1String("room"); }));
}

TEST_CASE("settings show where the key lies, move it, and say why that did not work", "[ui][keychain]") {
    RoomWindow w("settings-profile");
    CHECK_FALSE(w.has("Move to keychain"));   // the offline twin has no key
    base::Result<void> answer = base::fail(base::ErrorKind::unavailable, "keychain_unavailable", "The keychain is locked.", "Unlock it.");
    std::vector<bool> moves;
    ui::KeyPlace place("/home/ann/.local/share/parlour", false, true, {}, [&](bool intoKeychain) {
        moves.push_back(intoKeychain);
        return answer;
    });
    w.app->setKeyPlace(&place);
    w.app->go("hallway");
    w.app->go("settings");
    REQUIRE(w.until([&] { return w.press("Profile") || w.has("Move to keychain"); }));
    REQUIRE(w.until([&] { return w.has("Move to keychain"); }));
    CHECK(w.press("Move to keychain"));
    CHECK(w.until([&] { return w.has("The keychain is locked. Unlock it.", QAccessible::AlertMessage); }));
    answer = {};
    CHECK(w.press("Move to keychain"));
    REQUIRE(w.until([&] { return w.has("Keep in a file"); }));
    CHECK(w.press("Keep in a file"));
    CHECK(w.until([&] { return w.has("Move to keychain"); }));
    CHECK(moves == std::vector<bool>{true, true, false});
    w.app->go("hallway");
}
