// SPDX-License-Identifier: Apache-2.0
// What members do with each other: waves, notices, calls into a room, blocks, the own profile with its picture.
#include <QBuffer>
#include <QFile>
#include <QImage>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>

#include "core/api/house_json.h"
#include "core/api/people_types.h"
#include "tests/support/catch.h"
#include "tests/ui/room_window.h"
#include "ui/models/folder_model.h"
#include "ui/models/notice_model.h"
#include "ui/models/portrait.h"

using namespace parlour;
using namespace parlour::tests;

namespace {
QString picture(const QTemporaryDir& folder, const char* name, int side, const char* format) {
    const auto path = folder.filePath(QLatin1String(name));
    QImage image(side, side, QImage::Format_RGB32);
    for (int y = 0; y < side; ++y)   // noise does not compress
        for (int x = 0; x < side; ++x) image.setPixel(x, y, static_cast<unsigned>(x * 2654435761u ^ y * 40503u));
    REQUIRE(image.save(path, format));
    return path;
}
}  // namespace

TEST_CASE("a wave is answered with yes, and the room for two opens", "[ui][notices]") {
    RoomWindow w("notices");
    REQUIRE(w.until([&] { return w.has("Yes, talk with Victor Tamm now"); }));
    CHECK(said(w, "Victor Tamm waves: Have you a minute about Tuesday?"));
    CHECK(said(w, "Priya Raman says: maybe later"));
    CHECK(w.has("Notices, 5 new"));
    CHECK(w.press("Yes, talk with Victor Tamm now"));
    CHECK(w.until([&] { return w.client.entered == "wave-room" && w.app->page() == "room"; }));
    CHECK(w.app->notices()->unread() == 0);   // looked at
}

TEST_CASE("maybe later is an answer, too, and the question is gone", "[ui][notices]") {
    RoomWindow w("notices");
    REQUIRE(w.until([&] { return w.has("Tell Victor Tamm: maybe later"); }));
    CHECK(w.press("Tell Victor Tamm: maybe later"));
    CHECK(w.until([&] { return !w.has("Yes, talk with Victor Tamm now") && said(w, "you said: maybe later"); }));
    CHECK(w.client.houses.waves.front().state == "later");
}

TEST_CASE("a call that came while nobody looked does not ring at the start; one that comes now does", "[ui][notices][bell]") {
    RoomWindow w("hallway");
    REQUIRE(w.until([&] { return w.app->notices()->loaded(); }));
    REQUIRE(w.app->notices()->unread() > 0);   // they wait in the list
    CHECK(w.client.rung == 0);
    auto wave = w.client.houses.notices.back();
    for (const auto& notice : w.client.houses.notices)
        if (notice.kind == "wave") wave.object = notice.object;
    wave.kind = "wave";
    wave.n = w.client.houses.notices.back().n + 1;
    w.client.houses.notices.push_back(wave);
    w.app->notices()->refresh();
    CHECK(w.until([&] { return w.client.rung == 1; }));
    w.app->notices()->refresh();
    w.settle();
    CHECK(w.client.rung == 1);
}

TEST_CASE("a new wave is said aloud wherever one is, and counted beside the page's name", "[ui][notices]") {
    RoomWindow w("hallway");
    REQUIRE(w.until([&] { return w.has("Notices, 5 new"); }));
    w.app->dismissNotice();
    w.app->notices()->markSeen();
    REQUIRE(w.until([&] { return w.has("Notices"); }));
    api::Notice wave;
    wave.n = 6;
    wave.kind = "wave";
    wave.fromName = "Lin Wei";
    w.client.houses.notices.push_back(wave);
    w.app->notices()->refresh();
    CHECK(w.until([&] { return w.has("Notices, 1 new") && w.app->notice() == "Lin Wei waves: come talk"; }));
    w.client.houses.notices.clear();
    w.app->house()->refresh();
    CHECK(w.app->notices()->count() == 6);   // what was read stays
}

TEST_CASE("no notices is a sentence, not an empty page", "[ui][notices]") {
    RoomWindow w("first-steps");
    w.app->go("notices");
    CHECK(w.until([&] { return w.has("Nothing new", QAccessible::Heading); }));
}

TEST_CASE("one waves from a person's sheet with a word", "[ui][notices]") {
    RoomWindow w("member");
    REQUIRE(w.until([&] { return w.has("Wave…"); }));
    CHECK(w.press("Wave…"));
    REQUIRE(w.until([&] { return w.has("Wave to Victor Tamm"); }));
    CHECK(w.press("Wave to Victor Tamm"));
    CHECK(w.until([&] { return said(w, "Victor Tamm sees your wave now."); }));
    CHECK(w.client.houses.waves.back().to.str() == "id-victor");
}

TEST_CASE("a member is called into the room one is in", "[ui][ping]") {
    RoomWindow w("ping");
    REQUIRE(w.until([&] { return w.has("Call Priya Raman"); }));
    CHECK_FALSE(w.has("Call Ana Moreau"));   // oneself
    CHECK(w.press("Call Priya Raman"));
    CHECK(w.until([&] { return w.has("Priya Raman is called"); }));
    CHECK(w.client.houses.pinged == std::vector<std::string>{"id-priya"});
}

TEST_CASE("a blocked person on stage is a warning with a quiet way out", "[ui][blocked]") {
    RoomWindow w("blocked");
    REQUIRE(w.until([&] { return w.has("You blocked Victor Tamm, who is on stage.", QAccessible::AlertMessage); }));
    CHECK(w.press("Stay"));
    CHECK(w.until([&] { return !w.has("You blocked Victor Tamm, who is on stage.", QAccessible::AlertMessage); }));
    RoomWindow other("moderator");
    CHECK_FALSE(said(other, "You blocked"));
}

TEST_CASE("a picture is sent as it is when it is small, and made smaller when the house would refuse it", "[ui][picture]") {
    QTemporaryDir folder;
    const ui::PictureFile pictures;
    const auto bytes = [](const QVariantMap& read) { return QByteArray::fromBase64(read["data"].toString().toLatin1(), QByteArray::Base64UrlEncoding); };
    const auto small = picture(folder, "small.png", 64, "png");
    QFile file(small);
    REQUIRE(file.open(QIODevice::ReadOnly));
    CHECK(bytes(pictures.read(small)) == file.readAll());
    const auto large = pictures.read(picture(folder, "large.png", 1400, "png"));
    CHECK(large["problem"].toString().isEmpty());
    CHECK(bytes(large).size() < 1024 * 1024);
    CHECK(QImage::fromData(bytes(large)).width() == 1024);
    QFile text(folder.filePath("words.png"));
    REQUIRE(text.open(QIODevice::WriteOnly));
    text.write("no picture");
    text.close();
    CHECK(pictures.read(text.fileName())["problem"].toString().contains("no PNG, JPEG or WebP"));
    CHECK(pictures.read(folder.filePath("nothing.png"))["problem"].toString().contains("cannot be read"));
}

TEST_CASE("the own profile gets a picture from a file and shows it", "[ui][picture][a11y]") {
    QTemporaryDir folder;
    picture(folder, "me.jpg", 200, "jpeg");
    RoomWindow w("house-you");
    REQUIRE(w.until([&] { return w.has("Choose a picture…"); }));
    CHECK(w.press("Choose a picture…"));
    REQUIRE(w.until([&] { return w.has("Choose a picture", QAccessible::Dialog); }));
    for (auto* item : w.items("QQuickListView"))
        if (auto* files = qobject_cast<ui::FolderModel*>(item->property("model").value<QObject*>())) files->setFolder(folder.path());
    REQUIRE(w.until([&] { return w.has("me.jpg", QAccessible::ListItem); }));
    CHECK(w.press("me.jpg"));
    REQUIRE(w.until([&] { return w.client.houses.pictures.count("id-ana") == 1; }));
    REQUIRE(w.until([&] { return w.has("Remove the picture"); }));
    const auto shown = [&] {
        const auto all = w.items("parlour::ui::Portrait");
        return std::count_if(all.begin(), all.end(), [](QQuickItem* one) { return one->property("shown").toBool(); });
    };
    CHECK(w.until([&] { return shown() == 2; }));   // there, and beside the settings
    CHECK(w.press("Remove the picture"));
    CHECK(w.until([&] { return w.client.houses.pictures.empty() && shown() == 0; }));
}
