// SPDX-License-Identifier: Apache-2.0
// The pages of a house: members and their tree, invitations, the waiting list.
#include <QTest>

#include "core/api/house_json.h"
#include "tests/support/catch.h"
#include "tests/ui/room_window.h"
#include "ui/models/house_list.h"

using namespace parlour;
using namespace parlour::tests;

TEST_CASE("members are rows with handle, inviter and standing in words", "[ui][house][a11y]") {
    RoomWindow w("house");
    REQUIRE(w.until([&] { return w.has("Victor Tamm @victor", QAccessible::ListItem); }));
    CHECK(said(w, "invited by Ana Moreau"));
    CHECK(said(w, "Owner, brought"));
    CHECK(said(w, "12 members"));
    CHECK(w.has("Invite someone"));
    CHECK(w.has("Search members", QAccessible::EditableText));
}

TEST_CASE("a search is asked of the house, once for a word, and an empty answer says so", "[ui][house][keys]") {
    RoomWindow w("house");
    REQUIRE(w.until([&] { return w.has("Victor Tamm @victor", QAccessible::ListItem); }));
    for (auto* item : w.items("QQuickTextField"))
        if (item->property("label").toString() == QLatin1String("Search members")) item->forceActiveFocus();
    const auto before = w.client.houses.asked.size();
    w.type("priya");
    REQUIRE(w.until([&] { return !w.has("Victor Tamm @victor", QAccessible::ListItem); }));
    CHECK(w.has("Priya Raman @priya", QAccessible::ListItem));
    CHECK(w.client.houses.asked.size() - before <= 2);
    w.type("zzz");
    CHECK(w.until([&] { return w.has("Nobody of that name", QAccessible::Heading); }));
}

TEST_CASE("a person's sheet walks the tree up and down", "[ui][house][keys]") {
    RoomWindow w("house");
    REQUIRE(w.until([&] { return w.has("Victor Tamm @victor", QAccessible::ListItem); }));
    CHECK(w.press("Victor Tamm @victor"));
    REQUIRE(w.until([&] { return w.has("Victor Tamm", QAccessible::Dialog); }));
    REQUIRE(w.until([&] { return w.has("Sofia Rossi @sofia", QAccessible::ListItem); }));   // whom Victor brought
    CHECK(w.press("Invited by Ana Moreau"));
    REQUIRE(w.until([&] { return w.has("Ana Moreau", QAccessible::Dialog); }));
    CHECK(w.press("Invited by Josephine Okafor"));
    REQUIRE(w.until([&] { return w.has("Josephine Okafor", QAccessible::Dialog); }));
    w.key(Qt::Key_Escape);
    CHECK(w.until([&] { return !w.has("Josephine Okafor", QAccessible::Dialog); }));
}

TEST_CASE("an admin suspends in two steps and lifts it again", "[ui][house]") {
    RoomWindow w("member");
    REQUIRE(w.until([&] { return w.has("Suspend…"); }));
    CHECK(w.press("Suspend…"));
    CHECK_FALSE(w.client.houses.has("/members/id-victor/suspend"));
    REQUIRE(w.until([&] { return w.has("Suspend now"); }));
    CHECK(w.press("Suspend now"));
    REQUIRE(w.until([&] { return w.has("Lift the suspension"); }));
    const auto wish = api::fromJson<api::SuspendWish>(lastBody(w, "/members/id-victor/suspend"));
    REQUIRE(wish);
    CHECK(wish->minutes == 1440);
    CHECK(w.press("Lift the suspension"));
    CHECK(w.until([&] { return w.has("Suspend…"); }));
}

TEST_CASE("a member sees no admin's actions", "[ui][house]") {
    RoomWindow w("house");
    w.client.houses.me.standing = api::Standing::member;
    w.app->house()->refresh();
    REQUIRE(w.until([&] { return said(w, "You are a member") && w.has("Victor Tamm @victor", QAccessible::ListItem); }));
    CHECK(w.press("Victor Tamm @victor"));
    REQUIRE(w.until([&] { return w.has("Follow"); }));
    CHECK_FALSE(w.has("Suspend…"));
    CHECK_FALSE(w.has("Remove…"));
    CHECK(w.press("Follow"));
    CHECK(w.until([&] { return w.has("Unfollow"); }));
}

TEST_CASE("an owner alone is told what to do next, an outsider what the house is", "[ui][house]") {
    RoomWindow w("first-steps");
    CHECK(w.until([&] { return w.has("Invite the first member"); }));
    CHECK(w.press("Invite the first member"));
    CHECK(w.until([&] { return w.has("New invitation", QAccessible::Dialog); }));
    RoomWindow o("outsider");
    CHECK(o.until([&] { return o.has("You are not a member here", QAccessible::Heading); }));
    CHECK_FALSE(o.has("Invite someone"));
}

TEST_CASE("a house that does not answer says so and can be asked again", "[ui][house]") {
    RoomWindow w("hallway");
    w.client.houses.failure = base::Error{base::ErrorKind::unreachable, "unreachable", "The house does not answer.", {}, {}};
    w.app->house()->refresh();
    w.app->go("house");
    REQUIRE(w.until([&] { return w.has("Try again"); }));
    CHECK(said(w, "The house does not answer."));
    w.client.houses.failure = {};
    CHECK(w.press("Try again"));
    CHECK(w.until([&] { return !w.has("Try again"); }));
}

TEST_CASE("five thousand members come page by page and stay smooth", "[ui][house]") {
    RoomWindow w("house");
    w.client.houses.fillMembers(5000);
    w.app->house()->noteChange();
    REQUIRE(w.until([&] { return said(w, "5,000 members"); }));
    QQuickItem* list = nullptr;
    REQUIRE(w.until([&] { return (list = listNamed(w, "Members")) != nullptr; }));
    CHECK(list->property("count").toInt() <= 300);   // nobody asked for more yet
    list->forceActiveFocus();
    REQUIRE(QTest::qWaitFor([&] {
        QMetaObject::invokeMethod(list, "positionViewAtEnd");
        return list->property("count").toInt() == 5000;
    }, 60000));
    int made = 0;
    for (auto* item : w.items("QQuickItemDelegate")) made += item->isVisible() ? 1 : 0;
    CHECK(made < 60);   // rows out of sight are not drawn
}

TEST_CASE("an invitation is made with what was chosen and its secret goes with the sheet", "[ui][invitations]") {
    RoomWindow w("order");
    REQUIRE(w.until([&] { return w.has("Create link"); }));
    CHECK(said(w, "You have 5 left"));
    CHECK(w.press("I say yes to each who comes"));
    CHECK(w.press("Create link"));
    REQUIRE(w.until([&] { return w.has("Copy link"); }));
    const auto order = api::fromJson<api::InvitationOrder>(lastBody(w, "/invitations"));
    REQUIRE(order);
    CHECK(order->kind == api::InvitationKind::membership);
    CHECK(order->uses == 1);
    CHECK(order->expiresInS == 14 * 86400);
    CHECK(order->approval);
    CHECK(w.has("QR code of the link", QAccessible::Graphic));
    w.key(Qt::Key_Escape);
    REQUIRE(w.until([&] { return !w.has("Copy link"); }));
    CHECK(w.until([&] { return said(w, "4 left"); }));
    CHECK_FALSE(said(w, "#k="));
}

TEST_CASE("a link that gives more than listening warns before it goes into a public post", "[ui][invitations]") {
    RoomWindow w("order");
    REQUIRE(w.until([&] { return w.has("Create link"); }));
    CHECK(w.press("Create link"));
    REQUIRE(w.until([&] { return w.has("Post on Mastodon"); }));
    CHECK(w.press("Post on Mastodon"));
    CHECK(w.until([&] { return w.has("Post it anyway"); }));
    CHECK(w.press("Do not post"));
    CHECK(w.until([&] { return !w.has("Post it anyway"); }));
}

TEST_CASE("composers carry the link whole, in their own host only", "[ui][invitations]") {
    ui::ShareModel share;
    const QString link = "https://talk.example.org/i/Evening2026#k=AAAA&p=BBBB";
    const auto words = share.words("A talk", "Tuesday 18:00", "", link);
    CHECK(words == "A talk\nTuesday 18:00\n" + link);
    for (const auto& one : share.composers()) {
        const auto url = share.composer(one.toMap()["key"].toString(), "A talk", words, link, {});
        INFO(url.toEncoded().toStdString());
        CHECK(url.isValid());
        CHECK(url.scheme() == "https");
        CHECK_FALSE(url.hasFragment());
        CHECK(url.toEncoded().contains("%23k%3DAAAA%26p%3DBBBB"));
    }
    CHECK(share.composer("mail", "A talk", words, link, {}).scheme() == "mailto");
    CHECK_FALSE(share.composer("mastodon", "A talk", words, link, "evil.example/x?y#").isValid());
    CHECK_FALSE(share.composer("other", "A talk", words, link, {}).isValid());
}

TEST_CASE("pasted names become a list: lines or a CSV, without repeats, at most five hundred", "[ui][invitations]") {
    ui::ShareModel share;
    const auto names = [&](const QString& pasted) { return share.names(pasted)["names"].toStringList(); };
    const auto problem = [&](const QString& pasted) { return share.names(pasted)["problem"].toString(); };
    CHECK(names("Ida Holm\r\n\n  Pablo   Ruiz \nIda Holm") == QStringList{"Ida Holm", "Pablo Ruiz"});
    CHECK(names(QString::fromUtf8("Name;Vorname\r\nMüller;Zoë\r\n")) == QStringList{QString::fromUtf8("Zoë Müller")});
    CHECK(names("").isEmpty());
    CHECK(problem("").isEmpty());
    QString many;
    for (int i = 0; i < 500; ++i) many += QString("Person %1\n").arg(i);
    CHECK(names(many).size() == 500);
    CHECK(names(many + "One more").isEmpty());
    CHECK(problem(many + "One more") == "There are more than 500 names. Make the links for at most 500 at once.");
}

TEST_CASE("revoking first shows whom it hits, by scope", "[ui][invitations]") {
    RoomWindow w("invitations");
    REQUIRE(w.until([&] { return w.has("Membership for Priya Raman", QAccessible::ListItem); }));
    CHECK(w.press("Membership for Priya Raman"));
    REQUIRE(w.until([&] { return said(w, "This hits nobody"); }));
    QQuickItem* scope = nullptr;
    for (auto* item : w.items("QQuickComboBox"))
        if (item->isVisible() && item->property("label").toString() == QLatin1String("What is taken back")) scope = item;
    REQUIRE(scope);
    scope->setProperty("currentIndex", 1);
    CHECK(w.until([&] { return said(w, "This removes Priya Raman from the house."); }));
    scope->setProperty("currentIndex", 2);
    CHECK(w.until([&] { return said(w, "This removes 3 people from the house:"); }));
    CHECK_FALSE(w.client.houses.has("/invitations/inv4/revoke"));
    CHECK(w.press("Revoke"));
    REQUIRE(w.until([&] { return w.client.houses.has("/invitations/inv4/revoke"); }));
    const auto wish = api::fromJson<api::RevokeWish>(lastBody(w, "/invitations/inv4/revoke"));
    REQUIRE(wish);
    CHECK(wish->scope == api::RevokeScope::subtree);
}

TEST_CASE("somebody on the waiting list is let in with one of the own invitations", "[ui][invitations]") {
    RoomWindow w("waiting");
    REQUIRE(w.until([&] { return w.has("Let Zoe Clark in"); }));
    CHECK(said(w, "reading circle"));
    CHECK(w.press("Let Zoe Clark in"));
    CHECK(w.until([&] { return !w.has("Let Zoe Clark in"); }));
    CHECK(w.until([&] { return said(w, "4 left"); }));
    CHECK(w.press("Decline Yusuf Kaya"));
    CHECK(w.until([&] { return w.has("Nobody is waiting", QAccessible::Heading); }));
}

TEST_CASE("an answer to an earlier search never replaces a newer one", "[ui][house]") {
    struct Slow : ui::HouseClient {
        std::vector<std::function<void(base::Result<std::string>)>> open;
        void request(const std::string&, const std::string&, const std::string&, std::function<void(base::Result<std::string>)> done) override {
            open.push_back(std::move(done));
        }
        void signTerms(const std::string&, const std::string&, int, std::function<void(base::Result<std::string>)>) override {}
    } slow;
    ManualClock clock;
    ui::HouseModel house(slow, clock);
    ui::HallwayView view;
    view.servers = {{"https://a.example", "a.example", true, false}};
    house.showView(view);
    ui::HouseList list(house, "/members", "members", "after");
    list.setProperty("search", "a");
    list.refresh();
    list.setProperty("search", "ab");
    list.refresh();
    REQUIRE(slow.open.size() == 4);   // whoami, the first page, two searches
    slow.open[3](std::string(R"({"members":[{"id":"new"}]})"));
    slow.open[2](std::string(R"({"members":[{"id":"old"}]})"));
    REQUIRE(QTest::qWaitFor([&] { return list.count() == 1; }));
    QTest::qWait(30);
    CHECK(list.at(0)["id"] == "new");
    list.refresh();
    slow.open[4](std::string("no json"));
    REQUIRE(QTest::qWaitFor([&] { return !list.problem().isEmpty(); }));
    CHECK_FALSE(list.empty());
    CHECK(list.count() == 1);   // what was there stays readable
}
