// SPDX-License-Identifier: Apache-2.0
// Invitations in batches: progress in pieces, what is kept when the house refuses, the QR sheet as PDF; limits of a single one.
#include <QClipboard>
#include <QDir>
#include <QFile>
#include <QGuiApplication>
#include <QTemporaryDir>
#include <QTest>

#include "core/api/house_json.h"
#include "core/api/member_types.h"
#include "tests/support/catch.h"
#include "tests/ui/room_window.h"
#include "ui/controls/qr_sheet.h"

using namespace parlour;
using namespace parlour::tests;

namespace {
std::vector<api::InvitationOrder> orders(const RoomWindow& w) {
    std::vector<api::InvitationOrder> all;
    for (const auto& body : bodies(w, "/invitations"))
        if (auto order = api::fromJson<api::InvitationOrder>(body)) all.push_back(*order);
    return all;
}
/// Listener links for so many names.
void batch(RoomWindow& w, int count) {
    REQUIRE(w.until([&] { return w.has("New invitation", QAccessible::Dialog); }));
    choose(w, "To what", 1);
    REQUIRE(w.press("A personal link for each of several people"));
    QStringList names;
    for (int i = 1; i <= count; ++i) names << QStringLiteral("Person %1").arg(i);
    REQUIRE(w.until([&] { return field(w, "Names, one a line") != nullptr; }));
    field(w, "Names, one a line")->setProperty("text", names.join('\n'));
    REQUIRE(w.until([&] { return said(w, QStringLiteral("%1 names").arg(count)) && w.has("Create links"); }));
}
}  // namespace

TEST_CASE("a batch is made in pieces and ends as one list with mail texts", "[ui][invite]") {
    RoomWindow w("order");
    batch(w, 120);
    CHECK(w.press("Create links"));
    REQUIRE(w.until([&] { return w.has("120 invitations", QAccessible::Dialog); }));
    const auto made = orders(w);
    REQUIRE(made.size() == 3);
    CHECK(made[0].names.size() == 50);
    CHECK(made[2].names.size() == 20);
    CHECK(w.press("Copy mail texts"));
    const auto words = QGuiApplication::clipboard()->text();
    CHECK(words.contains("Hello Person 1,"));
    CHECK(words.count("https://talk.example.org/i/") == 120);
    CHECK(w.press("Copy all"));
    CHECK(QGuiApplication::clipboard()->text().split('\n').size() == 120);
}

TEST_CASE("a table that is pasted is read by its headings, and what is wrong with it is said", "[ui][invite]") {
    RoomWindow w("order");
    REQUIRE(w.until([&] { return w.has("New invitation", QAccessible::Dialog); }));
    choose(w, "To what", 1);
    REQUIRE(w.press("A personal link for each of several people"));
    REQUIRE(w.until([&] { return field(w, "Names, one a line") != nullptr; }));
    field(w, "Names, one a line")->setProperty("text", "First name;Last name\n\"Ida;Holm");
    CHECK(w.until([&] { return said(w, "The quotation mark in line 2 is never closed.") && said(w, "0 names"); }));
    field(w, "Names, one a line")->setProperty("text", "First name;Last name\nIda;Holm\nPablo;Ruiz\n");
    REQUIRE(w.until([&] { return said(w, "2 names") && !said(w, "quotation mark"); }));
    CHECK(w.press("Create links"));
    REQUIRE(w.until([&] { return w.has("2 invitations", QAccessible::Dialog); }));
    CHECK(orders(w).front().names == std::vector<std::string>{"Ida Holm", "Pablo Ruiz"});
}

TEST_CASE("what was made before a refusal is kept, and the rest is named", "[ui][invite]") {
    RoomWindow w("order");
    batch(w, 70);
    w.client.houses.refuseAfter = 1;   // the second piece is refused
    CHECK(w.press("Create links"));
    REQUIRE(w.until([&] { return w.has("50 invitations", QAccessible::Dialog); }));
    CHECK(said(w, "50 links were made, 20 were not"));
}

TEST_CASE("codes are copied apart from the links", "[ui][invite]") {
    RoomWindow w("order");
    batch(w, 3);
    CHECK(w.press("With a code"));
    CHECK(w.press("Create links"));
    REQUIRE(w.until([&] { return w.has("Copy the codes"); }));
    CHECK(w.press("Copy the codes"));
    CHECK(QGuiApplication::clipboard()->text() == "Person 1\t7KQ4T-9XHM2\nPerson 2\t7KQ4T-9XHM2\nPerson 3\t7KQ4T-9XHM2");
    CHECK(w.press("Copy all"));
    CHECK_FALSE(QGuiApplication::clipboard()->text().contains("7KQ4T"));
}

TEST_CASE("an invitation may start on a day and be for one key", "[ui][invite]") {
    RoomWindow w("order");
    REQUIRE(w.until([&] { return w.has("New invitation", QAccessible::Dialog); }));
    CHECK(w.press("More limits"));
    REQUIRE(w.until([&] { return field(w, "Not before") && field(w, "Only for the person with this id"); }));
    field(w, "Not before")->setProperty("text", "tomorrow");
    CHECK(w.until([&] { return said(w, "Write the day and the time like"); }));
    CHECK(w.press("Create link"));
    CHECK(orders(w).empty());   // a wrong date is not sent
    field(w, "Not before")->setProperty("text", "2030-01-02 18:00");
    field(w, "Only for the person with this id")->setProperty("text", "abcdefghijklmnopqrstuvwx23");
    w.settle();
    CHECK(w.press("Create link"));
    REQUIRE(w.until([&] { return orders(w).size() == 1; }));
    CHECK(orders(w)[0].forKey.str() == "abcdefghijklmnopqrstuvwx23");
    CHECK(orders(w)[0].notBeforeMs == QDateTime(QDate(2030, 1, 2), QTime(18, 0)).toMSecsSinceEpoch());
}

TEST_CASE("the QR sheet is a PDF with ten cards a page", "[ui][invite]") {
    QTemporaryDir folder;
    ui::QrSheet sheet;
    sheet.setProperty("folder", folder.path());
    QVariantList cards;
    for (int i = 0; i < 23; ++i)
        cards << QVariantMap{{"link", QStringLiteral("https://talk.example.org/i/card%1#k=AAAAAAAAAAAAAAAAAAAAAA").arg(i)}, {"for_name", QStringLiteral("Person %1").arg(i)}};
    sheet.save("Evening/Salon", cards, "Evening/Salon");
    CHECK(sheet.busy());
    REQUIRE(QTest::qWaitFor([&] { return !sheet.busy(); }, 20000));
    CHECK(sheet.problem().toStdString() == "");
    CHECK(sheet.done() == 23);
    CHECK(sheet.file() == folder.filePath("Evening-Salon.pdf"));   // no way out of the folder
    QFile file(sheet.file());
    REQUIRE(file.open(QIODevice::ReadOnly));
    const auto bytes = file.readAll();
    CHECK(bytes.startsWith("%PDF-"));
    CHECK(bytes.count("/Type /Page\n") == 3);
    sheet.save("Evening/Salon", cards, "Evening/Salon");
    REQUIRE(QTest::qWaitFor([&] { return !sheet.busy(); }, 20000));
    CHECK(sheet.file() == folder.filePath("Evening-Salon (2).pdf"));   // nothing is overwritten
}

TEST_CASE("a sheet that cannot be written says so and leaves nothing behind", "[ui][invite]") {
    QTemporaryDir folder;
    QFile blocked(folder.filePath("blocked"));
    REQUIRE(blocked.open(QIODevice::WriteOnly));
    blocked.close();
    ui::QrSheet sheet;
    sheet.setProperty("folder", blocked.fileName());   // a file, no folder
    sheet.save("Salon", {QVariantMap{{"link", "https://talk.example.org/i/a#k=AAAAAAAAAAAAAAAAAAAAAA"}}}, "Salon");
    REQUIRE(QTest::qWaitFor([&] { return !sheet.busy(); }, 5000));
    CHECK(sheet.problem().contains("cannot be written"));
    CHECK(sheet.file().isEmpty());
}

TEST_CASE("a speaker link warns before it goes into a public post, a listener link does not", "[ui][invite]") {
    RoomWindow w("order");
    REQUIRE(w.until([&] { return w.has("New invitation", QAccessible::Dialog); }));
    choose(w, "To what", 2);
    w.settle();
    CHECK(w.press("Create link"));
    REQUIRE(w.until([&] { return w.has("Post on Bluesky"); }));
    CHECK(w.press("Post on Bluesky"));
    CHECK(w.until([&] { return said(w, "This is not a listener link") && w.has("Do not post"); }));
    CHECK(w.press("Do not post"));
    CHECK(w.press("Post on Mastodon"));
    REQUIRE(w.until([&] { return w.has("Post it anyway"); }));
    CHECK(w.press("Post it anyway"));
    CHECK(w.until([&] { return field(w, "Your Mastodon server") != nullptr; }));
}
