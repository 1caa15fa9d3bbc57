// SPDX-License-Identifier: Apache-2.0
// Text on its ground meets WCAG AA (4.5:1), signs 3:1, in every variant of the theme.
#include <QColor>
#include <QQmlComponent>
#include <QQmlEngine>
#include <cmath>

#include "tests/support/catch.h"

namespace {
double channel(double c) { return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); }
double luminance(const QColor& c) {
    return 0.2126 * channel(c.redF()) + 0.7152 * channel(c.greenF()) + 0.0722 * channel(c.blueF());
}
double contrast(const QColor& a, const QColor& b) {
    const double x = luminance(a);
    const double y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}
}  // namespace

TEST_CASE("text can be read on every ground it stands on", "[ui][a11y]") {
    QQmlEngine engine;
    engine.addImportPath("qrc:/qt/qml");
    QQmlComponent component(&engine);
    component.setData("import QtQuick\nimport Parlour.Theme\nQtObject { property var t: Theme }", QUrl());
    std::unique_ptr<QObject> holder(component.create());
    REQUIRE(holder);
    auto* theme = holder->property("t").value<QObject*>();
    REQUIRE(theme);
    const auto color = [&](const char* name) { return theme->property(name).value<QColor>(); };
    for (const bool dark : {false, true})
        for (const bool strong : {false, true}) {
            theme->setProperty("dark", dark);
            theme->setProperty("highContrast", strong);
            INFO("dark " << dark << ", high contrast " << strong);
            for (const char* ground : {"background", "surface", "sunken"}) {
                INFO(ground);
                CHECK(contrast(color("text"), color(ground)) >= 7.0);
                CHECK(contrast(color("muted"), color(ground)) >= 4.5);
                CHECK(contrast(color("danger"), color(ground)) >= 4.5);
                CHECK(contrast(color("focus"), color(ground)) >= 3.0);
                CHECK(contrast(color("accent"), color(ground)) >= 3.0);
            }
            CHECK(contrast(color("speaking"), color("background")) >= 3.0);
            CHECK(contrast(color("accentInk"), color("accent")) >= 4.5);
            CHECK(contrast(color("accentText"), color("accentSoft")) >= 4.5);
            CHECK(contrast(color("handText"), color("handBackground")) >= 4.5);
            CHECK(contrast(color("danger"), color("dangerSoft")) >= 4.5);
        }
    for (const auto& entry : theme->property("avatarColors").toList())
        CHECK(contrast(color("avatarInk"), QColor(entry.toString())) >= 4.5);
}
