// SPDX-License-Identifier: Apache-2.0
// "LiveKit server" in the app: address and token by keyboard, what is wrong is said, and the room has no hands to raise.
#include "core/signal/access_token.h"
#include "tests/support/catch.h"
#include "tests/ui/room_window.h"

using namespace parlour;
using namespace parlour::tests;

namespace {

QString goodToken() {
    signal::AccessToken claims;
    claims.identity = base::Identity("ana");
    claims.expires = base::fromUnixMs(4'000'000'000'000);
    claims.video.roomJoin = true;
    claims.video.room = base::RoomId("talk");
    const auto made = signal::mintToken(claims, {"key", "a secret of more than thirty-two bytes"});
    REQUIRE(made);
    return QString::fromStdString(*made);
}

}  // namespace

TEST_CASE("the way to a LiveKit server lies in Join with a link", "[ui][server]") {
    RoomWindow w("paste");
    REQUIRE(w.until([&] { return w.has("LiveKit server…"); }));
    REQUIRE(w.press("LiveKit server…"));
    REQUIRE(w.until([&] { return field(w, "Address of the LiveKit server") != nullptr; }));
    CHECK(w.has("Address of the LiveKit server", QAccessible::EditableText));
    CHECK(field(w, "Invitation link") == nullptr);
}

TEST_CASE("address and token are typed, sent by Enter, and lead into a room without hands", "[ui][server]") {
    RoomWindow w("server", QSize(640, 480));
    REQUIRE(w.until([&] { return w.focusName() == "Address of the LiveKit server"; }));
    const auto* token = field(w, "Access token");
    REQUIRE(token != nullptr);
    w.type("wss://talk.example.org");
    w.key(Qt::Key_Tab);
    REQUIRE(w.until([&] { return w.focusName() == "Access token"; }));
    w.type("nonsense");
    w.key(Qt::Key_Return);
    REQUIRE(w.until([&] { return said(w, "This is no LiveKit token."); }));
    CHECK(w.client.entered.empty());
    CHECK(token->property("displayText").toString() != "nonsense");   // not to be read over a shoulder

    w.key(Qt::Key_A, Qt::ControlModifier);
    w.type(goodToken());
    w.key(Qt::Key_Return);
    REQUIRE(w.until([&] { return w.has("Leave"); }));
    CHECK(w.client.entered == "wss://talk.example.org/");
    CHECK_FALSE(w.has("Raise hand"));
    CHECK(said(w, "this server has no hands to raise"));
    w.key(Qt::Key_H);
    CHECK(warnings() == 0);
}

TEST_CASE("an address without a scheme is an encrypted one, an unencrypted one elsewhere is refused", "[ui][server]") {
    RoomWindow w("server");
    REQUIRE(w.until([&] { return w.focusName() == "Address of the LiveKit server"; }));
    CHECK(w.app->enterServer("ws://talk.example.org", goodToken()).contains("not encrypted"));
    CHECK(w.client.entered.empty());
    CHECK(w.app->enterServer(" talk.example.org ", goodToken() + "\n").isEmpty());
    CHECK(w.client.entered == "wss://talk.example.org/");
}

TEST_CASE("a house is remembered for the link that led into it, not for one that was given up on the way", "[ui][rooms]") {
    RoomWindow w("hallway");
    emit w.app->invitation()->entered("https://link.example");
    w.app->enterRoom("https://known.example", "another");
    REQUIRE(w.until([&] { return w.app->session()->joined(); }));
    w.settle();
    CHECK_FALSE(w.preferences.servers().contains("https://link.example"));
}
