// SPDX-License-Identifier: Apache-2.0
// `parlour`, the desktop app: who owns whom, in which order things start and stop.
//
// Order: command line (before Qt) → one instance (a second start hands its link over and ends) → client (net thread, sound) →
// models → window. The models go before the client, the client before the settings.
#include <QDir>
#include <QGuiApplication>
#include <QIcon>
#include <QQuickWindow>
#include <QStandardPaths>
#include <QTimer>
#include <QTranslator>
#include <cstdio>

#include "app/desktop/hallway.h"
#include "app/desktop/live_client.h"
#include "app/desktop/options.h"
#include "app/desktop/person_home.h"
#include "app/desktop/scenes.h"
#include "app/desktop/window.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/room/known_houses.h"
#include "ui/models/app_model.h"
#include "ui/models/offline_client.h"
#include "ui/platform/key_place.h"
#include "ui/platform/quit_signals.h"
#include "ui/platform/single_instance.h"

using namespace parlour;

namespace {
constexpr int kSettleMs = 700;       // fades and the first poll of the meters are over then
constexpr int kPictureLeadMs = 400;  // before the end of --seconds

QString homeFolder(const desktop::Options& options) {
    return options.home.empty() ? QStandardPaths::writableLocation(QStandardPaths::AppDataLocation)
                                : QDir(QString::fromStdString(options.home)).absolutePath();
}
QString settingsFolder(const desktop::Options& options) {
    return options.home.empty() ? QStandardPaths::writableLocation(QStandardPaths::AppConfigLocation) : homeFolder(options);
}

/// parlourctl with the same folder is the same person: the houses it came into are this person's too.
void takeKnownHouses(const QString& home, ui::Preferences& preferences) {
    auto known = room::KnownHouses::open(home.toStdString());
    if (!known) {
        std::fprintf(stderr, "parlour: %s\n", base::describe(known.error()).c_str());
        return;
    }
    for (const auto& house : known->all()) {
        const auto origin = signal::parseOrigin(house.url);
        if (!origin) continue;
        const auto server = QString::fromStdString(desktop::serverText({*origin, house.pin}));
        if (!preferences.servers().contains(server)) preferences.addServer(server);
        if (preferences.name().isEmpty()) preferences.setName(QString::fromStdString(house.name));
    }
}

void pictureAndEnd(const desktop::Options& options, desktop::MainWindow& main, QObject* context) {
    const int end = static_cast<int>(options.seconds * 1000);
    if (!options.screenshot.empty())
        QTimer::singleShot(end > 0 ? std::max(0, end - kPictureLeadMs) : kSettleMs, context, [&options, &main, end] {
            if (!main.screenshot(QString::fromStdString(options.screenshot)))
                std::fprintf(stderr, "parlour: cannot write %s\n", options.screenshot.c_str());
            if (end <= 0) QGuiApplication::quit();
        });
    if (end > 0) QTimer::singleShot(end, context, &QGuiApplication::quit);
}

int runOffline(const desktop::Options& options, const base::Clock& clock) {
    ui::OfflineClient client(clock);
    ui::Preferences preferences{QString()};
    ui::ColorScheme system;
    preferences.setTheme(QString::fromStdString(options.theme.empty() ? "system" : options.theme));
    if (options.contrast) preferences.setHighContrastForThisRun();
    ui::AppModel app(client, client.houses, clock, preferences, system);
    desktop::prepareScene(app, preferences, client, QString::fromStdString(*options.offline));
    desktop::MainWindow main(app);
    if (!main.load()) return 1;
    if (options.width > 0) main.window()->resize(options.width, options.height);
    main.window()->show();
    pictureAndEnd(options, main, main.window());
    return QGuiApplication::exec();
}

int runLive(const desktop::Options& options, const base::Clock& clock) {
    const QString home = homeFolder(options);
    QDir().mkpath(home);
    const QString link = QString::fromStdString(options.link);
    const QByteArray activation = qgetenv("XDG_ACTIVATION_TOKEN");

    ui::SingleInstance instance(home);
    if (instance.handOver(link, activation)) {
        std::fputs("parlour: already running, handed over\n", stderr);
        return 0;
    }
    instance.listen();

    // A folder that was named holds its key itself; the usual one keeps it in the desktop's keychain.
    ui::Keychain keychain;
    desktop::PersonHome person(home.toStdString(), options.home.empty() ? &keychain : nullptr);
    auto opened = person.open();
    if (!opened) {
        std::fprintf(stderr, "parlour: %s\n", base::describe(opened.error()).c_str());
        return 1;
    }
    if (!opened->notice.empty()) std::fprintf(stderr, "parlour: %s\n", opened->notice.c_str());
    const auto seed = opened->keys.exportSeed();
    ui::KeyPlace keyPlace(home, opened->inKeychain, options.home.empty() && ui::Keychain::built(), QString::fromStdString(opened->notice),
                          [&](bool intoKeychain) { return intoKeychain ? person.moveToKeychain(seed) : person.keepInFile(seed); });

    auto client = desktop::LiveClient::open(clock, home.toStdString(), {}, std::move(opened->keys));
    if (!client) {
        std::fprintf(stderr, "parlour: %s\n", base::describe(client.error()).c_str());
        return 1;
    }
    ui::Preferences preferences(settingsFolder(options));
    ui::ColorScheme system;
    if (!options.theme.empty()) preferences.setThemeForThisRun(QString::fromStdString(options.theme));
    if (options.contrast) preferences.setHighContrastForThisRun();
    if (!options.name.empty()) preferences.setName(QString::fromStdString(options.name));
    takeKnownHouses(home, preferences);

    int code = 0;
    {
        ui::AppModel app(**client, (*client)->houses(), clock, preferences, system);
        app.setKeyPlace(&keyPlace);
        app.sound()->setOverrides(options.capture, options.playout);
        app.start();
        desktop::MainWindow main(app);
        if (!main.load()) {
            std::fputs("parlour: the pages could not be loaded\n", stderr);
            return 1;
        }
        auto* window = main.window();
        window->resize(options.width > 0 ? QSize(options.width, options.height) : preferences.windowSize());
        window->show();
        QObject::connect(&instance, &ui::SingleInstance::linkReceived, &app, [&app](const QString& other, const QByteArray& token) {
            if (!token.isEmpty()) qputenv("XDG_ACTIVATION_TOKEN", token);   // lets Wayland raise the window
            if (!other.isEmpty()) app.takeLink(other);
            emit app.raiseRequested();
        });
        if (!options.page.empty()) app.go(QString::fromStdString(options.page));
        if (!link.isEmpty()) {
            if (options.enter)
                app.enterAtOnce(link);
            else
                app.takeLink(link);
        }
        pictureAndEnd(options, main, window);
        code = QGuiApplication::exec();
        if (options.width == 0) preferences.setWindowSize(window->size());
        app.sound()->stopAll();   // what pages ask for when they go finds no client any more
        client->reset();   // before the models: leaves the room, stops sound and the embedded server
    }
    return code;
}
}  // namespace

int main(int argc, char** argv) {
    auto parsed = desktop::parseOptions(argc, argv);
    if (parsed.exitCode) return *parsed.exitCode;
    const auto& options = parsed.options;

    base::setUpLog({});
    if (desktop::choosePlatform()) std::fputs("parlour: no display, running without a window\n", stderr);
    QGuiApplication::setHighDpiScaleFactorRoundingPolicy(Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
    int qtArgc = 1;   // nothing of our command line is Qt's business
    QGuiApplication qt(qtArgc, argv);
    QGuiApplication::setApplicationName(QStringLiteral("parlour"));
    QGuiApplication::setApplicationDisplayName(QStringLiteral("Parlour"));
    QGuiApplication::setDesktopFileName(QStringLiteral("parlour"));
    QGuiApplication::setWindowIcon(QIcon(QStringLiteral(":/parlour/icons/parlour.svg")));
    QTranslator words;
    if (words.load(QLocale(), QStringLiteral("parlour"), QStringLiteral("_"), QStringLiteral(":/parlour/i18n")))
        QGuiApplication::installTranslator(&words);

    ui::QuitSignals quitting;
    QObject::connect(&quitting, &ui::QuitSignals::asked, &qt, &QGuiApplication::quit);

    base::SystemClock clock;
    return options.offline ? runOffline(options, clock) : runLive(options, clock);
}
