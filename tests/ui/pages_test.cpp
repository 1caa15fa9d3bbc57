// SPDX-License-Identifier: Apache-2.0
// What people and screen readers find on the pages.
#include <QSet>

#include "tests/support/catch.h"
#include "tests/ui/room_window.h"

using namespace parlour;
using namespace parlour::tests;

namespace {
const char* const kScenes[] = {"welcome", "soundcheck", "hallway", "link", "join", "paste", "start", "listener", "speaker",
                               "moderator", "host", "offer", "reconnecting", "held", "asked", "chat", "chat-slow", "chat-rules", "chat-link", "chat-long", "chat-earlier", "react", "crowd", "faces", "people", "person",
                               "remove", "invite", "error", "entering", "in-line", "crowded", "door", "overflow", "house", "member", "first-steps", "outsider", "invitations", "order", "waiting",
                               "no-invitations", "upcoming", "no-talks", "new-talk", "event", "guests", "no-guests", "new-guest", "guest", "join-house", "house-you", "house-rules", "house-reports", "house-audit", "settings-profile", "settings-audio",
                               "settings-appearance", "settings-shortcuts"};

bool mustHaveAName(QAccessible::Role role) {
    switch (role) {
        case QAccessible::Button:
        case QAccessible::CheckBox:
        case QAccessible::ComboBox:
        case QAccessible::EditableText:
        case QAccessible::Slider:
        case QAccessible::PageTab:
        case QAccessible::ListItem:
        case QAccessible::List:
        case QAccessible::Dialog:
        case QAccessible::ProgressBar:
        case QAccessible::Graphic:
        case QAccessible::MenuItem: return true;
        default: return false;
    }
}
}  // namespace

TEST_CASE("the fixed names of the app are there where they are needed", "[ui][a11y]") {
    SECTION("hallway") {
        RoomWindow w("hallway");
        CHECK(w.has("Join with a link"));
        CHECK(w.has("Start a room"));
    }
    SECTION("step 1 of a link") {
        RoomWindow w("link");
        CHECK(w.has("Look inside"));
        CHECK(w.has("Not now"));
        CHECK_FALSE(w.has("Enter room"));
    }
    SECTION("step 2 of a link") {
        RoomWindow w("join");
        CHECK(w.has("Enter room"));
        CHECK_FALSE(w.has("Look inside"));
        CHECK(w.has("Test microphone"));
        CHECK(w.has("Your name in the room", QAccessible::EditableText));
    }
    SECTION("a listener") {
        RoomWindow w("reconnecting");
        CHECK(w.has("Leave"));
        RoomWindow l("listener");
        CHECK(l.has("Lower hand"));
        CHECK(l.press("Lower hand"));
        CHECK(l.until([&] { return l.has("Raise hand"); }));
        CHECK_FALSE(l.has("Unmute"));
    }
    SECTION("an offer") {
        RoomWindow w("offer");
        CHECK(w.has("Accept"));
        CHECK(w.has("Decline"));
        CHECK(w.press("Accept"));
        CHECK(w.until([&] { return w.has("Unmute"); }));   // on stage, muted
        CHECK(w.client.commands.back().verb == api::StageVerb::accept);
        CHECK_FALSE(w.client.state().microphoneLive);
    }
    SECTION("a speaker") {
        RoomWindow w("speaker");
        CHECK(w.has("Mute"));
        CHECK(w.press("Mute"));
        CHECK(w.until([&] { return w.has("Unmute"); }));
    }
}

TEST_CASE("every control of every page says what it is", "[ui][a11y][walk]") {
    for (const char* scene : kScenes) {
        for (const QSize size : {QSize(1280, 800), QSize(640, 480)}) {
            RoomWindow w(scene, size);
            INFO(scene << " at " << size.width());
            REQUIRE(w.window);
            int named = 0;
            for (const auto& node : w.nodes()) {
                if (!mustHaveAName(node.role)) continue;
                INFO("role " << node.role << ", description " << node.description.toStdString());
                CHECK_FALSE(node.name.trimmed().isEmpty());
                ++named;
            }
            CHECK(named >= 1);
        }
    }
    CHECK(warnings() == 0);
}

TEST_CASE("people are list rows with their state in words", "[ui][a11y]") {
    RoomWindow w("moderator");
    bool hand = false;
    bool host = false;
    for (const auto& node : w.nodes()) {
        if (node.name == QLatin1String("Ravi Patel") && node.description.contains(QLatin1String("hand raised, 2nd in line"))) hand = true;
        if (node.name == QLatin1String("Josephine Okafor") && node.description.startsWith(QLatin1String("Host"))) host = true;
    }
    CHECK(hand);
    CHECK(host);
}

TEST_CASE("equal names are told apart", "[ui]") {
    RoomWindow w("moderator");
    auto state = w.client.state();
    auto twin = std::make_shared<room::Participant>(*state.participants.back());
    twin->identity = base::Identity("qqqqother");
    state.participants.push_back(twin);
    const auto name = QString::fromStdString(twin->name);
    w.client.show(state);
    CHECK(w.until([&] { return w.has(name + " #qqqq", QAccessible::ListItem); }));
}

TEST_CASE("words of other people are shown as they are, never as markup", "[ui][T26]") {
    const QStringList payloads{"<b>Bob</b>", "<img src='http://127.0.0.1:9/x.png'/>", "<a href=\"http://x\">x</a>",
                               "![x](http://127.0.0.1:9/y.png)", "&lt;i&gt;", "<font color=red>red</font>",
                               "<script>alert(1)</script>", "</p><h1>big", "<style>*{}</style>", "\u202Eevil"};
    RoomWindow w("chat");
    auto state = w.client.state();
    for (const auto& words : payloads) {
        auto person = std::make_shared<room::Participant>();
        person->identity = base::Identity("id" + std::to_string(state.participants.size()));
        person->name = words.toStdString();
        state.participants.push_back(person);
        room::ChatMessage message;
        message.id = person->identity.str();
        message.from = person->identity;
        message.fromName = person->name;
        message.text = person->name;
        state.chat.push_back(message);
        state.hands.push_back({person->identity, person->name, person->name, {}});
    }
    state.title = payloads[1].toStdString();
    state.houseName = payloads[0].toStdString();
    w.client.show(state);
    for (const char* tab : {"Chat", "People"}) {
        for (const auto& node : w.nodes())
            if (node.role == QAccessible::PageTab && node.name == QLatin1String(tab)) {
                node.face->actionInterface()->doAction(QAccessibleActionInterface::pressAction());
                break;
            }
        w.settle();
        int texts = 0;
        bool literal = false;
        for (auto* item : w.items("QQuickText")) {
            ++texts;
            CHECK(item->property("textFormat").toInt() == Qt::PlainText);
            literal = literal || item->property("text").toString() == payloads[1];
        }
        CHECK(texts > 20);
        CHECK(literal);
    }
    for (auto* item : w.items("QQuickImage")) {
        const auto source = item->property("source").toString();
        CHECK((source.isEmpty() || source.startsWith("image://icons/")));
    }
}

TEST_CASE("a link uses neither network nor microphone before the person says so", "[ui][T29]") {
    RoomWindow w("hallway");
    CHECK(w.app->openLink("https://talk.example.org/i/Evening2026#k=AAAAAAAAAAAAAAAAAAAAAA").isEmpty());
    w.settle();
    CHECK(w.client.lookedInside == 0);
    CHECK_FALSE(w.client.testing);
    CHECK(w.press("Look inside"));
    CHECK(w.client.lookedInside == 1);
    CHECK(w.until([&] { return w.has("Enter room"); }));
    CHECK_FALSE(w.client.testing);
    CHECK(w.client.state().participants.empty());
    CHECK(w.press("Test microphone"));
    CHECK(w.client.testing);
    CHECK(w.press("Enter room"));
    CHECK(w.until([&] { return w.has("Leave"); }));
    CHECK_FALSE(w.client.testing);
    CHECK_FALSE(w.client.state().microphoneWanted);
}

TEST_CASE("something that is no link gets a sentence and opens nothing", "[ui]") {
    RoomWindow w("hallway");
    CHECK_FALSE(w.app->openLink("javascript:alert(1)").isEmpty());
    CHECK_FALSE(w.app->openLink("").isEmpty());
    CHECK(w.app->invitation()->step() == 0);
    CHECK_FALSE(w.has("Look inside"));
}

TEST_CASE("the window folds below 900 pixels and nothing of the bar falls out at 640", "[ui]") {
    for (const QSize size : {QSize(640, 480), QSize(899, 600), QSize(900, 600), QSize(1280, 800), QSize(1920, 1080)}) {
        RoomWindow w("moderator", size);
        INFO(size.width());
        for (auto* item : w.items("QQuickButton")) {
            if (!item->isVisible() || item->width() <= 0) continue;
            const auto box = item->mapRectToScene(QRectF(0, 0, item->width(), item->height()));
            CHECK(box.left() >= -0.5);
            CHECK(box.right() <= size.width() + 0.5);
        }
        CHECK(w.has("Mute everyone but hosts") == (size.width() >= 900));
    }
}

TEST_CASE("the microphone meter of the settings runs only while it is asked for", "[ui]") {
    RoomWindow w("settings-audio");
    CHECK_FALSE(w.client.testing);
    CHECK(w.press("Test microphone"));
    CHECK(w.client.testing);
    w.app->go("hallway");
    CHECK_FALSE(w.client.testing);
}
