// SPDX-License-Identifier: Apache-2.0
// Chat, reactions and a large audience as people find them on the pages.
#include <QDesktopServices>
#include <QSignalSpy>

#include "tests/support/catch.h"
#include "tests/ui/room_window.h"
#include "ui/models/audience_model.h"
#include "ui/models/chat_model.h"

using namespace parlour;
using namespace parlour::tests;

namespace {

/// Takes what would open in the browser.
class Browser : public QObject {
    Q_OBJECT
  public:
    Browser() { QDesktopServices::setUrlHandler(QStringLiteral("https"), this, "take"); }
    ~Browser() override { QDesktopServices::unsetUrlHandler(QStringLiteral("https")); }
    QStringList opened;
  public slots:
    void take(const QUrl& url) { opened << url.toString(); }
};

bool listed(const RoomWindow& w, const QString& name, const QString& description = {}) {
    for (const auto& node : w.nodes())
        if (node.role == QAccessible::ListItem && node.name == name && node.description.contains(description)) return true;
    return false;
}

QQuickItem* messages(const RoomWindow& w) {
    for (auto* item : w.items("QQuickListView"))
        if (item->isVisible() && item->property("model").value<QObject*>() == w.app->session()->chat()) return item;
    return nullptr;
}

room::RoomState withMessage(const RoomWindow& w, const std::string& id, const std::string& words) {
    auto state = w.client.state();
    room::ChatMessage message;
    message.id = id;
    message.from = state.participants.back()->identity;
    message.fromName = state.participants.back()->name;
    message.text = words;
    state.chat.push_back(std::move(message));
    return state;
}

}  // namespace

TEST_CASE("the pinned link opens only after its whole address was shown, and only https", "[ui][chat][T28]") {
    Browser browser;
    RoomWindow w("chat");
    REQUIRE(w.until([&] { return w.has("Pinned link: https://talk.example.org/notes/rockets"); }));
    CHECK(w.press("Pinned link: https://talk.example.org/notes/rockets"));
    CHECK(w.until([&] { return w.has("Open in the browser"); }));
    CHECK(browser.opened.isEmpty());
    bool shown = false;
    for (auto* item : w.items("QQuickText"))
        shown = shown || (item->isVisible() && item->property("text").toString() == QLatin1String("https://talk.example.org/notes/rockets"));
    CHECK(shown);
    CHECK(w.press("Open in the browser"));
    CHECK(browser.opened == QStringList{"https://talk.example.org/notes/rockets"});

    auto state = w.client.state();
    for (const char* link : {"http://example.org", "javascript:alert(1)", "file:///etc/passwd", "ftp://x.example", "https://", "https:///x",
                             "parlour://x/i/y", "smb://x/y", "mailto:a@b", "HTTPS ://x"}) {
        state.chatRules.pinned = link;
        w.client.show(state);
        w.settle();
        INFO(link);
        CHECK(w.app->session()->chat()->pinned().isEmpty());
        CHECK_FALSE(w.app->session()->chat()->openPinned());
    }
    state.chatRules.pinned = "https://\xd0\xb0pple.com/x";   // a Cyrillic letter: shown as it would be dialled
    w.client.show(state);
    CHECK(w.until([&] { return w.app->session()->chat()->pinnedHost() == QLatin1String("xn--pple-43d.com"); }));
    CHECK(w.app->session()->chat()->pinnedAddress() == QLatin1String("https://xn--pple-43d.com/x"));
    CHECK(browser.opened.size() == 1);
}

TEST_CASE("a refused message stays with its reason and is sent again or discarded", "[ui][chat]") {
    RoomWindow w("chat-slow");
    REQUIRE(w.until([&] { return w.has("Send again"); }));
    CHECK(listed(w, "You says: And when is the next one?", "Not sent. The chat is in slow mode"));
    const auto* chat = w.app->session()->chat();
    CHECK(chat->waitSeconds() == 60);
    w.clock.advance(std::chrono::seconds(45));
    w.client.show(w.client.state());
    CHECK(w.until([&] { return chat->waitSeconds() == 15; }));
    CHECK(w.press("Send again"));   // too soon
    CHECK(w.until([&] { return w.has("Send again"); }));
    w.clock.advance(std::chrono::seconds(16));
    CHECK(w.press("Send again"));
    CHECK(w.until([&] { return !w.has("Send again"); }));
    CHECK(w.client.state().chat.back().text == "And when is the next one?");
    CHECK(w.client.state().chat.back().delivery == room::ChatDelivery::sent);
    w.client.say("once more");
    REQUIRE(w.until([&] { return w.has("Discard"); }));
    CHECK(w.press("Discard"));
    CHECK(w.until([&] { return !w.has("Discard"); }));
    CHECK(w.client.state().chat.back().text == "And when is the next one?");
}

TEST_CASE("moderators delete with the Delete key, listeners only their own", "[ui][chat][keys]") {
    const auto last = [](RoomWindow& w) -> const room::ChatMessage& { return w.client.state().chat.back(); };
    {
        RoomWindow w("chat");
        REQUIRE(w.until([&] { return messages(w) != nullptr; }));
        CHECK(listed(w, "Message of Tom Pike deleted"));
        messages(w)->forceActiveFocus();
        w.key(Qt::Key_Delete);
        CHECK(last(w).deleted);
        CHECK(w.until([&] { return listed(w, "Message of Marc Dubois deleted"); }));
    }
    RoomWindow w("chat-slow");
    REQUIRE(w.until([&] { return messages(w) != nullptr; }));
    messages(w)->forceActiveFocus();
    w.key(Qt::Key_Delete);   // the refused one: discarded
    CHECK(last(w).text == "How many flights has the oldest stage done?");
    w.settle();
    w.key(Qt::Key_Up);
    w.key(Qt::Key_Up);
    w.key(Qt::Key_Delete);   // another's
    for (const auto& message : w.client.state().chat) CHECK((message.id == "d" || !message.deleted));
}

TEST_CASE("moderators set slow mode and the pinned link in one sheet", "[ui][chat]") {
    RoomWindow w("chat");
    REQUIRE(w.until([&] { return w.has(QString::fromUtf8("Slow mode and pinned link…")); }));
    CHECK(w.press(QString::fromUtf8("Slow mode and pinned link…")));
    REQUIRE(w.until([&] { return w.has("Save"); }));
    QQuickItem* link = nullptr;
    for (auto* item : w.items("QQuickTextField"))
        if (item->isVisible() && item->property("label").toString() == QLatin1String("Pinned link")) link = item;
    REQUIRE(link);
    link->setProperty("text", "http://example.org");
    CHECK(w.press("Save"));
    CHECK(w.has("Save"));   // says what is wrong and stays
    CHECK(w.client.state().chatRules.pinned == "https://talk.example.org/notes/rockets");
    link->setProperty("text", "https://example.org/agenda");
    CHECK(w.press("Save"));
    CHECK(w.client.state().chatRules.pinned == "https://example.org/agenda");
    CHECK(w.until([&] { return w.has("Pinned link: https://example.org/agenda"); }));
    RoomWindow listener("chat-slow");
    CHECK_FALSE(listener.has(QString::fromUtf8("Slow mode and pinned link…")));
}

TEST_CASE("what was said before counts as no news", "[ui][chat]") {
    RoomWindow w("moderator");
    const auto before = w.app->session()->unreadChat();
    auto state = withMessage(w, "old", "from before");
    state.chat.back().history = true;
    w.client.show(state);
    w.settle();
    CHECK(w.app->session()->unreadChat() == before);
    w.client.show(withMessage(w, "new", "just now"));
    CHECK(w.until([&] { return w.app->session()->unreadChat() == before + 1; }));
}

TEST_CASE("one goes back to earlier messages by button, by key and with a screen reader, and keeps one's place", "[ui][chat][keys]") {
    RoomWindow w("chat-long");
    const auto* chat = w.app->session()->chat();
    REQUIRE(w.until([&] { return messages(w) != nullptr && chat->count() == 200; }));
    const auto unread = w.app->session()->unreadChat();
    QSignalSpy words(w.app->session(), &ui::SessionBridge::announced);
    const auto heard = [&](const QString& what) {
        return std::any_of(words.begin(), words.end(), [&](const auto& one) { return one.front().toString() == what; });
    };
    auto* list = messages(w);
    list->setProperty("follow", false);
    QMetaObject::invokeMethod(list, "positionViewAtBeginning");
    REQUIRE(w.until([&] { return w.has("Earlier messages") && said(w, "Message 251"); }));
    CHECK(w.press("Earlier messages"));
    CHECK(w.until([&] { return chat->count() == 400; }));
    CHECK(w.until([&] { return heard("200 earlier messages"); }));
    CHECK(w.until([&] { return said(w, "Message 251"); }));                               // what one looked at is still there
    CHECK(w.app->session()->unreadChat() == unread);             // and nothing counts as new

    // By key: up from the first one.
    list->forceActiveFocus();
    list->setProperty("currentIndex", 0);
    w.key(Qt::Key_Up);
    CHECK(w.until([&] { return chat->count() == 450; }));
    CHECK(w.until([&] { return heard("50 earlier messages"); }));
    CHECK(list->property("currentIndex").toInt() == 49);         // one goes on reading upwards
    CHECK(w.until([&] { return !w.has("Earlier messages"); }));
    list->setProperty("currentIndex", 0);
    w.key(Qt::Key_Up);
    w.settle();
    CHECK(chat->count() == 450);
    w.client.show(withMessage(w, "fresh", "and on it goes"));
    CHECK(w.until([&] { return chat->count() == 451; }));
}

TEST_CASE("six reactions by button, by key and by name, and their counts rise in fixed places", "[ui][reactions][keys]") {
    RoomWindow w("listener");
    const auto total = [&](std::size_t i) { return w.client.state().reactions[i].total; };
    const auto clap = total(0), thanks = total(5);
    w.key(Qt::Key_1);
    CHECK(total(0) == clap + 1);
    w.key(Qt::Key_6);
    CHECK(total(5) == thanks + 1);
    CHECK(w.press("React"));
    for (const char* name : {"Clap", "Heart", "Laugh", "Wow", "Agree", "Thanks"}) CHECK(w.until([&] { return w.has(name); }));
    const auto wow = total(3);
    CHECK(w.press("Wow"));
    CHECK(total(3) == wow + 1);
    w.key(Qt::Key_Right);
    w.key(Qt::Key_Return);
    CHECK(w.has("Wow"));   // stays open
    w.key(Qt::Key_Escape);
    CHECK(w.until([&] { return !w.has("Wow"); }));

    std::vector<QRectF> places;
    const auto measure = [&] {
        std::vector<QRectF> out;
        for (auto* item : w.items("QQuickRow"))
            if (item->property("slot").isValid()) out.push_back(item->mapRectToScene(QRectF(0, 0, item->width(), item->height())));
        return out;
    };
    places = measure();
    REQUIRE(places.size() == 1);
    auto state = w.client.state();
    for (auto& count : state.reactions) count = {1'000'000, 5000};
    w.client.show(state);
    w.settle();
    CHECK(measure() == places);
    RoomWindow chat("chat");   // digits typed into the chat are digits
    QQuickItem* field = nullptr;
    REQUIRE(chat.until([&] {
        for (auto* item : chat.items("QQuickTextField"))
            if (item->isVisible()) field = item;
        return field != nullptr;
    }));
    field->forceActiveFocus();
    const auto before = chat.client.state().reactions[0].total;
    chat.type("123");
    CHECK(chat.client.state().reactions[0].total == before);
    CHECK(field->property("text").toString() == QLatin1String("123"));
}

TEST_CASE("a server that keeps no chat has no reactions, no rules and no deleting", "[ui][chat]") {
    RoomWindow w("chat");
    auto state = w.client.state();
    state.chatKept = false;
    state.chatRules = {};
    w.client.show(state);
    CHECK(w.until([&] { return !w.has("React"); }));
    CHECK_FALSE(w.has(QString::fromUtf8("Slow mode and pinned link…")));
    w.key(Qt::Key_1);
    CHECK(w.client.state().reactions[0].total == state.reactions[0].total);
}

TEST_CASE("past 200 listeners those who matter come first, the rest is counted and found by name", "[ui][crowd]") {
    auto state = thousands([](room::Participant& person, int i) {
        if (i == 4901) person.power = api::Power::moderator;
        if (i < 5) person.seat = api::Seat::stage;
    });
    const auto all = ui::pickAudience(state, {});
    CHECK(all.total == 4995);
    CHECK(all.found == 4995);
    REQUIRE(all.shown.size() == 200);
    CHECK(all.shown[0]->isSelf);
    CHECK(all.shown[1]->handUp());
    CHECK(all.shown[2]->power == api::Power::moderator);
    CHECK(all.shown[3]->name == "Person 5");
    const auto some = ui::pickAudience(state, " person 499 ");
    CHECK(some.found == 11);   // 499 and 4990 to 4999
    CHECK(some.shown.size() == 11);
    CHECK(ui::pickAudience(state, "nobody").found == 0);
    state.participants.resize(200);
    const auto small = ui::pickAudience(state, {});
    CHECK(small.shown.size() == 195);
    CHECK(small.shown[0]->name == "Person 5");   // in the room's order
}

TEST_CASE("a room of five thousand is searched in the window and draws two hundred", "[ui][crowd]") {
    RoomWindow w("crowd");
    auto* audience = w.app->session()->audience();
    REQUIRE(w.until([&] { return audience->total() > 5000; }));
    CHECK(audience->count() == ui::kDrawn);
    CHECK(w.app->session()->audienceCount() == audience->total());
    CHECK(w.app->session()->people()->count() <= ui::kDrawn + w.app->session()->stageCount());
    REQUIRE(w.has("Search the audience", QAccessible::EditableText));
    audience->setSearch("listener 4242");
    CHECK(w.until([&] { return w.has("Listener 4242", QAccessible::ListItem); }));
    CHECK(audience->count() == 1);
    CHECK(w.app->session()->person("listener4999").value("name").toString() == QLatin1String("Listener 4999"));   // not drawn, known
    audience->setSearch({});
    CHECK(w.until([&] { return audience->count() == ui::kDrawn; }));

    // A change far down touches single rows, not the list.
    QSignalSpy inserted(audience, &QAbstractItemModel::rowsInserted), removed(audience, &QAbstractItemModel::rowsRemoved),
        changed(audience, &QAbstractItemModel::dataChanged);
    auto state = w.client.state();
    for (int i = 0; i < 20; ++i) {
        auto copy = std::make_shared<room::Participant>(*state.participants.back());
        copy->handKey = i % 2 == 0 ? "9" : "";
        state.participants.back() = copy;
        w.client.show(state);
        w.settle();
    }
    CHECK(inserted.count() + removed.count() <= 40);   // the hand comes to the front, and goes
    CHECK(changed.count() <= 60);                       // places in the line
    RoomWindow small("listener");
    CHECK_FALSE(small.has("Search the audience", QAccessible::EditableText));
}

#include "chat_test.moc"
