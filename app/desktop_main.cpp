// SPDX-License-Identifier: Apache-2.0
// `parlour`, the desktop app: who owns whom, in which order things start and stop.
#include <QGuiApplication>
#include <QIcon>
#include <QQuickWindow>
#include <QStandardPaths>
#include <QTimer>
#include <cstdio>

#include "app/desktop/options.h"
#include "app/desktop/scenes.h"
#include "app/desktop/window.h"
#include "core/base/clock.h"
#include "ui/models/app_model.h"
#include "ui/models/offline_client.h"
#include "ui/platform/single_instance.h"

using namespace parlour;

namespace {
constexpr int kSettleMs = 700;   // fades and the first poll of the meters are over then
}

int main(int argc, char** argv) {
    auto parsed = desktop::parseOptions(argc, argv);
    if (parsed.exitCode) return *parsed.exitCode;
    const auto& options = parsed.options;

    if (desktop::choosePlatform()) std::fputs("parlour: no display, running without a window\n", stderr);
    QGuiApplication::setHighDpiScaleFactorRoundingPolicy(Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
    int qtArgc = 1;   // nothing of our command line is Qt's business
    QGuiApplication qt(qtArgc, argv);
    QGuiApplication::setApplicationName(QStringLiteral("parlour"));
    QGuiApplication::setApplicationDisplayName(QStringLiteral("Parlour"));
    QGuiApplication::setDesktopFileName(QStringLiteral("parlour"));
    QGuiApplication::setWindowIcon(QIcon(QStringLiteral(":/parlour/icons/parlour.svg")));

    base::SystemClock clock;
    ui::OfflineClient offline(clock);
    ui::Preferences preferences{QString()};
    ui::ColorScheme system;
    if (!options.theme.empty()) preferences.setTheme(QString::fromStdString(options.theme));

    ui::AppModel app(offline, clock, preferences, system);
    desktop::MainWindow main(app);
    desktop::prepareScene(app, preferences, offline, QString::fromStdString(options.offline.value_or("hallway")));
    if (!main.load()) {
        std::fputs("parlour: the pages could not be loaded\n", stderr);
        return 1;
    }
    auto* window = main.window();
    if (options.width > 0) window->resize(options.width, options.height);
    window->show();

    if (!options.screenshot.empty()) {
        const int after = options.seconds > 0 ? std::max(0, static_cast<int>(options.seconds * 1000) - 300) : kSettleMs;
        QTimer::singleShot(after, &qt, [&] {
            const auto file = QString::fromStdString(options.screenshot);
            if (!main.screenshot(file)) std::fprintf(stderr, "parlour: cannot write %s\n", options.screenshot.c_str());
            if (options.seconds <= 0) QGuiApplication::quit();
        });
    }
    if (options.seconds > 0) QTimer::singleShot(static_cast<int>(options.seconds * 1000), &qt, &QGuiApplication::quit);
    return QGuiApplication::exec();
}
