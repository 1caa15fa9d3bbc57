// SPDX-License-Identifier: Apache-2.0
// Pictures in lists: where somebody has one, asked for when it is seen, once, and few at a time.
#include <algorithm>

#include "tests/support/catch.h"
#include "tests/ui/room_window.h"
#include "ui/models/chat_model.h"
#include "ui/models/picture_cache.h"

using namespace parlour;
using namespace parlour::tests;

namespace {

int asked(const RoomWindow& w) {
    const auto& all = w.client.houses.asked;
    return static_cast<int>(std::count_if(all.begin(), all.end(), [](const auto& one) { return one.path.ends_with("/picture") && one.body.empty(); }));
}
int shown(const RoomWindow& w) {
    int count = 0;
    for (auto* item : w.items("parlour::ui::Portrait"))
        if (item->isVisible() && item->property("shown").toBool()) ++count;
    return count;
}
/// In the list whose spoken name begins so.
int shownIn(const RoomWindow& w, const QString& list) {
    const auto* view = listNamed(w, list);
    int count = 0;
    if (view)
        for (auto* item : w.items("parlour::ui::Portrait"))
            if (item->isVisible() && item->property("shown").toBool() && view->isAncestorOf(item)) ++count;
    return count;
}
/// Whoever is in the room has a picture.
room::RoomState allPainted(RoomWindow& w) {
    auto state = w.client.state();
    for (auto& person : state.participants) {
        auto copy = std::make_shared<room::Participant>(*person);
        copy->pictureMs = w.client.houses.paint(copy->identity.str());
        person = std::move(copy);
    }
    return state;
}

}  // namespace

TEST_CASE("members who have a picture are shown with it, the others with their initials", "[ui][faces]") {
    RoomWindow w("house");
    REQUIRE(w.until([&] { return w.has("Victor Tamm @victor", QAccessible::ListItem); }));
    CHECK(asked(w) == 0);   // nobody has one, nothing is asked
    w.client.houses.fillPictures();
    const auto have = w.client.houses.pictures.size();
    REQUIRE(have == 6);
    w.app->house()->noteChange();
    CHECK(w.until([&] { return shown(w) == 6; }));
    CHECK(asked(w) == 6);
    w.app->house()->noteChange();   // the list again: nothing is asked twice
    w.settle();
    CHECK(w.until([&] { return shown(w) == 6; }));
    CHECK(asked(w) == 6);
    // A new picture has another stamp.
    auto& one = w.client.houses.members.front();
    one.pictureMs += 1;
    w.app->house()->noteChange();
    CHECK(w.until([&] { return asked(w) == 7 && shown(w) == 6; }));
}

TEST_CASE("five thousand faces: only those are asked for at which one looks, and few at a time", "[ui][faces][lists]") {
    RoomWindow w("house");
    w.client.houses.fillMembers(5000);
    for (auto& one : w.client.houses.members) one.pictureMs = 1;
    const auto stamp = w.client.houses.paint("all");
    for (auto& one : w.client.houses.members) {
        one.pictureMs = stamp;
        w.client.houses.pictures[one.id.str()] = w.client.houses.pictures["all"];
    }
    w.app->house()->noteChange();
    QQuickItem* list = nullptr;
    REQUIRE(w.until([&] { return (list = listNamed(w, "Members")) != nullptr && list->property("count").toInt() >= 100; }));
    REQUIRE(w.until([&] { return shown(w) >= 8; }));
    CHECK(asked(w) < 60);
    while (list->property("count").toInt() < 5000) {   // past 4,900 rows without a stop
        const int before = list->property("count").toInt();
        REQUIRE(w.until([&] {
            QMetaObject::invokeMethod(list, "positionViewAtEnd");
            return list->property("count").toInt() > before;
        }));
    }
    const auto seen = shown(w);
    REQUIRE(w.until([&] { return shown(w) >= 8; }));
    INFO(seen);
    CHECK(asked(w) < 600);
}

TEST_CASE("what a house refuses is not asked for again, and the initials stay", "[ui][faces]") {
    RoomWindow w("house");
    REQUIRE(w.until([&] { return w.has("Victor Tamm @victor", QAccessible::ListItem); }));
    auto& members = w.client.houses.members;
    members[0].pictureMs = 77;   // it says so, and has none: hidden meanwhile
    for (int i = 0; i < 3; ++i) {
        // New rows each time; a new picture beside it tells when they have asked.
        members[1].pictureMs = w.client.houses.paint(members[1].id.str()) + 1000 + i;
        w.app->go("hallway");
        w.settle();
        w.app->go("house");
        w.app->house()->noteChange();
        const bool there = w.until([&] { return asked(w) >= i + 2 && shown(w) == 1; });
        INFO(i << ": asked " << asked(w) << ", shown " << shown(w));
        REQUIRE(there);
        w.settle();
    }
    CHECK(asked(w) == 4);
    CHECK(shown(w) == 1);
}

TEST_CASE("people in a room have their faces on stage, in the audience and in the list", "[ui][faces]") {
    RoomWindow w("faces");
    const auto have = static_cast<int>(w.client.houses.pictures.size());
    REQUIRE(have >= 8);
    CHECK(w.until([&] { return shown(w) >= have + 3; }));   // three of them with their hands up
    CHECK(asked(w) == have);   // the list beside the stage shows the same ones
}

TEST_CASE("hands are shown with the faces of those who raised them", "[ui][faces][hands]") {
    RoomWindow w("faces");
    CHECK(w.until([&] { return shownIn(w, "Raised hands, 3") == 3; }));
}

TEST_CASE("the chat shows the faces of those who wrote, also when they have left", "[ui][faces][chat]") {
    RoomWindow w("chat");
    REQUIRE(w.until([&] { return listNamed(w, "Chat messages") != nullptr && shown(w) == 0; }));
    auto state = allPainted(w);
    room::ChatMessage message;
    message.id = "new";
    message.from = state.participants.back()->identity;
    message.fromName = state.participants.back()->name;
    message.text = "Here I am";
    state.chat.push_back(message);
    w.client.show(state);
    REQUIRE(w.until([&] { return said(w, "Here I am") && shownIn(w, "Chat messages") >= 2; }));
    const auto before = shownIn(w, "Chat messages");
    state.participants.pop_back();
    message.id = "later";
    message.from = state.participants.front()->identity;
    message.fromName = state.participants.front()->name;
    message.text = "Gone already";
    state.chat.push_back(message);
    w.client.show(std::move(state));
    CHECK(w.until([&] { return said(w, "Gone already") && shownIn(w, "Chat messages") >= before; }));
    CHECK(w.app->session()->chat()->data(w.app->session()->chat()->index(w.app->session()->chat()->count() - 2), ui::ChatModel::Picture).toDouble() > 0);
}

TEST_CASE("the question desk shows who asks, and others see nobody", "[ui][faces][questions]") {
    RoomWindow w("questions");
    w.client.show(allPainted(w));
    const bool desk = w.until([&] { return shownIn(w, "Questions, ") >= 2; });
    CHECK(desk);
    RoomWindow listener("ask");
    listener.client.show(allPainted(listener));
    REQUIRE(listener.until([&] { return said(listener, "How much of a launch can be reused today"); }));
    listener.settle();
    CHECK(shownIn(listener, "Questions, ") == 0);
}

TEST_CASE("a notice shows the face of who it is from", "[ui][faces][notices]") {
    RoomWindow w("notices");
    REQUIRE(w.until([&] { return listNamed(w, "Notices, 5") != nullptr; }));
    CHECK(shownIn(w, "Notices, ") == 0);
    auto wave = w.client.houses.notices.back();
    wave.n = 6;
    wave.pictureMs = w.client.houses.paint(wave.from.str());
    w.client.houses.notices.push_back(wave);
    w.app->notices()->refresh();
    CHECK(w.until([&] { return shownIn(w, "Notices, 6") == 1; }));
}

TEST_CASE("beside the settings one sees one's own face", "[ui][faces]") {
    RoomWindow w("upcoming");
    w.settle();
    REQUIRE(shown(w) == 0);
    auto& me = w.client.houses.profiles[w.client.houses.me.id.str()];
    me.pictureMs = w.client.houses.paint(w.client.houses.me.id.str());
    w.app->house()->noteChange();
    CHECK(w.until([&] { return shown(w) == 1; }));
}
