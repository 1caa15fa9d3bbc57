// SPDX-License-Identifier: Apache-2.0
// Every page and sheet is walked by the Tab key: what can be pressed or typed into has a name for screen readers and is reached.
// And long lists: as many rows are made as are seen, however many the house has.
#include <QQmlEngine>
#include <QSet>
#include <QTest>

#include "tests/support/catch.h"
#include "tests/ui/room_window.h"

using namespace parlour;
using namespace parlour::tests;

namespace {
const char* const kScenes[] = {
    "welcome", "soundcheck", "hallway", "link", "join", "join-house", "paste", "start", "listener", "speaker", "moderator", "host", "offer",
    "held", "asked", "chat", "chat-long", "chat-earlier", "faces", "people", "person", "remove", "invite", "error", "house", "house-you", "house-rules", "house-reports", "house-audit",
    "member", "outsider", "first-steps", "invitations", "no-invitations", "waiting", "order", "upcoming", "new-talk", "no-talks", "event",
    "guests", "new-guest", "no-guests", "guest", "agreed", "notices", "no-house", "found", "desk-settings", "desk-bans", "desk-raid",
    "room-guest", "listener-guest", "as-guest", "report", "ping", "blocked", "settings-profile", "settings-audio", "settings-appearance", "settings-shortcuts"};

bool isShown(const QQuickItem* item) {
    for (const auto* one = item; one; one = one->parentItem())
        if (!one->isVisible() || !one->isEnabled() || one->opacity() == 0) return false;
    return true;
}
void stops(QQuickItem* item, QSet<QQuickItem*>& found) {
    if (!item->isVisible() || !item->isEnabled()) return;
    if (item->activeFocusOnTab()) found.insert(item);
    for (auto* child : item->childItems()) stops(child, found);
}
QString nameOf(QQuickItem* item) {
    auto* face = QAccessible::queryAccessibleInterface(item);
    return (face ? face->text(QAccessible::Name) : QString()) + QLatin1String(" (") + QLatin1String(item->metaObject()->className()) + QLatin1Char(')');
}
}  // namespace

TEST_CASE("everything that takes the focus has a name", "[ui][a11y][walk]") {
    for (const char* scene : kScenes) {
        RoomWindow w(scene, QSize(1280, 800));
        w.settle();
        for (const auto& node : w.nodes()) {
            if (!node.focusable || node.role == QAccessible::Window || node.role == QAccessible::Client) continue;
            const auto* item = qobject_cast<QQuickItem*>(node.face->object());
            INFO(scene << ": " << (item ? item->metaObject()->className() : "?") << " role " << node.role);
            CHECK_FALSE(node.name.trimmed().isEmpty());
        }
    }
}

TEST_CASE("the Tab key reaches everything that takes the focus, at both ends of the sizes", "[ui][a11y][walk][keys]") {
    for (const auto size : {QSize(1280, 800), QSize(640, 480)})
        for (const char* scene : kScenes) {
            RoomWindow w(scene, size);
            w.settle();
            // A modal sheet keeps the focus inside: then only what is in it is to be reached.
            QQuickItem* root = w.window->contentItem();
            for (auto* overlay : w.items("QQuickOverlay"))
                for (auto* child : overlay->childItems())
                    if (child->inherits("QQuickPopupItem") && child->isVisible() && child->opacity() > 0) root = child;
            QSet<QQuickItem*> wanted;
            stops(root, wanted);
            QSet<QQuickItem*> reached;
            for (int i = 0; i < 3 * wanted.size() + 10; ++i) {
                QTest::keyClick(w.window, Qt::Key_Tab);
                QCoreApplication::processEvents();
                if (auto* item = w.window->activeFocusItem()) {
                    // A control may hand the focus to its text, a list to its rows.
                    for (auto* one = item; one; one = one->parentItem()) reached.insert(one);
                }
                if (reached.contains(wanted)) break;
            }
            for (auto* item : wanted) {
                if (reached.contains(item) || !isShown(item)) continue;
                INFO(scene << " at " << size.width() << ": " << nameOf(item).toStdString());
                CHECK(false);
            }
        }
}

TEST_CASE("5,000 members and 5,000 invitations scroll with as many rows as are seen", "[ui][lists]") {
    struct Long {
        const char* scene;
        const char* list;
        const char* row;
    };
    const Long lists[] = {{"house", "Members, ", "MemberRow"}, {"invitations", "Invitations, ", "InvitationRow"}};
    for (const auto& one : lists) {
        RoomWindow w(one.scene);
        w.client.houses.fillMembers(5000);
        w.client.houses.fillInvitations(5000);
        w.app->house()->noteChange();
        QQuickItem* view = nullptr;
        REQUIRE(w.until([&] {
            for (auto* item : w.items("QQuickListView")) {
                auto* face = QAccessible::queryAccessibleInterface(item);
                if (item->isVisible() && face && face->text(QAccessible::Name).startsWith(QLatin1String(one.list)) && item->property("count").toInt() >= 100) view = item;
            }
            return view != nullptr;
        }));
        auto* content = view->property("contentItem").value<QQuickItem*>();
        const auto rows = [&] {
            int made = 0;
            for (auto* child : content->childItems())
                if (QLatin1String(child->metaObject()->className()).startsWith(QLatin1String(one.row))) ++made;
            return made;
        };
        CHECK(w.client.houses.asked.size() < 40);   // pages, not everything at once
        int most = 0;
        while (view->property("count").toInt() < 5000) {
            const int before = view->property("count").toInt();
            REQUIRE(w.until([&] {
                QMetaObject::invokeMethod(view, "positionViewAtEnd");
                return view->property("count").toInt() > before;
            }));
            most = std::max(most, rows());
        }
        CHECK(view->property("count").toInt() == 5000);
        INFO(one.scene << ": at most " << most << " rows");
        CHECK(most < 60);
    }
}
