// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QFileInfo>
#include <QLocalSocket>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <thread>

#include "tests/support/catch.h"
#include "ui/platform/preferences.h"
#include "ui/platform/single_instance.h"

using namespace parlour;

TEST_CASE("a choice is in the file at once, so a crash loses nothing", "[ui][platform]") {
    QTemporaryDir dir;
    ui::Preferences first(dir.path());
    first.setName("  Ana   Moreau ");
    first.setTheme("dark");
    first.setCaptureDevice("USB Microphone");
    first.addServer("https://talk.example.org");
    // The first object is still alive: nothing was written by a destructor.
    ui::Preferences second(dir.path());
    CHECK(second.name() == QLatin1String("Ana Moreau"));
    CHECK(second.theme() == QLatin1String("dark"));
    CHECK(second.captureDevice() == QLatin1String("USB Microphone"));
    CHECK(second.servers() == QStringList{"https://talk.example.org"});
}

TEST_CASE("an unreadable settings file is set aside, not fatal", "[ui][platform]") {
    QTemporaryDir dir;
    QFile file(dir.path() + "/parlour.ini");
    REQUIRE(file.open(QIODevice::WriteOnly));
    file.write(QByteArray("[broken\nname=\x01\xff\xfe", 20));
    file.close();
    ui::Preferences preferences(dir.path());
    preferences.setName("Ana");
    CHECK(ui::Preferences(dir.path()).name() == QLatin1String("Ana"));
}

TEST_CASE("values out of range are put right", "[ui][platform]") {
    ui::Preferences preferences{QString()};
    preferences.setTextScale(99);
    CHECK(preferences.textScale() == 2.0);
    for (const int delay : {-1, 0, 2, 3}) {
        preferences.setDelay(delay);
        CHECK(preferences.delay() == std::clamp(delay, 0, 2));
    }
    preferences.setTheme("purple");
    CHECK(preferences.theme() == QLatin1String("system"));
    preferences.setName(QString(200, 'x'));
    CHECK(preferences.name().size() == 64);
}

TEST_CASE("a second start hands its link to the first", "[ui][platform]") {
    QTemporaryDir runtime;
    QTemporaryDir home;
    qputenv("XDG_RUNTIME_DIR", QFile::encodeName(runtime.path()));
    ui::SingleInstance first(home.path());
    CHECK_FALSE(first.handOver("parlour://x", {}));   // nobody there yet
    REQUIRE(first.listen());
    QSignalSpy links(&first, &ui::SingleInstance::linkReceived);

    bool taken = false;
    std::thread other([&] { taken = ui::SingleInstance(home.path()).handOver("parlour://host/i/X#k=y", "token"); });
    CHECK(QTest::qWaitFor([&] { return links.count() == 1; }, 5000));
    other.join();
    CHECK(taken);
    CHECK(links.at(0).at(0).toString() == QLatin1String("parlour://host/i/X#k=y"));
    CHECK(links.at(0).at(1).toByteArray() == QByteArray("token"));

    const QFileInfo folder(QFileInfo(first.socketPath()).path());
    CHECK((folder.permissions() & (QFile::ReadGroup | QFile::WriteGroup | QFile::ExeGroup | QFile::ReadOther |
                                   QFile::WriteOther | QFile::ExeOther)) == 0);
}

TEST_CASE("another home is another instance", "[ui][platform]") {
    QTemporaryDir runtime;
    QTemporaryDir a;
    QTemporaryDir b;
    qputenv("XDG_RUNTIME_DIR", QFile::encodeName(runtime.path()));
    ui::SingleInstance first(a.path());
    REQUIRE(first.listen());
    CHECK_FALSE(ui::SingleInstance(b.path()).handOver("parlour://x", {}));
}

TEST_CASE("a socket left by a crash does not stand in the way", "[ui][platform]") {
    QTemporaryDir runtime;
    QTemporaryDir home;
    qputenv("XDG_RUNTIME_DIR", QFile::encodeName(runtime.path()));
    ui::SingleInstance instance(home.path());
    QFile stale(instance.socketPath());
    REQUIRE(stale.open(QIODevice::WriteOnly));
    stale.close();
    CHECK_FALSE(instance.handOver("x", {}));
    CHECK(instance.listen());
}

TEST_CASE("a message above the limit or of nonsense is dropped", "[ui][platform]") {
    QTemporaryDir runtime;
    QTemporaryDir home;
    qputenv("XDG_RUNTIME_DIR", QFile::encodeName(runtime.path()));
    ui::SingleInstance instance(home.path());
    REQUIRE(instance.listen());
    QSignalSpy links(&instance, &ui::SingleInstance::linkReceived);
    QLocalSocket socket;
    socket.connectToServer(instance.socketPath());
    REQUIRE(socket.waitForConnected(1000));
    socket.write(QByteArray(100'000, 'x'));
    socket.flush();
    QTest::qWait(150);
    CHECK(links.count() == 0);
}
