// SPDX-License-Identifier: Apache-2.0
#include "ui/platform/color_scheme.h"

#include <QEvent>
#include <QGuiApplication>
#include <QPalette>
#include <algorithm>
#include <cmath>

namespace parlour::ui {

namespace {
constexpr double kStrongest = 20.0;   // of at most 21, WCAG 2.1; ordinary themes soften at least one pair

double luminance(const QColor& color) {
    const auto part = [](double c) { return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
    return 0.2126 * part(color.redF()) + 0.7152 * part(color.greenF()) + 0.0722 * part(color.blueF());
}
double contrast(const QColor& a, const QColor& b) {
    const double one = luminance(a), two = luminance(b);
    return (std::max(one, two) + 0.05) / (std::min(one, two) + 0.05);
}
}  // namespace

bool ColorScheme::isHighContrast(const QPalette& palette) {
    const std::pair<QPalette::ColorRole, QPalette::ColorRole> pairs[] = {
        {QPalette::Window, QPalette::WindowText}, {QPalette::Base, QPalette::Text}, {QPalette::Button, QPalette::ButtonText}};
    return std::all_of(std::begin(pairs), std::end(pairs), [&](const auto& pair) {
        return contrast(palette.color(pair.first), palette.color(pair.second)) >= kStrongest;
    });
}

ColorScheme::ColorScheme(QObject* parent) : QObject(parent) {
    readPalette();
    watchPortal();
    if (qApp) qApp->installEventFilter(this);
}

bool ColorScheme::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::ApplicationPaletteChange) readPalette();
    return QObject::eventFilter(watched, event);
}

void ColorScheme::readPalette() {
    const QPalette palette = QGuiApplication::palette();
    if (!m_fromPortal) setDark(palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness());
    if (!m_contrastFromPortal) setContrast(isHighContrast(palette));
}

void ColorScheme::setDark(bool dark) {
    if (dark == m_dark) return;
    m_dark = dark;
    emit changed();
}

void ColorScheme::setContrast(bool contrast) {
    if (contrast == m_contrast) return;
    m_contrast = contrast;
    emit changed();
}

#ifndef Q_OS_LINUX
void ColorScheme::watchPortal() {}
void ColorScheme::portalChanged(const QString&, const QString&, const QDBusVariant&) {}
#endif

}  // namespace parlour::ui
