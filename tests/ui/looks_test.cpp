// SPDX-License-Identifier: Apache-2.0
// What one sees at the edges of lists: shadows that are whole, lines only where they divide something.
#include <cmath>

#include "tests/support/catch.h"
#include "tests/ui/room_window.h"

using namespace parlour;
using namespace parlour::tests;

namespace {

/// The free space left and right of the first card of a list that cuts off what goes beyond it.
std::pair<double, double> edges(const QQuickItem* list) {
    const auto* content = list->property("contentItem").value<QQuickItem*>();
    for (auto* card : content->childItems())
        if (card->isVisible() && card->height() > 40) {
            const auto left = card->mapToItem(list, QPointF(0, 0)).x(), right = card->mapToItem(list, QPointF(card->width(), 0)).x();
            return {left, list->width() - right};
        }
    return {-1, -1};
}

int dividers(const RoomWindow& w) {
    const auto* list = listNamed(w, "Chat messages");
    int count = 0;
    for (auto* item : w.items("QQuickRectangle"))
        if (list->isAncestorOf(item) && item->isVisible() && item->height() <= 3 && std::abs(item->width() - (list->width() - 32)) < 1) ++count;
    return count;
}

}  // namespace

TEST_CASE("cards on the guest board and among the notices have room for their shadows", "[ui][looks]") {
    constexpr double kShadow = 5;   // Surface: six layers, one pixel more each
    RoomWindow board("guests");
    for (const char* name : {"Invited, 1", "Agreed, 3", "Done, 1"}) {
        INFO(name);
        REQUIRE(board.until([&] { return listNamed(board, name) != nullptr && edges(listNamed(board, name)).first >= 0; }));
        const auto [left, right] = edges(listNamed(board, name));
        CHECK(left >= kShadow);
        CHECK(right >= kShadow);
    }
    RoomWindow notices("notices", QSize(640, 480));
    REQUIRE(notices.until([&] { return listNamed(notices, "Notices, 5") != nullptr && edges(listNamed(notices, "Notices, 5")).first >= 0; }));
    const auto [left, right] = edges(listNamed(notices, "Notices, 5"));
    CHECK(left >= kShadow);
    CHECK(right >= kShadow);
}

TEST_CASE("the chat is ruled off where one came in, and not under the button for earlier messages", "[ui][looks][chat]") {
    RoomWindow w("chat-earlier", QSize(640, 480));
    const auto* list = listNamed(w, "Chat messages");
    REQUIRE(list != nullptr);
    // Down to the newest at first, then back to the beginning.
    REQUIRE(w.until([&] { return !list->property("follow").toBool() && list->property("atYBeginning").toBool() && w.has("Earlier messages"); }));
    w.settle();
    CHECK(dividers(w) == 0);
    auto state = w.client.state();
    state.chat.erase(state.chat.begin(), state.chat.end() - 5);   // all of them are seen at once
    for (std::size_t i = 0; i < state.chat.size(); ++i) {
        state.chat[i].id = "again" + std::to_string(i);
        state.chat[i].history = i < 2;
    }
    w.client.show(std::move(state));
    REQUIRE(w.until([&] { return said(w, "While you were away"); }));
    CHECK(w.until([&] { return dividers(w) == 1; }));
}
