// SPDX-License-Identifier: Apache-2.0
// Catch2 inside a Qt program: the application exists before the first test and ends after the last.
#define CATCH_CONFIG_RUNNER
#include "tests/support/catch.h"

#include <QAccessible>
#include <QGuiApplication>
#include <QStandardPaths>

int main(int argc, char** argv) {
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    if (qEnvironmentVariableIsEmpty("QT_QUICK_BACKEND")) qputenv("QT_QUICK_BACKEND", "software");
    QStandardPaths::setTestModeEnabled(true);
    int qtArgc = 1;
    QGuiApplication app(qtArgc, argv);
    QAccessible::setActive(true);
    return Catch::Session().run(argc, argv);
}
